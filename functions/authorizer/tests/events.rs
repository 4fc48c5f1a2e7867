//! Every event of `events/authorizer` is answered as API Gateway expects.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use authorizer::{AuthorizerAnswer, Desk, authorize};
use definition::{Doors, compile};
use identity::{KeySets, Refusal};
use serde_json::{Value, json};
use testkit::{MemoryKeys, Unreachable, demo_keys, events};

#[tokio::main(flavor = "current_thread")]
async fn answer(payload: Value, keys: MemoryKeys) -> Result<AuthorizerAnswer, Refusal> {
    let doors = Doors::of(&compile("openapi: 3.0.3\npaths: {}\n").expect("a definition"));
    let desk = Desk { doors, keys, issuers: KeySets::new(Unreachable), stage_variables: [].into() };
    authorize(serde_json::from_value(payload).expect("an authorizer event"), &desk, 0).await
}

#[test]
fn every_event_gets_its_answer() {
    let events = events("authorizer");
    let answers: Vec<(String, bool)> = events
        .into_iter()
        .map(|event| (event.name, answer(event.payload, demo_keys()).expect("an answer").is_authorized()))
        .collect();
    let answers: Vec<(&str, bool)> = answers.iter().map(|(name, allowed)| (name.as_str(), *allowed)).collect();
    assert_eq!(
        answers,
        [
            ("disabled-key", false),
            ("key-too-short", false),
            ("known-key", true),
            ("no-identity-source", false),
            ("unknown-key", false),
            ("websocket-key-in-header", true),
            ("websocket-key-in-query", true),
            ("websocket-key-in-subprotocol", true),
            ("websocket-no-credential", false),
            ("websocket-unknown-key", false),
        ]
    );
}

#[test]
fn the_context_names_tenant_key_and_plan() {
    let event = events("authorizer").into_iter().find(|event| event.name == "known-key").expect("the event");
    let answer = answer(event.payload, demo_keys()).expect("an answer");
    assert_eq!(
        serde_json::to_string(&answer).expect("JSON"),
        r#"{"isAuthorized":true,"context":{"keyId":"key-demo","planId":"starter","tenant":"demo"}}"#
    );
}

#[test]
fn a_websocket_api_gets_a_policy_over_what_it_asked_for() {
    let policy = |name: &str| {
        let event = events("authorizer").into_iter().find(|event| event.name == name).expect("the event");
        serde_json::to_value(answer(event.payload, demo_keys()).expect("an answer")).expect("JSON")
    };
    let statement = |effect| {
        json!({"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": effect,
            "Resource": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/live/$connect"}]})
    };
    assert_eq!(
        policy("websocket-key-in-subprotocol"),
        json!({"principalId": "key-demo", "policyDocument": statement("Allow"),
            "context": {"tenant": "demo", "keyId": "key-demo", "planId": "starter"}})
    );
    assert_eq!(policy("websocket-unknown-key"), json!({"principalId": "nobody", "policyDocument": statement("Deny")}));
}

#[test]
fn nobody_is_let_in_while_the_store_does_not_answer() {
    let event = events("authorizer").into_iter().find(|event| event.name == "known-key").expect("the event");
    assert!(matches!(answer(event.payload, MemoryKeys::cut_off()), Err(Refusal::Undecided(_))));
}
