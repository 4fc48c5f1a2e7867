//! A function behind the gateway: one event, one request, one response.

use gateway::{GatewayRequest, GatewayResponse};
use serde_json::json;
use tracing::Instrument as _;

use super::{EventProblem, HttpEvent, Reply, Surroundings};

/// Answers an event that came at `now_ms` with what `respond` makes of its request; the log lines meanwhile carry the request's
/// id. A body that says it is base64, and is not, is answered with 400.
///
/// # Errors
/// When it is not an HTTP event: then there is no client to answer.
pub async fn answer(
    event: HttpEvent,
    now_ms: u64,
    respond: impl AsyncFnOnce(GatewayRequest) -> GatewayResponse,
) -> Result<Reply, EventProblem> {
    match event.into_request(&Surroundings { now_ms, ..Surroundings::default() }) {
        Ok((request, shape)) => {
            let span = tracing::info_span!("request", requestId = request.request_id);
            Ok(Reply::new(shape, &respond(request).instrument(span).await).0)
        }
        Err(EventProblem::Body { shape, .. }) => {
            let told = json!({"message": "the body is marked as base64 and is not"});
            Ok(Reply::new(shape, &GatewayResponse::json(400, &told)).0)
        }
        Err(problem) => Err(problem),
    }
}
