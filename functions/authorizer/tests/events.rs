//! Every event of `events/authorizer` is answered as API Gateway expects.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use authorizer::{AuthorizerAnswer, authorize};
use identity::Refusal;
use serde_json::Value;
use testkit::{MemoryKeys, demo_keys, events};

#[tokio::main(flavor = "current_thread")]
async fn answer(payload: Value, keys: &MemoryKeys) -> Result<AuthorizerAnswer, Refusal> {
    authorize(serde_json::from_value(payload).expect("an authorizer event"), keys, 0).await
}

#[test]
fn every_event_gets_its_answer() {
    let events = events("authorizer");
    let answers: Vec<(String, bool)> = events
        .into_iter()
        .map(|event| (event.name, answer(event.payload, &demo_keys()).expect("an answer").is_authorized))
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
        ]
    );
}

#[test]
fn the_context_names_tenant_key_and_plan() {
    let event = events("authorizer").into_iter().find(|event| event.name == "known-key").expect("the event");
    let answer = answer(event.payload, &demo_keys()).expect("an answer");
    assert_eq!(
        serde_json::to_string(&answer).expect("JSON"),
        r#"{"isAuthorized":true,"context":{"keyId":"key-demo","planId":"starter","tenant":"demo"}}"#
    );
}

#[test]
fn nobody_is_let_in_while_the_store_does_not_answer() {
    let event = events("authorizer").into_iter().find(|event| event.name == "known-key").expect("the event");
    assert!(matches!(answer(event.payload, &MemoryKeys::cut_off()), Err(Refusal::Undecided(_))));
}
