//! The client's request as the gateway gets it, in the surroundings that are the same for all cases.

use bytes::Bytes;
use gateway::{ApiIdentity, GatewayRequest, Headers, Stage};
use serde_json::json;

use crate::{
    case::{self, Exchange, Principal, Request},
    keys::{DEFAULT_KEY, Keys},
};

const ACCOUNT: &str = "123456789012";
const API_ID: &str = "a1b2c3d4e5";
const DOMAIN: &str = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com";

/// When the first request comes: 2015-04-09T12:34:56Z.
const TIME_MS: u64 = 1_428_582_896_000;
const TIME: &str = "09/Apr/2015:12:34:56 +0000";

/// The request of the exchange that has this number. Its key, if it carries a valid one, is put into `keys`.
///
/// # Errors
/// When the principal cannot be made.
pub(crate) fn build(
    exchange: &Exchange,
    number: usize,
    stage: &case::Stage,
    keys: &Keys,
) -> Result<GatewayRequest, &'static str> {
    let Request { method, path, query, source_ip, .. } = &exchange.request;
    let body = body(&exchange.request);
    let mut headers = headers(&exchange.request, body.as_ref());
    let mut authorizer = serde_json::Map::new();
    keys.none();
    if let Some(Principal { api_key_id, authorizer: context }) = &exchange.principal {
        if let Some(id) = api_key_id {
            headers.set_default("x-api-key", DEFAULT_KEY);
            keys.only(headers.get("x-api-key").unwrap_or_default(), id)?;
        }
        if let Some(context) = context {
            authorizer.insert("lambda".to_owned(), json!(context));
        }
    }
    Ok(GatewayRequest {
        request_id: format!("c6af9ac6-7b61-11e6-9a41-{number:012x}"),
        method: method.clone(),
        path: path.clone(),
        query: query.clone(),
        headers,
        body: body.unwrap_or_default(),
        source_ip: source_ip.clone(),
        protocol: "HTTP/1.1".to_owned(),
        time_ms: TIME_MS,
        time: TIME.to_owned(),
        api: ApiIdentity {
            account_id: ACCOUNT.to_owned(),
            api_id: API_ID.to_owned(),
            region: "us-east-1".to_owned(),
            domain_name: DOMAIN.to_owned(),
        },
        stage: Stage { name: stage.name.clone(), variables: stage.variables.clone() },
        authorizer,
        trace_id: Some(format!("Root=1-55267230-{number:024x}")),
        ..GatewayRequest::default()
    })
}

fn body(request: &Request) -> Option<Bytes> {
    let text = request.body.as_ref().map(|text| Bytes::from(text.clone()));
    text.or_else(|| request.body_base64.as_ref().map(|bytes| bytes.0.clone()))
}

/// The client's headers with the two that every client adds.
fn headers(request: &Request, body: Option<&Bytes>) -> Headers {
    let mut headers = Headers::default();
    let names = |name: &str| request.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    if !names("host") {
        headers.add("Host", DOMAIN);
    }
    headers.0.extend(request.headers.iter().cloned());
    if let Some(body) = body {
        headers.set_default("Content-Length", &body.len().to_string());
    }
    headers
}
