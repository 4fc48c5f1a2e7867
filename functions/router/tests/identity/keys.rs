//! API keys, alone and beside something else.

use identity::{ApiKey, KeyHash, KeyRecord};
use serde_json::{Value, json};
use testkit::{DEMO_KEY, StubBackends};

use super::{Api, NOW_MS, NOW_S, OTHER, OWN, body, definition, get, sign::cognito_claims};

const ISSUER: &str = "https://issuer.example";

fn with_token() -> Api {
    let authorizer = format!("type: jwt, jwtConfiguration: {{issuer: '{ISSUER}', audience: [1example23456789]}}");
    Api::new(definition("", &authorizer, "security: [{key: [], auth: []}]"))
}

#[test]
fn a_key_and_a_token_must_both_be_good() {
    let api = with_token();
    let token = format!("Bearer {}", api.signer.token("ES256", &cognito_claims(ISSUER, NOW_S)));
    let managed = json!({"jwt": {"claims": {"sub": "u-1"}}});
    let (key, bad) = (DEMO_KEY, "tgaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (headers, said, status) in [
        (json!({"authorization": token, "x-api-key": key}), json!(null), 200),
        (json!({"x-api-key": key}), managed.clone(), 200),
        (json!({"authorization": token}), json!(null), 403),
        (json!({"authorization": token, "x-api-key": bad}), json!(null), 403),
        (json!({}), managed, 403),
        (json!({"x-api-key": key}), json!(null), 401),
    ] {
        let (got, body) = api.answer(&get(OWN, &headers, &said));
        assert_eq!(got, status, "{headers} {said}: {body}");
        if status == 200 {
            assert!(body.ends_with("tenant=demo key=key-demo"), "{body}");
        }
    }
}

/// A key of this end and these features.
fn key(number: u8, expires_at_ms: Option<u64>, features: &[&str]) -> (KeyHash, KeyRecord) {
    let record = KeyRecord {
        key_id: format!("key-{number}"),
        tenant: "acme".to_owned(),
        plan_id: "starter".to_owned(),
        enabled: true,
        expires_at_ms,
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
    };
    (ApiKey::from_random([number; 20]).hash(), record)
}

/// An API of these keys whose operation asks for one and requires `requires`.
fn with_keys(requires: &str, keys: Vec<(KeyHash, KeyRecord)>) -> Api {
    let authorizer = "type: token, authorizerUri: '${stageVariables.auth}'";
    let operation = format!("security: [{{key: []}}]\n      x-tollgate-requires: {requires}");
    Api { keys, ..Api::new(definition("", authorizer, &operation)) }
}

#[test]
fn a_key_opens_what_its_features_name() {
    for (requires, features, opens) in [
        ("[]", &[][..], true),
        ("[reports]", &["export", "reports"], true),
        ("[reports, export]", &["export", "reports"], true),
        ("[reports, admin]", &["export", "reports"], false),
        ("[reports]", &[], false),
    ] {
        let api = with_keys(requires, vec![key(1, None, features)]);
        let headers = json!({"x-api-key": ApiKey::from_random([1; 20]).secret()});
        // The authorizer function tells the features as the table holds them.
        let told = json!({"lambda": {"tenant": "acme", "keyId": "key-1", "planId": "starter", "features": features.join(" ")}});
        for said in [json!(null), told] {
            let (status, text) = api.answer(&get(OWN, &headers, &said));
            let denied = body(403, "User is not authorized to access this resource");
            assert_eq!(status, if opens { 200 } else { 403 }, "{requires} {features:?}: {text}");
            assert!(opens || text == denied, "{text}");
        }
    }
}

#[test]
fn a_key_opens_nothing_once_its_time_is_over() {
    let forbidden = (403, body(200, "Forbidden"), "ForbiddenException".to_owned());
    for (number, end_ms, is_good) in [(1, NOW_MS + 1, true), (2, NOW_MS, false), (3, 1, false)] {
        let api = with_keys("[]", vec![key(number, Some(end_ms), &[])]);
        let headers = json!({"x-api-key": ApiKey::from_random([number; 20]).secret()});
        let answers = api.answers(&[get(OTHER, &headers, &json!(null))]);
        assert_eq!(answers[0] == forbidden, !is_good, "{answers:?}");
        assert!(!is_good || answers[0].0 == 200, "{answers:?}");
    }
}

#[test]
fn an_authorizer_may_name_the_key() {
    let top = "x-amazon-apigateway-api-key-source: AUTHORIZER";
    let authorizer = "type: token, authorizerUri: '${stageVariables.auth}'";
    let answer = |key: Value| {
        json!({
            "principalId": "user-1", "usageIdentifierKey": key,
            "policyDocument": {"Version": "2012-10-17", "Statement": [{"Action": "*", "Effect": "Allow", "Resource": "*"}]},
        })
    };
    for (key, status) in
        [(json!(DEMO_KEY), 200), (json!("tgaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 403), (json!(null), 403)]
    {
        let backends = StubBackends::function(&answer(key));
        let api = Api::with(definition(top, authorizer, "security: [{key: [], auth: []}]"), backends);
        // What the client says in its header does not matter.
        let headers = json!({"authorization": "a1", "x-api-key": DEMO_KEY});
        let (got, body) = api.answer(&get(OTHER, &headers, &json!(null)));
        assert_eq!(got, status, "{body}");
        if status == 200 {
            assert_eq!(body, "sub= id=user-1 plan= tenant=demo key=key-demo");
        }
    }
}

#[test]
fn a_signature_that_nobody_checked_lets_nobody_in() {
    let authorizer = "type: token, authorizerUri: '${stageVariables.auth}'";
    let operation = "security: [{key: []}]\n      x-amazon-apigateway-auth: {type: AWS_IAM}";
    let api = Api::new(definition("", authorizer, operation));
    let said = json!({"iam": {"userArn": "arn:aws:iam::123456789012:user/ann"}});
    let headers = json!({"x-api-key": DEMO_KEY});
    assert_eq!(api.answer(&get(OWN, &headers, &said)).0, 200);
    assert_eq!(api.answer(&get(OTHER, &headers, &said)).0, 403);
    assert_eq!(api.answer(&get(OWN, &json!({}), &said)).0, 403);
}
