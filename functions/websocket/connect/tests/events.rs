//! Every event of `events/connect` is answered as API Gateway expects.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use channels::{
    Caps, ConnectionId,
    ports::{ConnectionStore as _, StoreError},
};
use connect::connect;
use runtime::websocket::WebSocketAnswer;
use serde_json::json;
use testkit::{channels::MemoryChannels, events};

const NOW_S: u64 = 1_769_860_800;

#[tokio::main(flavor = "current_thread")]
async fn answer(name: &str, store: &MemoryChannels, cap: u32) -> Result<WebSocketAnswer, StoreError> {
    let event = events("connect").into_iter().find(|event| event.name == name).expect("the event");
    let event = serde_json::from_value(event.payload).expect("a WebSocket event");
    connect(event, &store, Caps { per_tenant: cap, per_key: 1_000 }, NOW_S).await
}

fn check(name: &str, expected: serde_json::Value) {
    let answer = answer(name, &MemoryChannels::default(), 1).expect("an answer");
    assert_eq!(serde_json::to_value(answer).expect("JSON"), expected, "{name}");
}

#[test]
fn a_client_is_let_in_with_the_subprotocol_that_it_offers() {
    check("plain", json!({"statusCode": 200}));
    check("subprotocol", json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "tollgate.v1"}}));
    let offered = "tollgate.key.tgdemodemodemodemodemodemodemodemo";
    check(
        "credential-as-the-only-subprotocol",
        json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": offered}}),
    );
    check("no-authorizer", json!({"statusCode": 403, "body": r#"{"message":"Forbidden"}"#}));
}

#[tokio::test]
async fn the_connection_is_stored_with_its_principal() {
    let store = MemoryChannels::default();
    let event = events("connect").into_iter().find(|event| event.name == "plain").expect("the event");
    let event = serde_json::from_value(event.payload).expect("a WebSocket event");
    connect(event, &&store, Caps { per_tenant: 1, per_key: 1 }, NOW_S).await.expect("an answer");
    let id = ConnectionId::parse("L0SM9cOFvHcCIhw=").expect("an id");
    let stored = (&store).find(&id).await.expect("an answer").expect("the connection");
    let principal = &stored.principal;
    assert_eq!(
        (principal.tenant(), principal.key_id(), principal.attribute("planId")),
        ("demo", Some("key-demo"), Some("starter"))
    );
    assert_eq!((stored.api_id.as_str(), stored.stage.as_str()), ("a1b2c3d4e5", "live"));
    assert_eq!(stored.expires_at_s(), NOW_S + 2 * 3_600 + 600);
}

#[test]
fn a_tenant_that_has_its_cap_is_answered_429() {
    let refused = answer("plain", &MemoryChannels::default(), 0).expect("an answer");
    assert_eq!(refused.status_code, 429);
    let body = refused.body.expect("a body");
    assert_eq!(body, r#"{"message":"This tenant has 0 open connections, which is the most. Close one first."}"#);
}

#[test]
fn nobody_is_let_in_while_the_store_does_not_answer() {
    let store = MemoryChannels::default();
    store.cut_off();
    assert!(matches!(answer("plain", &store, 1), Err(StoreError::Unavailable(_))));
}
