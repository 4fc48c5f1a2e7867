//! What a request leaves in the log.

use lambda_http::{
    Request, RequestExt,
    http::{Method, StatusCode},
};
use tracing::{Span, field};

use crate::refusal::Refusal;

/// The event's request id; Lambda's own where the event has none.
pub(crate) fn request_id(request: &Request) -> String {
    use lambda_http::request::RequestContext::{ApiGatewayV1, ApiGatewayV2};
    let of_event = match request.request_context_ref() {
        Some(ApiGatewayV1(context)) => context.request_id.clone(),
        Some(ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    of_event.or_else(|| Some(request.lambda_context_ref()?.request_id.clone())).unwrap_or_default()
}

/// What every line of one request carries.
pub(crate) fn span(request: &Request, request_id: &str) -> Span {
    let span = tracing::info_span!("request", requestId = request_id, traceparent = field::Empty);
    if let Some(traceparent) = traceparent(request) {
        span.record("traceparent", traceparent);
    }
    span
}

/// The one line of a request: never a body, a header's value, an id or a key. A failure has its whole reason here, and
/// nowhere else.
pub(crate) fn line(method: &Method, route: &str, status: StatusCode, refusal: Option<Refusal>) {
    let status = status.as_u16();
    match refusal.filter(|refusal| refusal.status().is_server_error()) {
        Some(failure) => tracing::error!(%method, route, status, error = %failure, "failed"),
        None => tracing::info!(%method, route, status, "answered"),
    }
}

fn traceparent(request: &Request) -> Option<&str> {
    runtime::traceparent(request.headers().get("traceparent")?.to_str().ok()?)
}

#[cfg(test)]
mod tests;
