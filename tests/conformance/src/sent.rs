//! What the target was asked, held against what the case expects.

use std::collections::BTreeMap;

use bytes::Bytes;
use gateway::{FunctionCall, Headers, HttpCall, Invocation, ServiceCall};
use percent_encoding::percent_decode;
use serde_json::{Value, json};
use testkit::Call;

use crate::{
    Failure,
    case::Exchange,
    expectation::{ANYTHING, BackendExpectation, FunctionExpectation, WireExpectation, check_text, quoted},
    headers, json as values,
};

/// Whether the calls are those that the exchange expects: none where there is no target, else one, of the target's kind.
///
/// # Errors
/// What differs.
pub(crate) fn check(exchange: &Exchange, calls: &[Call]) -> Result<(), Failure> {
    let shown =
        || if calls.is_empty() { "none".to_owned() } else { calls.iter().map(line).collect::<Vec<_>>().join("; ") };
    match (&exchange.backend, calls) {
        (None, []) => Ok(()),
        (None, _) => Err(Failure::differs("backend", "no call", shown())),
        (Some(_), [call]) => match &exchange.expect_backend {
            Some(Some(expected)) => check_call(expected, call).map_err(|failure| failure.at("expectBackend")),
            Some(None) | None => Ok(()),
        },
        (Some(_), _) => Err(Failure::differs("backend", "one call", shown())),
    }
}

/// A request to an HTTP server or an AWS service as it goes over the wire.
struct Wire<'a> {
    service: Option<&'a str>,
    host: &'a str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Headers,
    body: &'a Bytes,
}

fn check_call(expected: &BackendExpectation, call: &Call) -> Result<(), Failure> {
    match call {
        Call::Function(call) => check_function(&expected.function, call),
        Call::Http(call) => check_wire(&expected.wire, &of_http(call)),
        Call::Service(call) => check_wire(&expected.wire, &of_service(call)),
        Call::Action(_) => Err(Failure::differs("call", "a request", line(call))),
    }
}

fn check_function(expected: &FunctionExpectation, call: &FunctionCall) -> Result<(), Failure> {
    for (key, text) in &expected.texts {
        let got = match *key {
            "function" => call.function.as_str(),
            _ => invocation_type(call.invocation),
        };
        check_text(key, text, Some(got))?;
    }
    if expected.payload.is_none() && expected.payload_subset.is_none() {
        return Ok(());
    }
    // A function that is invoked with no bytes gets an empty object.
    let payload = if call.event.is_empty() { Ok(json!({})) } else { serde_json::from_slice::<Value>(&call.event) };
    let payload = payload.map_err(|_| Failure::differs("payload", "JSON", quoted(&call.event)))?;
    if let Some(expected) = &expected.payload {
        values::check_equal("payload", expected, &payload)?;
    }
    expected.payload_subset.as_ref().map_or(Ok(()), |it| values::check_subset("payloadSubset", it, &payload))
}

fn check_wire(expected: &WireExpectation, wire: &Wire<'_>) -> Result<(), Failure> {
    for (key, text) in &expected.texts {
        let action = if *key == "action" { action(wire) } else { None };
        let got = match *key {
            "service" => wire.service,
            "host" => Some(wire.host),
            "method" => Some(wire.method),
            "path" => Some(wire.path),
            _ => action.as_deref(),
        };
        check_text(key, text, got)?;
    }
    if let Some(query) = &expected.query {
        check_query(query, wire.query)?;
    }
    headers::check(&expected.headers, &wire.headers)?;
    expected.body.as_ref().map_or(Ok(()), |body| body.check(wire.body))
}

fn check_query(expected: &str, got: &str) -> Result<(), Failure> {
    let met = if expected == ANYTHING { !got.is_empty() } else { by_name(expected) == by_name(got) };
    if met { Ok(()) } else { Err(Failure::differs("query", quoted(expected.as_bytes()), quoted(got.as_bytes()))) }
}

/// The values of each name, in order.
fn by_name(form: &str) -> BTreeMap<Vec<u8>, Vec<Vec<u8>>> {
    let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in pairs(form.as_bytes()) {
        names.entry(name).or_default().push(value);
    }
    names
}

/// Form-decoded names and values: `+` is a space.
fn pairs(form: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let decode = |text: &[u8]| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_decode(&spaced).collect::<Vec<u8>>()
    };
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=').map(decode);
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

/// The operation that a service is asked for: services name it in a header, in the query or in a form.
fn action(wire: &Wire<'_>) -> Option<String> {
    if let Some(target) = wire.headers.get("x-amz-target") {
        return target.rsplit('.').next().map(str::to_owned);
    }
    let of = |form: &[u8]| pairs(form).find(|(name, _)| name == b"Action").map(|(_, value)| value);
    let named = of(wire.query.as_bytes()).or_else(|| of(wire.body))?;
    Some(String::from_utf8_lossy(&named).into_owned())
}

fn of_http(call: &HttpCall) -> Wire<'_> {
    let rest = call.url.split_once("://").map_or(call.url.as_str(), |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    let (method, body) = (&call.method, &call.body);
    let path = if path.is_empty() { "/" } else { path };
    let headers = on_the_wire(&call.headers, host, method, body);
    Wire { service: None, host, method, path, query, headers, body }
}

fn of_service(call: &ServiceCall) -> Wire<'_> {
    let ServiceCall { service, host, method, path, query, body, .. } = call;
    let headers = on_the_wire(&call.headers, host, method, body);
    Wire { service: Some(service), host, method, path, query, headers, body }
}

/// The headers with the two that the port leaves to who sends them.
fn on_the_wire(headers: &Headers, host: &str, method: &str, body: &Bytes) -> Headers {
    let mut headers = headers.clone();
    headers.set_default("host", host);
    if !body.is_empty() || ["POST", "PUT", "PATCH"].contains(&method) {
        headers.set_default("content-length", &body.len().to_string());
    }
    headers
}

fn invocation_type(invocation: Invocation) -> &'static str {
    match invocation {
        Invocation::RequestResponse => "RequestResponse",
        Invocation::Event => "Event",
        Invocation::DryRun => "DryRun",
    }
}

/// A call as people say it.
fn line(call: &Call) -> String {
    match call {
        Call::Function(call) => format!("{} of {}", invocation_type(call.invocation), call.function),
        Call::Http(call) => format!("{} {}", call.method, call.url),
        Call::Service(call) => format!("{} {}{} of {}", call.method, call.host, call.path, call.service),
        Call::Action(call) => format!("{:?}", call.action),
    }
}

#[cfg(test)]
mod tests;
