//! A bank for tests: the API of [`crate::http_bank`], and cards that make trouble.
//!
//! | card | |
//! |---|---|
//! | `tok_declined` | is declined: `insufficient_funds` |
//! | `tok_slow` | takes two seconds |
//! | `tok_silent` | is authorized, and nobody is told: the first answer never comes |
//! | `tok_silent_capture` | the same of its capture |
//! | `tok_broken` | the first time, 500 and nothing done |
//! | any other | is authorized |
//!
//! `GET /ledger` lists each movement of money, so that a test can say that there was one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::money::Money;

/// Everything that the bank knows.
#[derive(Default)]
pub struct Books {
    authorizations: BTreeMap<String, Authorization>,
    ledger: Vec<Movement>,
    troubled: Vec<String>,
}

#[derive(Clone, Deserialize)]
struct Asked {
    reference: String,
    card: String,
    amount: Money,
}

struct Authorization {
    asked: Asked,
    status: &'static str,
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Which payment's.
    pub reference: String,
    /// `capture` or `refund`.
    pub kind: String,
    /// How much.
    pub amount: Money,
}

type Bank = Arc<Mutex<Books>>;

/// The bank's routes.
pub fn routes() -> Router {
    Router::new()
        .route("/health", get(async || "ok"))
        .route("/ledger", get(async |State(bank): State<Bank>| Json(lock(&bank).ledger.clone())))
        .route("/authorizations", post(authorize))
        .route("/authorizations/{reference}", get(find))
        .route("/authorizations/{reference}/capture", post(capture))
        .route("/authorizations/{reference}/refund", post(refund))
        .with_state(Bank::default())
}

async fn authorize(State(bank): State<Bank>, Json(asked): Json<Asked>) -> Response {
    if asked.card == "tok_slow" {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    if asked.card == "tok_broken" && first_time(&bank, &asked.reference) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let reference = asked.reference.clone();
    let is_new = !lock(&bank).authorizations.contains_key(&reference);
    if is_new {
        let status = if asked.card == "tok_declined" { "declined" } else { "authorized" };
        lock(&bank).authorizations.insert(reference.clone(), Authorization { asked: asked.clone(), status });
    }
    if asked.card == "tok_silent" && first_time(&bank, &reference) {
        std::future::pending::<()>().await;
    }
    told(&bank, &reference, if is_new { StatusCode::CREATED } else { StatusCode::CONFLICT })
}

async fn find(State(bank): State<Bank>, Path(reference): Path<String>) -> Response {
    told(&bank, &reference, StatusCode::OK)
}

async fn capture(State(bank): State<Bank>, Path(reference): Path<String>) -> Response {
    let is_silent = moved(&bank, &reference, "authorized", ("captured", "capture"))
        .is_some_and(|card| card == "tok_silent_capture" && first_time(&bank, &reference));
    if is_silent {
        std::future::pending::<()>().await;
    }
    told(&bank, &reference, StatusCode::OK)
}

async fn refund(State(bank): State<Bank>, Path(reference): Path<String>) -> Response {
    moved(&bank, &reference, "captured", ("refunded", "refund"));
    told(&bank, &reference, StatusCode::OK)
}

/// Moves money if the authorization is where it must be for that; gives back its card.
fn moved(bank: &Bank, reference: &str, from: &str, (to, kind): (&'static str, &str)) -> Option<String> {
    let mut books = lock(bank);
    let held = books.authorizations.get_mut(reference)?;
    let (card, amount, is_due) = (held.asked.card.clone(), held.asked.amount.clone(), held.status == from);
    if is_due {
        held.status = to;
        books.ledger.push(Movement { reference: reference.to_owned(), kind: kind.to_owned(), amount });
    }
    Some(card)
}

fn told(bank: &Bank, reference: &str, status: StatusCode) -> Response {
    match lock(bank).authorizations.get(reference) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(held) if held.status == "declined" => {
            let body = json!({"reference": reference, "status": "declined", "reason": "insufficient_funds"});
            (status, Json(body)).into_response()
        }
        Some(held) => (status, Json(json!({"reference": reference, "status": held.status}))).into_response(),
    }
}

/// Whether no trouble was made of `reference` before.
fn first_time(bank: &Bank, reference: &str) -> bool {
    let mut books = lock(bank);
    let is_first = !books.troubled.iter().any(|known| known == reference);
    if is_first {
        books.troubled.push(reference.to_owned());
    }
    is_first
}

fn lock(bank: &Bank) -> MutexGuard<'_, Books> {
    bank.lock().unwrap_or_else(PoisonError::into_inner)
}
