//! `POST /deliveries/{delivery}/callback`: a carrier tells what became of a delivery, and the state machine that waits for it
//! goes on.

use gateway::{GatewayRequest, GatewayResponse, Headers};
use serde::Deserialize;
use serde_json::json;

use crate::{
    signature::{SIGNATURE, Secret, SignatureProblem, verify},
    tasks::{TaskProblem, Tasks},
};

/// The largest body. A task token has at most 2,048 characters.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The longest reason that is passed on.
const MAX_REASON_CHARS: usize = 200;

/// What a carrier says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Callback {
    task_token: String,
    outcome: Outcome,
    #[serde(default)]
    reason: String,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Delivered,
    Cancelled,
}

/// Why a callback did nothing.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("there is nothing here: this service has POST /deliveries/{{delivery}}/callback")]
    NoSuchPath,
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    #[error("the body is larger than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    #[error(
        "the body is not {{\"taskToken\": \"…\", \"outcome\": \"delivered\" or \"cancelled\", \"reason\": \"…\"}}: {0}"
    )]
    Body(serde_json::Error),
    #[error(transparent)]
    Task(#[from] TaskProblem),
}

/// Answers a callback that came at `now_s`.
pub async fn answer(request: &GatewayRequest, secret: &Secret, tasks: &impl Tasks, now_s: u64) -> GatewayResponse {
    match take(request, secret, tasks, now_s).await {
        Ok(()) => {
            tracing::info!(path = request.path, "passed on");
            GatewayResponse { status: 204, headers: Headers::default(), body: Vec::new().into() }
        }
        Err(refusal) => refused(request, &refusal),
    }
}

/// What is not signed is not read.
async fn take(request: &GatewayRequest, secret: &Secret, tasks: &impl Tasks, now_s: u64) -> Result<(), Refusal> {
    let delivery = delivery(request).ok_or(Refusal::NoSuchPath)?;
    if request.body.len() > MAX_BODY_BYTES {
        return Err(Refusal::TooLarge);
    }
    let signature = request.headers.get(SIGNATURE).unwrap_or_default();
    verify(secret, now_s, delivery, &request.body, signature)?;
    let callback: Callback = serde_json::from_slice(&request.body).map_err(Refusal::Body)?;
    let outcome = if callback.outcome == Outcome::Delivered { "delivered" } else { "cancelled" };
    let reason: String = callback.reason.chars().take(MAX_REASON_CHARS).collect();
    let output = json!({"delivery": delivery, "outcome": outcome, "reason": reason}).to_string();
    Ok(tasks.succeed(&callback.task_token, &output).await?)
}

/// The delivery that the path names.
fn delivery(request: &GatewayRequest) -> Option<&str> {
    let delivery = request.path.strip_prefix("/deliveries/")?.strip_suffix("/callback")?;
    let is_id = (1..=128).contains(&delivery.len())
        && delivery.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    (is_id && request.method == "POST").then_some(delivery)
}

fn refused(request: &GatewayRequest, refusal: &Refusal) -> GatewayResponse {
    let status = match refusal {
        Refusal::NoSuchPath => 404,
        Refusal::Signature(_) => 401,
        Refusal::TooLarge => 413,
        Refusal::Body(_) | Refusal::Task(TaskProblem::NoToken) => 400,
        Refusal::Task(TaskProblem::Over) => 410,
        Refusal::Task(TaskProblem::Unavailable(_)) => 503,
    };
    if status == 503 {
        tracing::error!(path = request.path, error = %refusal, "failed");
        return GatewayResponse::json(503, &json!({"message": "Service Unavailable", "requestId": request.request_id}));
    }
    tracing::info!(path = request.path, status, reason = %refusal, "refused");
    GatewayResponse::json(status, &json!({"message": refusal.to_string()}))
}

#[cfg(test)]
mod tests;
