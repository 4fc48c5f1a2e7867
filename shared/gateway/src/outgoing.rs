//! A request mapping at work: what a mapped integration is sent.
//! (API Gateway developer guide, `rest-api-data-transformations`.)

use std::collections::BTreeMap;

use bytes::Bytes;
use definition::{Destination, ParameterMapping, Passthrough, RequestMapping};
use mapping::{Inputs, Overrides};

use crate::{Headers, Refusal, binary, exchange::Exchange, prepared::Prepared, trace};

/// A request to a backend before it is known which kind of backend.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) headers: Headers,
    pub(crate) query: Vec<(String, String)>,
    /// Values for the holes of the URI.
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) body: Bytes,
}

/// Headers that no mapping and no template brings to a backend. (Recorded.)
const DROPPED: [&str; 3] = ["expect", "proxy-authenticate", "te"];

/// Applies `mapping`; what its template overrides is noted in `overrides`, which the response's template can read.
///
/// # Errors
/// 415 where no template takes the body, 400 where one cannot read it, 500 where one fails.
pub(crate) fn map(
    mapping: &RequestMapping,
    exchange: &Exchange<'_>,
    prepared: &Prepared,
    overrides: &mut Overrides,
) -> Result<Outgoing, Refusal> {
    let template = choose_template(mapping, exchange)?;
    let mut outgoing = parameters(&mapping.parameters, exchange)?;
    let request = exchange.request;
    let is_binary = binary::is_binary(request.headers.get("content-type"), &exchange.rest_api.binary_media_types);
    let body = binary::of_request(&request.body, is_binary, mapping.content_handling)?;
    outgoing.body = match template {
        None => body,
        Some(index) => {
            let template = prepared.request_template(index)?;
            let text = String::from_utf8_lossy(&body);
            let converted = (text != exchange.body().text()).then(|| mapping::Body::new(text.into_owned()));
            let inputs = Inputs {
                body: converted.as_ref().unwrap_or_else(|| exchange.body()),
                params: exchange.params(),
                context: exchange.context(),
                stage_variables: &request.stage.variables,
            };
            Bytes::from(template.render(&inputs, overrides).map_err(|problem| {
                let media_type = mapping.templates.get(index).map_or("", |(media_type, _)| media_type);
                Refusal::of_request_template(media_type, problem)
            })?)
        }
    };
    apply(overrides, &mut outgoing);
    finish_headers(&mut outgoing.headers, exchange);
    Ok(outgoing)
}

/// The values of REST's `requestParameters`.
///
/// # Errors
/// 400 where the body is to be looked into and is broken JSON.
pub(crate) fn parameters(mappings: &[ParameterMapping], exchange: &Exchange<'_>) -> Result<Outgoing, Refusal> {
    let mut outgoing = Outgoing::default();
    for ParameterMapping { to, from } in mappings {
        // An empty value is none. (Recorded.)
        let mut values = exchange.values(from)?;
        values.retain(|value| !value.is_empty());
        match to {
            _ if values.is_empty() => {}
            Destination::Header(name) => outgoing.headers.set(name, one_line(&values.join(","))),
            Destination::Query(name) => outgoing.query.extend(values.into_iter().map(|value| (name.clone(), value))),
            Destination::Path(name) => {
                outgoing.path.insert(name.clone(), values.join(","));
            }
        }
    }
    Ok(outgoing)
}

/// Which template the body is mapped with; `None`: it goes on as it is.
fn choose_template(mapping: &RequestMapping, exchange: &Exchange<'_>) -> Result<Option<usize>, Refusal> {
    let media_type = exchange.request.media_type();
    let whole = exchange.request.headers.get("content-type").map(str::to_ascii_lowercase);
    let find = |wanted: &str| mapping.templates.iter().position(|(kind, _)| kind == wanted);
    let found = whole.as_deref().and_then(find).or_else(|| find(&media_type)).or_else(|| find("$default"));
    let refused = match mapping.passthrough {
        Passthrough::WhenNoMatch => false,
        Passthrough::WhenNoTemplates => !mapping.templates.is_empty(),
        Passthrough::Never => true,
    };
    if found.is_none() && refused { Err(Refusal::MediaType(media_type)) } else { Ok(found) }
}

/// What a template set under `$context.requestOverride` is final.
fn apply(overrides: &Overrides, outgoing: &mut Outgoing) {
    for (name, value) in overrides.request_headers() {
        outgoing.headers.set(name, one_line(&value));
    }
    for (name, value) in overrides.request_querystring() {
        outgoing.query.retain(|(other, _)| other != name);
        outgoing.query.push((name.to_owned(), value));
    }
    for (name, value) in overrides.request_path() {
        outgoing.path.insert(name.to_owned(), value);
    }
}

/// What API Gateway sets where the mapping does not. (Recorded.)
fn finish_headers(headers: &mut Headers, exchange: &Exchange<'_>) {
    let request = exchange.request;
    headers.remove(&DROPPED);
    headers.set_default("accept", "application/json");
    headers.set_default("user-agent", &format!("AmazonAPIGateway_{}", request.api.api_id));
    if let Some(content_type) = request.headers.get("content-type")
        && !has_no_body(&request.method)
    {
        headers.set_default("content-type", content_type);
    }
    headers.set("x-amzn-trace-id", trace::id(request));
}

/// Methods that API Gateway sends without a body. (Recorded.)
pub(crate) fn has_no_body(method: &str) -> bool {
    ["GET", "HEAD", "OPTIONS"].contains(&method)
}

/// A header's value cannot hold a line break: what a client wrote into a body could write headers of its own.
pub(crate) fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect()
}
