//! `http_proxy`: the request goes to an HTTP backend as it is, and the answer comes back as it is.

use std::collections::BTreeMap;

use definition::HttpProxy;
use identity::Principal;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{CallProblem, GatewayRequest, GatewayResponse, Headers, HttpAnswer, HttpCall, Refusal, Tls, principal};

/// Request headers that API Gateway does not pass on (recorded), and those that belong to the connection.
const NOT_SENT: [&str; 18] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "host",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-amzn-requestid",
];

/// Response headers that come back under another name (recorded): API Gateway sets its own.
const REMAPPED: [&str; 4] = ["connection", "content-length", "date", "server"];

/// Response headers that belong to the connection.
const NOT_RETURNED: [&str; 6] = ["keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// What a path may not hold as it is (RFC 3986): all but unreserved characters, sub-delimiters, `:`, `@` and, for greedy
/// parameters, `/`. No other parameter can hold a slash: [`RequestPath`](crate::RequestPath) refuses it.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a value in a query may not hold as it is: all but unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a client's query may hold and no URL may. The rest goes on as it came.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The request to the backend.
pub(crate) fn call(
    proxy: &HttpProxy,
    request: &GatewayRequest,
    parameters: &BTreeMap<String, String>,
    principal: Option<&Principal>,
) -> Result<HttpCall, Refusal> {
    let mut url = url(proxy, request, parameters)?;
    if !request.query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend(utf8_percent_encode(&request.query, NOT_IN_QUERY));
    }
    let mut headers = request.headers.clone();
    headers.0.retain(|(name, _)| !is_one_of(name, &NOT_SENT));
    if request.body.is_empty() {
        headers.0.retain(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
    }
    headers.set("x-amzn-apigateway-api-id", &request.api.api_id);
    headers.set("x-amzn-requestid", &request.request_id);
    if let Some(trace_id) = &request.trace_id {
        headers.set("x-amzn-trace-id", trace_id);
    }
    if let Some(principal) = principal {
        principal::headers(principal, &mut headers);
    }
    let method = proxy.method.as_ref().unwrap_or(&request.method).clone();
    let body = request.body.clone();
    Ok(HttpCall { method, url, headers, body, tls: Tls::default(), timeout_ms: proxy.timeout_ms })
}

/// The integration's URL with its holes filled: a parameter cannot leave the place that it stands in.
fn url(
    proxy: &HttpProxy,
    request: &GatewayRequest,
    parameters: &BTreeMap<String, String>,
) -> Result<String, definition::Unresolved> {
    let first_in_query = proxy.url.parts_before('?');
    let mut place = 0;
    proxy.url.fill(&request.stage.variables, |name| {
        let in_query = first_in_query.is_some_and(|first| place >= first);
        place += 1;
        let value = parameters.get(proxy.path_parameters.get(name)?)?;
        Some(utf8_percent_encode(value, if in_query { VALUE } else { PATH }).to_string())
    })
}

/// The client's answer.
pub(crate) fn respond(answer: HttpAnswer) -> Result<GatewayResponse, Refusal> {
    if answer.body.len() > crate::MAX_PAYLOAD_BYTES {
        return Err(Refusal::Call(CallProblem::TooLarge));
    }
    let mut headers = Headers::default();
    for (name, value) in answer.headers.0 {
        if is_one_of(&name, &REMAPPED) {
            headers.add(format!("x-amzn-remapped-{}", name.to_ascii_lowercase()), value);
        } else if !is_one_of(&name, &NOT_RETURNED) {
            headers.add(name, value);
        }
    }
    Ok(GatewayResponse { status: answer.status, headers, body: answer.body })
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}
