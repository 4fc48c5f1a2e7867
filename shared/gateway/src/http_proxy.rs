//! `http_proxy`: the request goes to an HTTP backend as it is, and the answer comes back as it is.

use bytes::Bytes;
use definition::HttpProxy;

use crate::{
    CallProblem, GatewayRequest, GatewayResponse, Headers, HttpAnswer, HttpCall, Refusal, changes, exchange::Exchange,
    identify::announce, mapped, outgoing, trace, url,
};

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

/// The request to the backend.
///
/// # Errors
/// 400 where a mapping cannot read the body, 500 where a hole of the URL has no value.
pub(crate) fn call(proxy: &HttpProxy, exchange: &Exchange<'_>) -> Result<HttpCall, Refusal> {
    let (request, path) = changes::of_request(&proxy.changes.request, exchange)?;
    let mapped = outgoing::parameters(&proxy.parameters, exchange)?;
    let mut url = url::fill(&proxy.server.url, &request.stage.variables, &mapped.path)?;
    if let Some(path) = path {
        url = url::with_path(&url, &path);
    }
    // The client's query goes on as it came; what is mapped is added to it. (Recorded.)
    url::add_query(&mut url, &url::passed_on(&request.query));
    url::add_query(&mut url, &url::query(&mapped.query));
    let method = proxy.server.method.as_ref().unwrap_or(&request.method).clone();
    let body = if outgoing::has_no_body(&method) { Bytes::new() } else { request.body.clone() };
    let headers = headers(request, mapped.headers, exchange);
    Ok(HttpCall { method, url, headers, body, tls: mapped::tls(&proxy.server), timeout_ms: proxy.timeout_ms })
}

/// The client's headers, those that are mapped, and API Gateway's own.
fn headers(request: GatewayRequest, mapped: Headers, exchange: &Exchange<'_>) -> Headers {
    let mut headers = request.headers;
    headers.remove(&NOT_SENT);
    if request.body.is_empty() {
        headers.remove(&["content-encoding"]);
    }
    for (name, value) in mapped.0 {
        headers.set(&name, value);
    }
    headers.remove(&["host", "expect", "te", "via"]);
    headers.set("x-amzn-apigateway-api-id", &request.api.api_id);
    headers.set("x-amzn-requestid", &request.request_id);
    headers.set("x-amzn-trace-id", trace::id(exchange.request));
    if let Some(principal) = exchange.principal {
        announce::headers(principal, &mut headers);
    }
    headers
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
