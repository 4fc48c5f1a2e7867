//! The HTTP server: routes, and answers made of what the service says.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{
    bank::Bank,
    payment::{Attempt, Payment, PaymentProblem, State as Stage},
    request,
    request::RequestProblem,
    service::{PayError, Payments},
    store::{PaymentStore, StoreError},
};

/// The largest body. What makes sense has 200 bytes.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The server's routes.
pub fn routes<S, B>(payments: Arc<Payments<S, B>>) -> Router
where
    S: PaymentStore + Send + Sync + 'static,
    B: Bank + Send + Sync + 'static,
{
    Router::new()
        .route("/health", get(async || "ok"))
        .route("/orders/{order}/payments", post(pay::<S, B>).get(show::<S, B>))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(payments)
}

async fn pay<S: PaymentStore, B: Bank>(
    State(payments): State<Arc<Payments<S, B>>>,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if headers.get(CONTENT_TYPE).is_some_and(|kind| !is_json(kind.as_bytes())) {
        return told(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not declared as JSON: send application/json");
    }
    let (asked, card) = match request::asked(&headers, &order, &body) {
        Ok(asked) => asked,
        Err(problem) => return refused(&problem),
    };
    match payments.pay(&asked, &card).await {
        Ok(attempt) => {
            tracing::info!(order, reference = attempt.reference, state = attempt.state.word(), "paid or declined");
            ended(&order, &attempt)
        }
        Err(error) => failed(&order, &error),
    }
}

async fn show<S: PaymentStore, B: Bank>(
    State(payments): State<Arc<Payments<S, B>>>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (tenant, order) = match (request::tenant(&headers), request::order(&order)) {
        (Ok(tenant), Ok(order)) => (tenant, order),
        (Err(problem), _) | (_, Err(problem)) => return refused(&problem),
    };
    match payments.store.load(&tenant, order).await {
        Ok(Some(payment)) => Json(view(&payment)).into_response(),
        Ok(None) => told(StatusCode::NOT_FOUND, "nobody has tried to pay this order"),
        Err(error) => failed(order, &error.into()),
    }
}

fn is_json(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// The answer to an attempt that has ended: the same each time.
fn ended(order: &str, attempt: &Attempt) -> Response {
    match &attempt.state {
        Stage::Captured => (StatusCode::CREATED, Json(with_order(order, attempt))).into_response(),
        Stage::Declined(why) => {
            let message = "the bank declines the card: send another card, under another Idempotency-Key";
            let body = json!({"message": message, "reason": why, "reference": attempt.reference});
            (StatusCode::PAYMENT_REQUIRED, Json(body)).into_response()
        }
        _ => told(StatusCode::CONFLICT, "another attempt has taken this one's place: read the order's payments"),
    }
}

fn with_order(order: &str, attempt: &Attempt) -> Value {
    let mut view = view_of(attempt);
    if let Some(view) = view.as_object_mut() {
        view.insert("order".to_owned(), json!(order));
    }
    view
}

fn view(payment: &Payment) -> Value {
    let attempts: Vec<Value> = payment.attempts.iter().map(view_of).collect();
    json!({"order": payment.order, "state": payment.state(), "attempts": attempts})
}

fn view_of(attempt: &Attempt) -> Value {
    let mut view = json!({"reference": attempt.reference, "amount": attempt.amount, "state": attempt.state.word()});
    if let (Stage::Declined(why), Some(view)) = (&attempt.state, view.as_object_mut()) {
        view.insert("reason".to_owned(), json!(why));
    }
    view
}

fn refused(problem: &RequestProblem) -> Response {
    let status = if *problem == RequestProblem::NoTenant { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
    told(status, &problem.to_string())
}

/// The statuses of the draft: 422 for a key with another body, 409 while the first request is at it.
fn failed(order: &str, error: &PayError) -> Response {
    let status = match error {
        PayError::Problem(PaymentProblem::KeyReused) => StatusCode::UNPROCESSABLE_ENTITY,
        PayError::Problem(_) => StatusCode::CONFLICT,
        PayError::Store(StoreError::Unavailable(_) | StoreError::Contended) | PayError::Bank(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        PayError::Store(StoreError::Corrupt(_)) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = if status.is_server_error() {
        tracing::error!(order, %error, "failed");
        let message = "the payment could not be finished: send the same request again, with the same Idempotency-Key";
        told(status, message)
    } else {
        tracing::info!(order, %error, "refused");
        told(status, &error.to_string())
    };
    if matches!(error, PayError::Problem(PaymentProblem::InProgress)) || status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

fn told(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"message": message}))).into_response()
}

#[cfg(test)]
mod tests;
