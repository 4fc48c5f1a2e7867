//! Nothing leaks: whatever becomes of a handshake, neither its answer nor the log, at its most verbose, holds a credential or
//! what a token says.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

use channels::Caps;
use connect::connect;
use runtime::{Unquoted, websocket::WebSocketEvent};
use serde_json::{Value, json};
use testkit::{capture, channels::MemoryChannels};

/// Stands in all that nobody may learn.
const MARK: &str = "s3cr3t";

/// A handshake that shows a key and a token, and what the authorizer function told of the caller.
fn handshake() -> Value {
    json!({
        "headers": {"Sec-WebSocket-Protocol": format!("tollgate.v1, tollgate.key.{MARK}, tollgate.token.{MARK}.{MARK}.{MARK}"),
            "X-Api-Key": MARK, "Authorization": format!("Bearer {MARK}"), "Cookie": MARK},
        "queryStringParameters": {"access_token": MARK},
        "requestContext": {"connectionId": "L0SM9cOFvHcCIhw=", "requestId": "r-1", "apiId": "a1", "stage": "live",
            "identity": {"userAgent": MARK},
            "authorizer": {"principalId": "key-public", "tenant": "acme", "keyId": "key-public", "planId": "starter",
                "subject": MARK, "scopes": MARK, "features": MARK, "sub": MARK, "custom:team": MARK}},
    })
}

/// What the function gives back, and what it logs.
#[tokio::main(flavor = "current_thread")]
async fn told(event: Value, store: &MemoryChannels, cap: u32) -> (String, String) {
    capture::begin();
    let answer = match serde_json::from_value::<Unquoted<WebSocketEvent>>(event) {
        Err(error) => error.to_string(),
        Ok(Unquoted(event)) => match connect(event, &store, Caps { per_tenant: cap, per_key: cap }, 1).await {
            Ok(answer) => serde_json::to_string(&answer).unwrap(),
            Err(error) => error.to_string(),
        },
    };
    (answer, capture::end())
}

#[test]
fn no_handshake_tells_the_log_or_the_client_what_it_saw() {
    let away = MemoryChannels::default();
    away.cut_off();
    let (mut unknown, mut odd) = (handshake(), handshake());
    unknown["requestContext"]["authorizer"] = json!({"subject": MARK});
    odd["requestContext"]["connectionId"] = json!([MARK]);
    for (event, store, cap, said, logged) in [
        (handshake(), &MemoryChannels::default(), 1, "tollgate.v1", "connected"),
        (handshake(), &MemoryChannels::default(), 0, "429", "has its cap"),
        (handshake(), &away, 1, "did not answer", "not connected"),
        (unknown, &MemoryChannels::default(), 1, "403", "no authorizer has said who is calling"),
        (odd, &MemoryChannels::default(), 1, "the event is not of the form that this function takes", ""),
    ] {
        let (answer, log) = told(event, store, cap);
        assert!(answer.contains(said) && log.contains(logged), "{said}: {answer} {log}");
        assert!(!answer.contains(MARK) && !log.contains(MARK), "{said}: {answer} {log}");
    }
}
