//! `aws_proxy`: the request goes to a Lambda function as an event.

use definition::{LambdaProxy, PayloadFormat};

use crate::{
    FunctionAnswer, FunctionCall, GatewayResponse, MAX_PAYLOAD_BYTES, Refusal, binary, changes, exchange::Exchange,
    lambda_answer, lambda_event, mapped, outgoing,
};

/// The invocation.
///
/// # Errors
/// When the function cannot be named, or the event is larger than Lambda takes.
pub(crate) fn call(proxy: &LambdaProxy, exchange: &Exchange<'_>) -> Result<FunctionCall, Refusal> {
    let (mut request, path) = changes::of_request(&proxy.changes.request, exchange)?;
    if let Some(path) = path {
        request.path = path;
    }
    let variables = &request.stage.variables;
    let function = proxy.function.fill(variables, |_| None)?;
    let credentials = proxy.credentials.as_ref().map(|role| role.fill(variables, |_| None)).transpose()?;
    let event = lambda_event::event(proxy.payload, &request, exchange).to_string().into_bytes();
    if event.len() > MAX_PAYLOAD_BYTES {
        return Err(Refusal::RequestTooLarge(event.len()));
    }
    let mapped = outgoing::parameters(&proxy.parameters, exchange)?.headers;
    Ok(FunctionCall {
        function,
        invocation: mapped::invocation(&mapped),
        event,
        tenant_id: mapped.get("x-amz-tenant-id").map(str::to_owned),
        credentials,
        timeout_ms: proxy.timeout_ms,
    })
}

/// The client's answer.
///
/// # Errors
/// When the function failed, or gave back something else than a proxy response.
pub(crate) fn respond(
    proxy: &LambdaProxy,
    exchange: &Exchange<'_>,
    answer: FunctionAnswer,
) -> Result<GatewayResponse, Refusal> {
    let types = &exchange.rest_api.binary_media_types;
    let decodes = proxy.decodes_base64 || binary::is_binary(exchange.request.headers.get("accept"), types);
    match answer {
        FunctionAnswer::Payload(payload) => lambda_answer::respond(proxy.payload, decodes, &payload),
        // Nothing comes back of a function that is called later: as if it had given back an empty answer.
        FunctionAnswer::Accepted => lambda_answer::respond(PayloadFormat::V1, false, b"{}"),
        FunctionAnswer::Failed(payload) => {
            Err(Refusal::Answer(format!("the function failed: {}", error_type(&payload))))
        }
    }
}

/// The error's type. Its message may hold what a client sent, so it stays in the function's own log.
fn error_type(payload: &[u8]) -> String {
    let error: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
    let name = error.as_ref().and_then(|error| error.get("errorType")?.as_str());
    name.unwrap_or("of no type").chars().take(100).collect()
}
