//! `aws`, `http` and `mock`: the request is mapped to the backend's, and its answer to the client's.

use bytes::Bytes;
use definition::{Mapped, Server, Target, Text};
use mapping::Overrides;

use crate::{
    Backends, FunctionAnswer, FunctionCall, GatewayResponse, Headers, HttpAnswer, HttpCall, Invocation,
    MAX_PAYLOAD_BYTES, Refusal, Tls,
    exchange::Exchange,
    incoming::{self, Incoming},
    mock,
    outgoing::{self, Outgoing, has_no_body},
    prepared::Prepared,
    service_call, url,
};

/// Calls the integration and gives the client's answer.
///
/// # Errors
/// Whatever keeps the request from the backend, or its answer from the client.
pub(crate) async fn answer<B: Backends>(
    mapped: &Mapped,
    exchange: &Exchange<'_>,
    prepared: &Prepared,
    backends: &B,
) -> Result<GatewayResponse, Refusal> {
    let mut overrides = Overrides::default();
    let outgoing = outgoing::map(&mapped.request, exchange, prepared, &mut overrides)?;
    let incoming = match &mapped.target {
        Target::Mock => mock::answer(&outgoing)?,
        Target::Http(server) => {
            let call = http_call(server, exchange, outgoing, mapped.timeout_ms)?;
            of_http(backends.send(call).await?)
        }
        Target::Function { function, credentials } => {
            let call = function_call(function, credentials.as_ref(), exchange, (outgoing, mapped.timeout_ms))?;
            of_function(backends.invoke(call).await?)
        }
        Target::Service(service) => {
            let call = service_call::call(service, exchange, outgoing, mapped.timeout_ms)?;
            of_http(backends.call(call).await?)
        }
    };
    incoming::map(mapped, exchange, prepared, (incoming, &mut overrides))
}

fn http_call(
    server: &Server,
    exchange: &Exchange<'_>,
    outgoing: Outgoing,
    timeout_ms: u32,
) -> Result<HttpCall, Refusal> {
    let request = exchange.request;
    let mut url = url::fill(&server.url, &request.stage.variables, &outgoing.path)?;
    url::add_query(&mut url, &url::query(&outgoing.query));
    let method = server.method.as_ref().unwrap_or(&request.method).clone();
    let mut headers = outgoing.headers;
    headers.remove(&["via", "host"]);
    headers.set("x-amzn-apigateway-api-id", &request.api.api_id);
    let body = if has_no_body(&method) { Bytes::new() } else { outgoing.body };
    Ok(HttpCall { method, url, headers, body, tls: tls(server), timeout_ms })
}

/// How the server shows who it is.
pub(crate) fn tls(server: &Server) -> Tls {
    Tls { insecure: server.tls.insecure, server_name: server.tls.server_name.clone() }
}

fn function_call(
    function: &Text,
    credentials: Option<&Text>,
    exchange: &Exchange<'_>,
    (outgoing, timeout_ms): (Outgoing, u32),
) -> Result<FunctionCall, Refusal> {
    let variables = &exchange.request.stage.variables;
    let event = outgoing.body.to_vec();
    if event.len() > MAX_PAYLOAD_BYTES {
        return Err(Refusal::RequestTooLarge(event.len()));
    }
    Ok(FunctionCall {
        function: function.fill(variables, |_| None)?,
        invocation: invocation(&outgoing.headers),
        event,
        tenant_id: outgoing.headers.get("x-amz-tenant-id").map(str::to_owned),
        credentials: credentials.map(|role| role.fill(variables, |_| None)).transpose()?,
        timeout_ms,
    })
}

/// `X-Amz-Invocation-Type` among the mapped headers.
pub(crate) fn invocation(headers: &Headers) -> Invocation {
    match headers.get("x-amz-invocation-type") {
        Some("Event") => Invocation::Event,
        Some("DryRun") => Invocation::DryRun,
        _ => Invocation::RequestResponse,
    }
}

fn of_http(answer: HttpAnswer) -> Incoming {
    let HttpAnswer { status, headers, body } = answer;
    Incoming { headers, body, selector: status.to_string() }
}

fn of_function(answer: FunctionAnswer) -> Incoming {
    let json = || Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
    let (body, selector) = match answer {
        FunctionAnswer::Payload(payload) => (payload, "200".to_owned()),
        FunctionAnswer::Accepted => (Bytes::new(), "202".to_owned()),
        FunctionAnswer::Failed(payload) => {
            let error: Option<serde_json::Value> = serde_json::from_slice(&payload).ok();
            let message = error.as_ref().and_then(|error| error.get("errorMessage")?.as_str());
            let selector = message.filter(|message| !message.is_empty()).unwrap_or("200").to_owned();
            (payload, selector)
        }
    };
    Incoming { headers: json(), body, selector }
}
