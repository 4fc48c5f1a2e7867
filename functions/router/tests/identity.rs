//! Who is let in, seen from outside: the same request gets the same verdict at each door, and a refusal tells nothing.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

#[path = "../../../shared/identity/tests/sign/mod.rs"]
mod sign;

#[path = "identity/authorizers.rs"]
mod authorizers;
#[path = "identity/certificates.rs"]
mod certificates;
#[path = "identity/doors.rs"]
mod doors;
#[path = "identity/keys.rs"]
mod keys;
#[path = "identity/leaks/mod.rs"]
mod leaks;
#[path = "identity/subscriptions.rs"]
mod subscriptions;
#[path = "identity/tokens.rs"]
mod tokens;

use gateway::Gateway;
use identity::{KeyHash, KeyRecord, KeySets, KeyStore as _};
use router::{Here, Router};
use runtime::event::HttpEvent;
use serde_json::{Value, json};
use sign::Signer;
use testkit::{Call, PublishedKeys, StubBackends, demo_keys, table};

/// What `$context` says of the caller, for the client to read.
const SHOWN: &str = "sub=$context.authorizer.claims.sub id=$context.authorizer.principalId plan=$context.authorizer.plan \
                     tenant=$context.authorizer.tenant key=$context.identity.apiKeyId";

/// A definition with the authorizer `auth` and one operation, `GET /things`, that shows who calls.
fn definition(top: &str, authorizer: &str, operation: &str) -> String {
    format!(
        "openapi: 3.0.3\n{top}\ncomponents:\n  securitySchemes:\n    key: {{type: apiKey, name: x-api-key, in: header}}\n    \
         auth: {{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {{{authorizer}}}}}\npaths:\n  \
         /things:\n    get:\n      x-tollgate-path: dispatched\n      {operation}\n      x-amazon-apigateway-integration:\n        \
         type: mock\n        requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}\n        responses: {{default: \
         {{statusCode: '200', responseTemplates: {{application/json: '{SHOWN}'}}}}}}\n"
    )
}

/// The router of a definition, its backends, and the issuers' one key.
struct Api {
    definition: String,
    backends: StubBackends,
    signer: Signer,
    /// Keys beside the demo key.
    keys: Vec<(KeyHash, KeyRecord)>,
}

impl Api {
    fn new(definition: String) -> Self {
        Api { definition, backends: StubBackends::default(), signer: Signer::p256(), keys: Vec::new() }
    }

    fn with(definition: String, backends: StubBackends) -> Self {
        Api { backends, ..Api::new(definition) }
    }

    /// What each of `events` is answered, by one router: status, body, the error's type.
    #[tokio::main(flavor = "current_thread")]
    async fn answers(&self, events: &[Value]) -> Vec<(u64, String, String)> {
        let issuers = KeySets::new(PublishedKeys(json!({"keys": [self.signer.jwk()]})));
        let keys = demo_keys();
        for (key, record) in &self.keys {
            keys.create(key, record).await.unwrap();
        }
        let gateway = Gateway::new(table(&self.definition), &self.backends, keys).with_issuers(issuers);
        let router = Router::new(gateway, Here { region: "eu-west-1".to_owned(), ..Here::default() });
        let mut answers = Vec::new();
        for event in events {
            let event: HttpEvent = serde_json::from_value(event.clone()).unwrap();
            let reply = serde_json::to_value(router.route(event, None).await.unwrap()).unwrap();
            // A REST API's reply has lists of values.
            let headers = reply["headers"].as_object().or_else(|| reply["multiValueHeaders"].as_object()).unwrap();
            let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"));
            let kind = kind.and_then(|(_, kind)| kind.as_str()).unwrap_or_default().to_owned();
            answers.push((reply["statusCode"].as_u64().unwrap(), reply["body"].as_str().unwrap().to_owned(), kind));
        }
        answers
    }

    /// The status and body of one.
    fn answer(&self, event: &Value) -> (u64, String) {
        let (status, body, _) = self.answers(std::slice::from_ref(event)).remove(0);
        (status, body)
    }

    /// How often a function was invoked, and the last event.
    fn asked(&self) -> (usize, Option<Value>) {
        let events: Vec<Value> = self
            .backends
            .calls()
            .into_iter()
            .filter_map(|call| match call {
                Call::Function(call) => Some(serde_json::from_slice(&call.event).unwrap()),
                _ => None,
            })
            .collect();
        (events.len(), events.into_iter().last())
    }
}

/// `GET /things` with these headers, by the route with this key, and with what the managed authorizer said.
fn get(route_key: &str, headers: &Value, authorizer: &Value) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": route_key, "rawPath": "/things", "rawQueryString": "", "headers": headers,
        "stageVariables": {"auth": "auth-function"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "routeKey": route_key, "requestId": "r-1", "stage": "$default",
            "http": {"method": "GET", "path": "/things", "sourceIp": "192.0.2.1"}, "timeEpoch": NOW_MS,
        },
    });
    if !authorizer.is_null() {
        event["requestContext"]["authorizer"] = authorizer.clone();
    }
    event
}

/// By the operation's own route.
const OWN: &str = "GET /things";
/// By a route that is guarded otherwise.
const OTHER: &str = "$default";

const NOW_S: u64 = 1_785_542_399;
const NOW_MS: u64 = NOW_S * 1000;

fn bearer(token: &str) -> Value {
    json!({"authorization": format!("Bearer {token}")})
}

/// A gateway response's body. AWS spells the name otherwise where access is denied.
fn body(status: u64, message: &str) -> String {
    if status == 403 { json!({"Message": message}).to_string() } else { json!({"message": message}).to_string() }
}
