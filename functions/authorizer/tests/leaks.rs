//! Nothing leaks: whatever the verdict, neither the answer nor the log, at its most verbose, holds the key that was shown, its
//! hash, or what else the client sent.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

#[path = "../../../shared/identity/tests/sign/mod.rs"]
mod sign;
mod stage;

use authorizer::{AuthorizerEvent, Desk, authorize};
use identity::{ApiKey, KeyFetcher, KeyRecord, KeySets, KeyStore as _};
use runtime::Unquoted;
use serde_json::{Value, json};
use sign::{Signer, cognito_claims};
use stage::{DEFINITION, NOW_MS, NOW_S, PLACES, POOL, Place, desk, handshake};
use testkit::{MemoryKeys, Unreachable, capture};

/// Stands in all that nobody may learn.
const MARK: &str = "s3cr3t";
const UNKNOWN: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tun";
const EXPIRED: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tex";
const DISABLED: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tdi";
const GOOD: &str = "tgs3cr3ts3cr3ts3cr3ts3cr3ts3cr3tgo";

async fn keys() -> MemoryKeys {
    let keys = MemoryKeys::default();
    for (key, enabled, expires_at_ms) in [(EXPIRED, true, Some(NOW_MS)), (DISABLED, false, None), (GOOD, true, None)] {
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

/// The same of a WebSocket API's `$connect`, with this key and this token.
fn connect(key: Option<(Place, &str)>, token: Option<(Place, &str)>) -> Value {
    let mut event = handshake(key, token);
    event["headers"]["X-Other"] = json!(MARK);
    event["queryStringParameters"]["q"] = json!(MARK);
    event
}

/// A token whose claims are marked, changed so.
fn token(signer: &Signer, changes: &Value) -> String {
    let mut claims = cognito_claims(POOL, NOW_S);
    let marked = json!({"sub": MARK, "username": MARK, "client_id": MARK, "cognito:groups": [MARK]});
    for changes in [&marked, changes] {
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    }
    signer.token("ES256", &claims)
}

/// What the function gives back, and what it logs.
#[tokio::main(flavor = "current_thread")]
async fn told<F: KeyFetcher>(event: &Value, desk: &Desk<MemoryKeys, F>) -> (String, String) {
    capture::begin();
    let answer = match serde_json::from_value::<Unquoted<AuthorizerEvent>>(event.clone()) {
        Err(error) => error.to_string(),
        Ok(Unquoted(event)) => match authorize(event, desk, NOW_MS).await {
            Ok(answer) => serde_json::to_string(&answer).unwrap(),
            Err(error) => error.to_string(),
        },
    };
    (answer, capture::end())
}

/// A desk that knows the keys, and the issuer whose key this is.
#[tokio::main(flavor = "current_thread")]
async fn open_desk(signer: &Signer) -> Desk<MemoryKeys, testkit::PublishedKeys> {
    desk(DEFINITION, keys().await, signer)
}

/// `said` is what the answer has in it, `logged` what the log must say. Who is let in is named to the gateway alone.
fn check<F: KeyFetcher>(event: &Value, desk: &Desk<MemoryKeys, F>, (said, logged): (&str, &str)) {
    let (answer, log) = told(event, desk);
    assert!(answer.contains(said) && log.contains(logged), "{event}: {answer} {log}");
    let hashes = [UNKNOWN, EXPIRED, DISABLED, GOOD].map(|key| ApiKey::parse(key).unwrap().hash().as_str().to_owned());
    for mark in hashes.iter().map(String::as_str).chain([MARK]) {
        let is_named = mark == MARK && answer.contains(r#""subject":"#);
        assert!(!log.contains(mark), "{event}: the log tells {mark}: {log}");
        assert!(is_named || !answer.contains(mark), "{event}: the gateway is told {mark}: {answer}");
    }
}

#[test]
fn no_verdict_tells_the_log_or_the_gateway_what_it_saw() {
    let desk = open_desk(&Signer::p256());
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
        check(&event(&source), &desk, (said, logged));
    }
    let away = Desk { keys: MemoryKeys::cut_off(), ..desk };
    check(&event(&json!([GOOD])), &away, ("the key store did not answer", "undecided"));
}

const YES: &str = r#""Effect":"Allow""#;
const NO: &str = r#""Effect":"Deny""#;

#[test]
fn nor_does_any_of_a_websockets_keys() {
    let desk = open_desk(&Signer::p256());
    let away = Desk { keys: MemoryKeys::cut_off(), ..open_desk(&Signer::p256()) };
    for place in PLACES {
        for (key, said, logged) in [
            (GOOD, YES, "allowed"),
            (UNKNOWN, NO, "the API key is unknown"),
            (MARK, NO, "the API key is unknown"),
            (DISABLED, NO, "the API key key-public is disabled"),
            (EXPIRED, NO, "the API key key-public has expired"),
            ("", NO, "the request carries no API key"),
        ] {
            check(&connect(Some((place, key)), None), &desk, (said, logged));
        }
        check(&connect(Some((place, GOOD)), None), &away, ("the key store did not answer", "undecided"));
    }
}

#[test]
fn nor_does_any_of_a_websockets_tokens() {
    let signer = Signer::p256();
    let desk = open_desk(&signer);
    let good = token(&signer, &json!({}));
    let silent = Desk {
        doors: desk.doors.clone(),
        keys: MemoryKeys::default(),
        issuers: KeySets::new(Unreachable),
        stage_variables: desk.stage_variables.clone(),
    };
    for place in PLACES {
        for (shown, said, logged) in [
            (good.clone(), YES, "allowed"),
            (MARK.to_owned(), NO, "the token is malformed"),
            (good.replacen('.', ".e", 1), NO, "the token is malformed"),
            (token(&Signer::p256(), &json!({})), NO, "the token's signature is wrong"),
            (token(&signer, &json!({"iss": MARK})), NO, "the token's issuer is not trusted"),
            (token(&signer, &json!({"exp": NOW_S - 61})), NO, "the token has expired"),
            (token(&signer, &json!({"token_use": "id"})), NO, "the token is for another use"),
            (token(&signer, &json!({"scope": MARK})), NO, "the token has none of the required scopes"),
        ] {
            check(&connect(Some((Place::Header, GOOD)), Some((place, &shown))), &desk, (said, logged));
        }
        check(&connect(Some((Place::Header, UNKNOWN)), Some((place, &good))), &desk, (NO, "the API key is unknown"));
        let event = connect(Some((Place::Header, GOOD)), Some((place, &good)));
        check(&event, &silent, ("the issuer's keys cannot be had", "undecided"));
    }
}

#[test]
fn an_event_of_another_form_is_not_quoted() {
    let desk = open_desk(&Signer::p256());
    for source in [json!(MARK), json!({MARK: MARK}), json!([[MARK]])] {
        check(&event(&source), &desk, ("the event is not of the form that this function takes", ""));
    }
}
