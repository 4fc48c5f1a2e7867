//! One library stands behind every door: a table of credentials is put to each that a request can come by, and all of them
//! say the same, of the same caller.

use authorizer::{AuthorizerAnswer, Desk, authorize};
use channels::{Caps, ConnectionId, ports::ConnectionStore as _};
use definition::{Doors, compile};
use identity::{ApiKey, KeyRecord, Principal};
use testkit::{DEMO_KEY, MemoryKeys, channels::MemoryChannels};

use super::{sign::cognito_claims, *};

const ISSUER: &str = "https://issuer.example";
const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

const GOLD_KEY: &str = "tggoldgoldgoldgoldgoldgoldgoldgogo";
const ENDED_KEY: &str = "tgendeendeendeendeendeendeendeende";

/// Who is let in: tenant, key, plan. Nobody, where nothing is there.
type Verdict = Option<[String; 3]>;

/// What operations and handshakes ask for, in the words of the definition.
#[derive(Clone, Copy)]
struct Asked {
    security: &'static str,
    tenant: &'static str,
    requires: &'static str,
}

const KEY: Asked = Asked { security: "{key: []}", tenant: "org", requires: "[]" };
const KEY_WITH_FEATURE: Asked = Asked { requires: "[reports]", ..KEY };
/// The managed gateway verifies such tokens too.
const TOKEN: Asked = Asked { security: "{jwt: [carts/write]}", ..KEY };
const POOLS_TOKEN: Asked = Asked { security: "{pool: [carts/write]}", ..KEY };
const BOTH: Asked = Asked { security: "{key: [], pool: [carts/write]}", ..KEY };

/// What a client shows.
#[derive(Clone, Debug, Default)]
struct Shown {
    key: Option<String>,
    token: Option<String>,
}

impl Asked {
    /// A definition of `GET /things`, and of handshakes, that ask for this.
    fn definition(self, way: &str) -> String {
        let Asked { security, tenant, requires } = self;
        let integration = match way {
            "native" => "{type: aws_proxy, uri: '${stageVariables.f}', httpMethod: POST}",
            _ => {
                "{type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, responses: {default: {statusCode: '200', \
                 responseTemplates: {application/json: '$context.authorizer.tenant $context.authorizer.keyId $context.authorizer.planId'}}}}"
            }
        };
        format!(
            "openapi: 3.0.3\nx-tollgate-tenant: {tenant}\nx-tollgate-requires: {requires}\n\
             x-tollgate-websocket: {{security: [{security}]}}\ncomponents:\n  securitySchemes:\n    \
             key: {{type: apiKey, name: x-api-key, in: header}}\n    \
             jwt: {{type: oauth2, x-amazon-apigateway-authorizer: {{type: jwt, jwtConfiguration: {{issuer: '{ISSUER}', \
             audience: [1example23456789]}}}}}}\n    \
             pool: {{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: {{type: cognito_user_pools, \
             providerARNs: ['arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI']}}}}\npaths:\n  /things:\n    \
             get:\n      x-tollgate-path: {way}\n      security: [{security}]\n      x-amazon-apigateway-integration: {integration}\n"
        )
    }
}

/// Everybody's keys.
async fn keys() -> MemoryKeys {
    let keys = demo_keys();
    for (key, plan, end_ms) in [(GOLD_KEY, "gold", None), (ENDED_KEY, "starter", Some(NOW_MS))] {
        let record = KeyRecord {
            key_id: format!("key-{plan}"),
            tenant: "acme".to_owned(),
            plan_id: plan.to_owned(),
            enabled: true,
            expires_at_ms: end_ms,
            features: vec!["reports".to_owned()],
        };
        keys.create(&ApiKey::parse(key).unwrap().hash(), &record).await.unwrap();
    }
    keys
}

/// What stands behind the doors of one definition.
struct House {
    asked: Asked,
    signer: Signer,
}

impl House {
    fn headers(shown: &Shown) -> Value {
        let mut headers = json!({"host": "h"});
        if let Some(key) = &shown.key {
            headers["x-api-key"] = json!(key);
        }
        if let Some(token) = &shown.token {
            headers["authorization"] = json!(format!("Bearer {token}"));
        }
        headers
    }

    /// By the router alone, or with what the managed gateway says of the caller, on the route with this key.
    async fn router(&self, route_key: &str, shown: &Shown, authorizer: &Value) -> Verdict {
        let issuers = KeySets::new(PublishedKeys(json!({"keys": [self.signer.jwk()]})));
        let table = table(&self.asked.definition("dispatched"));
        let backends = StubBackends::default();
        let gateway = Gateway::new(table, &backends, keys().await).with_issuers(issuers);
        let router = Router::new(gateway, Here { region: "eu-west-1".to_owned(), ..Here::default() });
        let event = get(route_key, &House::headers(shown), authorizer);
        let reply = router.route(serde_json::from_value(event).unwrap(), None).await.unwrap();
        let reply = serde_json::to_value(reply).unwrap();
        let body = reply["body"].as_str().unwrap();
        let named: Vec<String> = body.split(' ').map(str::to_owned).collect();
        if reply["statusCode"] == 200 { Some(named.try_into().unwrap()) } else { None }
    }

    /// What the authorizer function answers.
    async fn function(&self, event: Value) -> AuthorizerAnswer {
        let api = compile(&self.asked.definition("native")).unwrap();
        let desk = Desk {
            doors: Doors::of(&api),
            keys: keys().await,
            issuers: KeySets::new(PublishedKeys(json!({"keys": [self.signer.jwk()]}))),
            stage_variables: [].into(),
        };
        authorize(serde_json::from_value(event).unwrap(), &desk, NOW_MS).await.unwrap()
    }

    /// The context of the authorizer function's answer on a native route, if it lets the caller in. API Gateway asks nothing
    /// where an identity source is missing or empty.
    async fn native(&self, shown: &Shown) -> Option<Value> {
        let (key, token) = (self.asked.security.contains("key"), self.asked.security.contains("write"));
        let sources = [key.then(|| shown.key.clone()), token.then(|| shown.token.clone())];
        let sources: Option<Vec<String>> = sources.into_iter().flatten().collect();
        let mut sources = sources.filter(|sources| sources.iter().all(|source| !source.is_empty()))?;
        if token || self.asked.requires != "[]" {
            sources.push(OWN.to_owned());
        }
        let mut event = get(OWN, &House::headers(shown), &Value::Null);
        event["identitySource"] = json!(sources);
        let answer = self.function(event).await;
        answer.is_authorized().then(|| serde_json::to_value(&answer).unwrap()["context"].clone())
    }

    /// The record of a connection, if the handshake is let in, with the credentials as subprotocols.
    async fn handshake(&self, shown: &Shown) -> Verdict {
        let offer = |prefix: &str, text: &Option<String>| text.as_ref().map(|text| format!("{prefix}{text}"));
        let offers = [offer("tollgate.key.", &shown.key), offer("tollgate.token.", &shown.token)];
        let offers = offers.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let mut event = json!({
            "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live/$connect",
            "headers": {"Sec-WebSocket-Protocol": offers},
            "requestContext": {"requestId": "r-1", "connectionId": "c-1", "apiId": "a1b2c3d4e5", "stage": "live"},
        });
        let answer = self.function(event.clone()).await;
        event["requestContext"]["authorizer"] =
            answer.is_authorized().then(|| serde_json::to_value(&answer).unwrap()["context"].clone())?;
        let (store, caps) = (MemoryChannels::default(), Caps { per_tenant: 9, per_key: 9 });
        let welcome = connect::connect(serde_json::from_value(event).unwrap(), &&store, caps, NOW_S).await.unwrap();
        assert_eq!(welcome.status_code, 200);
        let stored = (&store).find(&ConnectionId::parse("c-1").unwrap()).await.unwrap().unwrap().principal;
        let text = |name| stored.attribute(name).unwrap_or_default().to_owned();
        Some([text("tenant"), text("keyId"), text("planId")])
    }

    /// What each door says.
    #[tokio::main(flavor = "current_thread")]
    async fn verdicts(&self, shown: &Shown) -> Vec<(&'static str, Verdict)> {
        let context = self.native(shown).await;
        let named = context.as_ref().map(|context| {
            let principal = Principal::from_context(context.as_object().unwrap()).unwrap();
            [principal.tenant, principal.key_id, principal.plan_id].map(Option::unwrap_or_default)
        });
        let mut verdicts = vec![
            ("the router alone", self.router(OTHER, shown, &Value::Null).await),
            ("the router on the operation's own route", self.router(OWN, shown, &Value::Null).await),
            ("the authorizer function on a native route", named),
            ("a handshake", self.handshake(shown).await),
        ];
        if self.asked.security == KEY.security {
            let fed = match &context {
                Some(context) => self.router(OWN, &Shown::default(), &json!({"lambda": context})).await,
                None => None,
            };
            verdicts.push(("the router behind the authorizer function", fed));
        }
        if let (true, Some(_), Some(token)) = (self.asked.security == TOKEN.security, &context, &shown.token) {
            let claims = serde_json::from_slice::<Value>(&sign::decode(token.split('.').nth(1).unwrap())).unwrap();
            let texts: serde_json::Map<String, Value> =
                claims.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text_of(value))).collect();
            let managed = json!({"jwt": {"claims": texts, "scopes": ["carts/write"]}});
            verdicts.push(("the managed gateway's claims", self.router(OWN, &Shown::default(), &managed).await));
        }
        verdicts
    }

    fn check(&self, shown: &Shown, expected: Option<[&str; 3]>) {
        let expected: Verdict = expected.map(|named| named.map(str::to_owned));
        for (door, verdict) in self.verdicts(shown) {
            assert_eq!(
                verdict, expected,
                "{door}: {} requires {}: {shown:.60?}",
                self.asked.security, self.asked.requires
            );
        }
    }
}

/// A claim as the managed gateway hands it over.
fn text_of(claim: &Value) -> Value {
    claim.as_str().map_or_else(|| json!(claim.to_string()), |text| json!(text))
}

fn house(asked: Asked) -> House {
    House { asked, signer: Signer::p256() }
}

/// Every kind of key, and whom it lets in where a key is asked for.
fn shown_keys() -> Vec<(Option<String>, Option<[&'static str; 3]>)> {
    let long = "k".repeat(129);
    let bad = [ENDED_KEY, "tgnobodynobodynobodynobodynobodyno", &format!("{DEMO_KEY}2"), &long, "short", ""];
    let mut all: Vec<_> = bad.into_iter().map(|key| (Some(key.to_owned()), None)).collect();
    all.push((None, None));
    all.push((Some(DEMO_KEY.to_owned()), Some(["demo", "key-demo", "starter"])));
    all.push((Some(GOLD_KEY.to_owned()), Some(["acme", "key-gold", "gold"])));
    all
}

/// A token that is good where `issuer`'s are, and every kind that is not.
fn shown_tokens(signer: &Signer, issuer: &str) -> (String, Vec<Option<String>>) {
    let with = |signer: &Signer, changes: Value| {
        let mut claims = cognito_claims(issuer, NOW_S);
        claims["org"] = json!("orga");
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        signer.token("ES256", &claims)
    };
    let good = with(signer, json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let claims = message.split_once('.').unwrap().1;
    let header = |alg: &str| sign::encode(json!({"alg": alg, "kid": signer.id}).to_string().as_bytes());
    let twice = format!("{{\"iss\":\"{issuer}\",\"exp\":1,\"exp\":{}}}", NOW_S + 60);
    let bad = [
        String::new(),
        "a.b.c".to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!("{message}.A{signature}"),
        format!("{}.{claims}.", header("none")),
        format!("{}.{claims}.{signature}", header("HS256")),
        format!("{good}{}", "A".repeat(10_240)),
        signer.token_with(&json!({"alg": "ES256", "kid": signer.id}).to_string(), "ES256", &twice),
        signer.token_with(&json!({"alg": "ES256", "jwk": signer.jwk()}).to_string(), "ES256", "{}"),
        with(&Signer::p256(), json!({})),
        with(signer, json!({"iss": "https://other.example"})),
        with(signer, json!({"exp": NOW_S - 61})),
        with(signer, json!({"nbf": NOW_S + 61})),
        with(signer, json!({"iat": NOW_S + 61})),
        with(signer, json!({"scope": "carts/read"})),
    ];
    (good, bad.into_iter().map(Some).chain([None]).collect())
}

#[test]
fn a_key_gets_the_same_verdict_at_every_door() {
    let (open, guarded) = (house(KEY), house(KEY_WITH_FEATURE));
    for (key, expected) in shown_keys() {
        let shown = Shown { key, token: None };
        open.check(&shown, expected);
        // The demo key unlocks nothing.
        guarded.check(&shown, expected.filter(|[tenant, ..]| *tenant == "acme"));
    }
}

#[test]
fn a_token_gets_the_same_verdict_at_every_door() {
    for (asked, issuer, own) in [
        (TOKEN, ISSUER, json!({"client_id": "another"})),
        (POOLS_TOKEN, POOL, json!({"token_use": "id", "aud": "1example23456789"})),
    ] {
        let house = house(asked);
        let (good, bad) = shown_tokens(&house.signer, issuer);
        house.check(&Shown { key: None, token: Some(good) }, Some(["orga", "", ""]));
        let mut claims = cognito_claims(issuer, NOW_S);
        claims["org"] = json!("orga");
        claims.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let nobodys = house.signer.token("ES256", &cognito_claims(issuer, NOW_S));
        for token in bad.into_iter().chain([Some(house.signer.token("ES256", &claims)), Some(nobodys)]) {
            house.check(&Shown { key: None, token }, None);
        }
    }
}

#[test]
fn both_must_be_good_at_every_door() {
    let house = house(BOTH);
    let (good, bad) = shown_tokens(&house.signer, POOL);
    for (key, expected) in shown_keys() {
        house.check(&Shown { key, token: Some(good.clone()) }, expected);
    }
    for token in bad {
        house.check(&Shown { key: Some(GOLD_KEY.to_owned()), token }, None);
    }
}
