//! Nothing leaks: whatever the verdict, neither the answer nor the log, at its most verbose, holds the key that was shown, its
//! hash, or what else the client sent.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

use std::{cell::RefCell, io};

use authorizer::{AuthorizerEvent, authorize};
use identity::{ApiKey, KeyRecord, KeyStore as _};
use runtime::Unquoted;
use serde_json::{Value, json};
use testkit::MemoryKeys;
use tracing::Level;

/// Stands in all that nobody may learn.
const MARK: &str = "s3cr3t";
const UNKNOWN: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tun";
const EXPIRED: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tex";
const DISABLED: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tdi";
const GOOD: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tgo";

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn keys() -> MemoryKeys {
    let keys = MemoryKeys::default();
    for (key, enabled, expires_at_ms) in [(EXPIRED, true, Some(1)), (DISABLED, false, None), (GOOD, true, None)] {
        let record = KeyRecord {
            key_id: "key-public".to_owned(),
            tenant: "acme".to_owned(),
            plan_id: "starter".to_owned(),
            enabled,
            expires_at_ms,
            features: Vec::new(),
        };
        keys.create(&ApiKey::parse(key).unwrap().hash(), &record).await.unwrap();
    }
    keys
}

/// The event of an HTTP API with this identity source, and with marks wherever a client can put some.
fn event(source: &Value) -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/GET/x",
        "identitySource": source, "rawPath": format!("/{MARK}"), "rawQueryString": format!("q={MARK}"), "cookies": [MARK],
        "headers": {"x-api-key": MARK, "authorization": MARK}, "queryStringParameters": {"q": MARK},
        "requestContext": {"requestId": "r-1", "http": {"userAgent": MARK}},
    })
}

/// The same of a WebSocket API's `$connect`, the key in a header, in the query or in a subprotocol.
fn connect(key: &str, place: &str) -> Value {
    let mut event = json!({
        "type": "REQUEST", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live/$connect",
        "headers": {"authorization": MARK, "sec-websocket-protocol": "chat"}, "queryStringParameters": {"q": MARK},
        "requestContext": {"requestId": "r-1", "connectionId": "c-1"},
    });
    match place {
        "header" => event["headers"]["X-Api-Key"] = json!(key),
        "query" => event["queryStringParameters"]["x-api-key"] = json!(key),
        _ => event["headers"]["sec-websocket-protocol"] = json!(format!("chat, tollgate.key.{key}")),
    }
    event
}

/// What the function gives back, and what it logs.
#[tokio::main(flavor = "current_thread")]
async fn told(event: Value, store_is_away: bool) -> (String, String) {
    let lines = tracing_subscriber::fmt().json().with_max_level(Level::TRACE).with_writer(|| Lines);
    // One serves all threads.
    let _ = tracing::subscriber::set_global_default(lines.finish());
    WRITTEN.take();
    let answer = match serde_json::from_value::<Unquoted<AuthorizerEvent>>(event) {
        Err(error) => error.to_string(),
        Ok(Unquoted(event)) => {
            let keys = if store_is_away { MemoryKeys::cut_off() } else { keys().await };
            match authorize(event, &keys, 2).await {
                Ok(answer) => serde_json::to_string(&answer).unwrap(),
                Err(error) => error.to_string(),
            }
        }
    };
    (answer, String::from_utf8(WRITTEN.take()).unwrap())
}

/// `said` is what the answer begins with, `logged` what the log must say.
fn check(event: &Value, store_is_away: bool, (said, logged): (&str, &str)) {
    let (answer, log) = told(event.clone(), store_is_away);
    assert!(answer.contains(said) && log.contains(logged), "{event}: {answer} {log}");
    let hashes = [UNKNOWN, EXPIRED, DISABLED, GOOD].map(|key| ApiKey::parse(key).unwrap().hash().as_str().to_owned());
    for mark in hashes.iter().map(String::as_str).chain([MARK]) {
        assert!(!answer.contains(mark) && !log.contains(mark), "{event} tells {mark}: {answer} {log}");
    }
}

#[test]
fn no_verdict_tells_the_log_or_the_gateway_what_it_saw() {
    let no = r#""isAuthorized":false"#;
    for (source, said, logged) in [
        (json!([GOOD]), r#""isAuthorized":true"#, "allowed"),
        (json!([UNKNOWN]), no, "the API key is unknown"),
        (json!([MARK]), no, "the API key is unknown"),
        (json!([DISABLED]), no, "the API key key-public is disabled"),
        (json!([EXPIRED]), no, "the API key key-public has expired"),
        (json!([""]), no, "the request carries no API key"),
        (json!([]), no, "the request carries no API key"),
        (json!(null), no, "the request carries no API key"),
    ] {
        check(&event(&source), false, (said, logged));
    }
    check(&event(&json!([GOOD])), true, ("the key store did not answer", "undecided"));
}

#[test]
fn nor_does_any_of_a_websocket() {
    let (yes, no) = (r#""Effect":"Allow""#, r#""Effect":"Deny""#);
    for place in ["header", "query", "subprotocol"] {
        for (key, said, logged) in [
            (GOOD, yes, "allowed"),
            (UNKNOWN, no, "the API key is unknown"),
            (MARK, no, "the API key is unknown"),
            (DISABLED, no, "the API key key-public is disabled"),
            (EXPIRED, no, "the API key key-public has expired"),
            ("", no, "the request carries no API key"),
        ] {
            check(&connect(key, place), false, (said, logged));
        }
        check(&connect(GOOD, place), true, ("the key store did not answer", "undecided"));
    }
}

#[test]
fn an_event_of_another_form_is_not_quoted() {
    for source in [json!(MARK), json!({MARK: MARK}), json!([[MARK]])] {
        check(&event(&source), false, ("the event is not of the form that this function takes", ""));
    }
}
