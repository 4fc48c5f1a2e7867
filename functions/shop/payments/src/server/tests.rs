//! The server and the bank that stands in, both over HTTP, each in its own task.

use aws::{AwsSettings, Connection, NetworkBackends};
use gateway::{Backends as _, Headers, HttpAnswer, HttpCall, Tls};
use settings::Settings;
use tokio::net::TcpListener;

use super::*;
use crate::{http_bank::HttpBank, memory::MemoryPayments, stand_in};

async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

fn backends() -> NetworkBackends {
    let mut settings = Settings::new(|name| {
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name).then(|| "us-east-1".to_owned())
    });
    NetworkBackends::new(&Connection::new(&AwsSettings::load(&mut settings)).unwrap())
}

/// The server, and the bank behind it.
async fn shop() -> (String, String) {
    let bank = serve(stand_in::routes()).await;
    let to_bank = HttpBank::new(backends(), bank.clone(), 500);
    let payments =
        Payments { store: MemoryPayments::default(), bank: to_bank, clock_ms: runtime::clock_ms, lease_ms: 60_000 };
    (serve(routes(Arc::new(payments))).await, bank)
}

async fn send(method: &str, url: String, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
    let headers = Headers(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    let (method, body) = (method.to_owned(), body.to_owned().into());
    let call = HttpCall { method, url, headers, body, tls: Tls::default(), timeout_ms: 20_000 };
    backends().send(call).await.unwrap()
}

fn json_of(answer: &HttpAnswer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

async fn pay(shop: &str, key: &str, card: &str) -> (u16, Value) {
    let body = format!(r#"{{"amount": {{"amount": 1999, "currency": "EUR"}}, "card": "{card}"}}"#);
    let headers = [("x-shop-tenant", "demo"), ("idempotency-key", key), ("content-type", "application/json")];
    let answer = send("POST", format!("{shop}/orders/o1/payments"), &headers, &body).await;
    (answer.status, json_of(&answer))
}

async fn captures(bank: &str) -> usize {
    let ledger = json_of(&send("GET", format!("{bank}/ledger"), &[], "").await);
    ledger.as_array().unwrap().iter().filter(|movement| movement["kind"] == "capture").count()
}

#[tokio::test]
async fn a_payment_is_made_shown_and_charged_once() {
    let (shop, bank) = shop().await;
    let amount = json!({"amount": 1999, "currency": "EUR"});
    let paid = json!({"order": "o1", "reference": "o1-1", "amount": amount, "state": "captured"});
    for _ in 0..2 {
        assert_eq!(pay(&shop, "k1", "tok_1").await, (201, paid.clone()));
    }
    assert_eq!(pay(&shop, "k1", "tok_2").await.0, 422, "another body");
    assert_eq!(pay(&shop, "k2", "tok_1").await.0, 409, "another key");
    let shown = send("GET", format!("{shop}/orders/o1/payments"), &[("x-shop-tenant", "demo")], "").await;
    let attempt = json!({"reference": "o1-1", "amount": amount, "state": "captured"});
    assert_eq!(json_of(&shown), json!({"order": "o1", "state": "captured", "attempts": [attempt]}));
    let other = send("GET", format!("{shop}/orders/o1/payments"), &[("x-shop-tenant", "other")], "").await;
    assert_eq!((other.status, captures(&bank).await), (404, 1));
}

#[tokio::test]
async fn a_declined_card_is_explained() {
    let (shop, bank) = shop().await;
    let (status, told) = pay(&shop, "k1", "tok_declined").await;
    assert_eq!((status, &told["reason"]), (402, &json!("insufficient_funds")), "{told}");
    assert_eq!(pay(&shop, "k2", "tok_1").await.0, 201);
    assert_eq!(captures(&bank).await, 1);
}

#[tokio::test]
async fn a_bank_that_is_silent_or_broken_costs_a_retry_and_no_second_charge() {
    for card in ["tok_silent", "tok_silent_capture", "tok_broken"] {
        let (shop, bank) = shop().await;
        assert_eq!(pay(&shop, "k1", card).await.0, 503, "{card}");
        assert_eq!(pay(&shop, "k1", card).await.0, 201, "{card}");
        assert_eq!(captures(&bank).await, 1, "{card}");
    }
}

#[tokio::test]
async fn what_asks_for_nothing_is_refused() {
    let (shop, bank) = shop().await;
    let url = || format!("{shop}/orders/o1/payments");
    let body = r#"{"amount": {"amount": 1999, "currency": "EUR"}, "card": "tok_1"}"#;
    let (tenant, key) = (("x-shop-tenant", "demo"), ("idempotency-key", "k1"));
    let check = async |headers: &[(&str, &str)], body: &str, expected: u16| {
        let answer = send("POST", url(), headers, body).await;
        assert_eq!(answer.status, expected, "{headers:?} {:.20}", body);
        assert!(json_of(&answer)["message"].is_string() || expected == 413);
    };
    check(&[tenant], body, 400).await;
    check(&[key], body, 403).await;
    check(&[tenant, key], "{}", 400).await;
    check(&[tenant, key, ("content-type", "text/plain")], body, 415).await;
    check(&[tenant, key], &" ".repeat(MAX_BODY_BYTES + 1), 413).await;
    assert_eq!(send("GET", format!("{shop}/health"), &[], "").await.status, 200);
    assert_eq!(captures(&bank).await, 0);
}
