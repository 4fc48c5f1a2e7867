//! `mock`: an answer without a backend.

use bytes::Bytes;
use definition::{Mock, MockResponse, Passthrough};
use regex_lite::Regex;

use crate::{GatewayRequest, GatewayResponse, Headers, Refusal};

/// The mock's answer.
pub(crate) fn answer(mock: &Mock, request: &GatewayRequest) -> Result<GatewayResponse, Refusal> {
    let status = integration_status(mock, request)?;
    let chosen = mock.responses.iter().find(|response| is_for(response, status));
    let chosen =
        chosen.ok_or_else(|| Refusal::Configuration(format!("no integration response for status {status}")))?;
    let mut headers = Headers::default();
    let mut body = Bytes::new();
    if let Some((media_type, text)) = chosen.bodies.first_key_value() {
        headers.add("content-type", media_type);
        body = Bytes::from(text.clone());
    }
    for (name, value) in &chosen.headers {
        headers.set(name, value);
    }
    headers.set_default("content-type", "application/json");
    Ok(GatewayResponse { status: chosen.status, headers, body })
}

fn integration_status(mock: &Mock, request: &GatewayRequest) -> Result<u16, Refusal> {
    let media_type = request.media_type();
    if let Some(status) = mock.statuses.get(&media_type) {
        return Ok(*status);
    }
    let passes = match mock.passthrough {
        Passthrough::WhenNoMatch => true,
        Passthrough::WhenNoTemplates => mock.statuses.is_empty(),
        Passthrough::Never => false,
    };
    if !passes {
        return Err(Refusal::MediaType(media_type));
    }
    let status = Mock::status_in(&String::from_utf8_lossy(&request.body));
    status.ok_or_else(|| Refusal::Configuration("the body that was passed through has no statusCode".to_owned()))
}

/// Patterns match the whole status, as Java's `matches` does.
fn is_for(response: &MockResponse, status: u16) -> bool {
    let Some(pattern) = &response.pattern else { return true };
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(&status.to_string()))
}
