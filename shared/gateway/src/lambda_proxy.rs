//! `aws_proxy`: the request goes to a Lambda function as an event.

use std::collections::BTreeMap;

use definition::{LambdaProxy, Operation};

use crate::{
    FunctionAnswer, FunctionCall, GatewayRequest, GatewayResponse, Invocation, MAX_PAYLOAD_BYTES, Refusal,
    lambda_answer, lambda_event,
};

/// The invocation.
///
/// # Errors
/// When the function cannot be named, or the event is larger than Lambda takes.
pub(crate) fn call(
    proxy: &LambdaProxy,
    request: &GatewayRequest,
    operation: &Operation,
    parameters: &BTreeMap<String, String>,
) -> Result<FunctionCall, Refusal> {
    let function = proxy.function.fill(&request.stage.variables, |_| None)?;
    let event = lambda_event::event(proxy.payload, request, operation, parameters).to_string().into_bytes();
    if event.len() > MAX_PAYLOAD_BYTES {
        return Err(Refusal::RequestTooLarge(event.len()));
    }
    Ok(FunctionCall {
        function,
        invocation: Invocation::RequestResponse,
        event,
        tenant_id: None,
        credentials: None,
        timeout_ms: proxy.timeout_ms,
    })
}

/// The client's answer.
///
/// # Errors
/// When the function failed, or gave back something else than a proxy response.
pub(crate) fn respond(proxy: &LambdaProxy, answer: FunctionAnswer) -> Result<GatewayResponse, Refusal> {
    match answer {
        FunctionAnswer::Payload(payload) => lambda_answer::respond(proxy.payload, proxy.decodes_base64, &payload),
        FunctionAnswer::Accepted => Ok(GatewayResponse::json(202, &serde_json::json!({}))),
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
