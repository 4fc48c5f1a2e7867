//! A tenant that shows no API key has its plan and features through its name.

use identity::{KeyHash, KeyRecord};
use serde_json::json;
use testkit::{Call, StubBackends};

use super::{Api, NOW_MS, NOW_S, OTHER, bearer, body, get, sign::cognito_claims};

const ISSUER: &str = "https://issuer.example";

/// An operation whose tenant a claim names, which calls a function.
fn definition(requires: &str) -> String {
    format!(
        "openapi: 3.0.3\nx-tollgate-path: dispatched\ncomponents: {{securitySchemes: {{auth: {{type: oauth2, \
         x-amazon-apigateway-authorizer: {{type: jwt, identitySource: $request.header.Authorization, \
         jwtConfiguration: {{issuer: '{ISSUER}', audience: [1example23456789]}}}}}}}}}}\npaths:\n  /things:\n    get:\n      \
         security: [{{auth: []}}]\n      x-tollgate-tenant: org\n      x-tollgate-requires: {requires}\n      \
         x-amazon-apigateway-integration: {{type: aws_proxy, uri: '${{stageVariables.auth}}', payloadFormatVersion: '2.0'}}\n"
    )
}

fn subscription(enabled: bool, expires_at_ms: Option<u64>) -> (KeyHash, KeyRecord) {
    let record = KeyRecord {
        key_id: "tenant:acme".to_owned(),
        tenant: "acme".to_owned(),
        plan_id: "gold".to_owned(),
        enabled,
        expires_at_ms,
        features: vec!["reports".to_owned()],
    };
    (KeyHash::of_tenant("acme"), record)
}

/// What a token of this tenant is answered, and what the function is told of the caller.
fn called(org: &str, requires: &str, keys: Vec<(KeyHash, KeyRecord)>) -> (u64, String, serde_json::Value) {
    let backends = StubBackends::function(&json!({"statusCode": 200, "body": "in"}));
    let api = Api { keys, ..Api::with(definition(requires), backends) };
    let mut claims = cognito_claims(ISSUER, NOW_S);
    claims["org"] = json!(org);
    let (status, text) = api.answer(&get(OTHER, &bearer(&api.signer.token("ES256", &claims)), &json!(null)));
    let told = api.asked().1.map(|event| event["requestContext"]["authorizer"]["lambda"].clone());
    (status, text, told.unwrap_or_default())
}

#[test]
fn a_tenants_plan_is_found_through_it() {
    let plain = json!({"tenant": "acme"});
    let whole = json!({"tenant": "acme", "planId": "gold", "keyId": "tenant:acme", "features": "reports"});
    assert_eq!(called("acme", "[]", Vec::new()), (200, "in".to_owned(), plain));
    assert_eq!(called("acme", "[]", vec![subscription(true, None)]), (200, "in".to_owned(), whole.clone()));
    assert_eq!(called("acme", "[reports]", vec![subscription(true, Some(NOW_MS + 1))]), (200, "in".to_owned(), whole));
    // Another's subscription is not theirs.
    assert_eq!(called("other", "[]", vec![subscription(true, None)]).2, json!({"tenant": "other"}));
}

#[test]
fn a_subscription_that_is_over_lets_nobody_in() {
    let denied = (403, body(403, "User is not authorized to access this resource"), json!(null));
    for keys in [vec![subscription(false, None)], vec![subscription(true, Some(NOW_MS))]] {
        assert_eq!(called("acme", "[]", keys), denied);
    }
    assert_eq!(called("acme", "[reports]", Vec::new()), denied);
    assert_eq!(called("other", "[reports]", vec![subscription(true, None)]), denied);
}

#[test]
fn no_key_is_a_subscription() {
    let mut api = Api::new(super::definition(
        "",
        "type: token, authorizerUri: '${stageVariables.auth}'",
        "security: [{key: []}]",
    ));
    api.keys = vec![subscription(true, None)];
    for shown in ["acme", "tenant:acme", KeyHash::of_tenant("acme").as_str()] {
        assert_eq!(api.answer(&get(OTHER, &json!({"x-api-key": shown}), &json!(null))).0, 403, "{shown}");
    }
    assert!(!api.backends.calls().iter().any(|call| matches!(call, Call::Function(_))));
}
