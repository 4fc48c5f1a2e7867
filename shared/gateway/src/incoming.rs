//! A response mapping at work: what the client gets of a mapped integration's answer.
//! (API Gateway developer guide, `api-gateway-integration-settings-integration-response`.)

use bytes::Bytes;
use definition::{IntegrationResponse, Mapped};
use mapping::{Body, Inputs, Overrides};

use crate::{
    GatewayResponse, Headers, Refusal, accept, binary, exchange::Exchange, outgoing::one_line, prepared::Prepared,
};

/// What a backend of any kind gave back.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    /// What chooses the integration response: the status, or a function's `errorMessage`.
    pub(crate) selector: String,
}

/// Response headers that come back under another name, for API Gateway sets its own. (Recorded.)
const REMAPPED: [&str; 14] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
];

/// The client's answer.
///
/// # Errors
/// 500 where no integration response is for the backend's, where a template fails, or where the body is not what it is to
/// be read as.
pub(crate) fn map(
    mapped: &Mapped,
    exchange: &Exchange<'_>,
    prepared: &Prepared,
    (incoming, overrides): (Incoming, &mut Overrides),
) -> Result<GatewayResponse, Refusal> {
    let (index, chosen) = choose(mapped, prepared, &incoming.selector)?;
    let types = &exchange.rest_api.binary_media_types;
    let is_binary = binary::is_binary(incoming.headers.get("content-type"), types);
    let wanted = binary::is_binary(exchange.request.headers.get("accept"), types);
    let raw = Body::new(String::from_utf8_lossy(&incoming.body).into_owned());
    let mut headers = mapped_headers(chosen, exchange, &incoming, &raw)?;
    let mut body = binary::of_response(&incoming.body, (is_binary, wanted), chosen.content_handling)?;
    if let Some(place) = accept::template_for(&chosen.templates, exchange.request.headers.get("accept")) {
        let converted = String::from_utf8_lossy(&body);
        let converted = (converted != raw.text()).then(|| Body::new(converted.into_owned()));
        let inputs = Inputs {
            body: converted.as_ref().unwrap_or(&raw),
            params: exchange.params(),
            context: exchange.context(),
            stage_variables: &exchange.request.stage.variables,
        };
        let template = prepared.response_template(index, place)?;
        body = Bytes::from(
            template
                .render(&inputs, overrides)
                .map_err(|problem| Refusal::of_response_template(chosen, place, problem))?,
        );
        if let Some((media_type, _)) = chosen.templates.get(place) {
            headers.set_default("content-type", media_type);
        }
    }
    for (name, value) in overrides.response_headers() {
        set(&mut headers, name, &value);
    }
    headers.set_default("content-type", "application/json");
    Ok(GatewayResponse { status: overrides.response_status().unwrap_or(chosen.status), headers, body })
}

/// The first entry whose pattern matches, else `default`, which is last.
fn choose<'m>(
    mapped: &'m Mapped,
    prepared: &Prepared,
    selector: &str,
) -> Result<(usize, &'m IntegrationResponse), Refusal> {
    let fits = |(index, response): &(usize, &IntegrationResponse)| {
        response.pattern.is_none() || prepared.is_for(*index, selector)
    };
    let found = mapped.responses.iter().enumerate().find(fits);
    found.ok_or_else(|| {
        // A function's message may hold what a client sent.
        let shown = if selector.len() == 3 { selector } else { "a function's error" };
        Refusal::Configuration(format!("no integration response is for {shown}, and there is no default"))
    })
}

fn mapped_headers(
    chosen: &IntegrationResponse,
    exchange: &Exchange<'_>,
    incoming: &Incoming,
    body: &Body,
) -> Result<Headers, Refusal> {
    let mut headers = Headers::default();
    for (name, source) in &chosen.headers {
        if let Some(value) = exchange.response_value(source, &incoming.headers, body)?.filter(|value| !value.is_empty())
        {
            set(&mut headers, name, &value);
        }
    }
    Ok(headers)
}

fn set(headers: &mut Headers, name: &str, value: &str) {
    let lower = name.to_ascii_lowercase();
    if REMAPPED.contains(&lower.as_str()) {
        headers.set(&format!("x-amzn-remapped-{lower}"), one_line(value));
    } else if lower != "transfer-encoding" && definition::is_header_name(name) {
        headers.set(name, one_line(value));
    }
}
