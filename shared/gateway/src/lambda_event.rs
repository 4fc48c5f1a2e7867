//! A request as the event that a Lambda proxy integration takes.
//! (API Gateway developer guide, `set-up-lambda-proxy-integrations` for 1.0, `http-api-develop-integrations-lambda` for
//! 2.0.)

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use definition::{Operation, PayloadFormat};
use serde_json::{Map, Value, json};

use crate::{GatewayRequest, Headers, binary, context, exchange::Exchange};

/// The event, in the format that the integration declares.
/// `request` is the exchange's, with the changes that its integration makes.
pub(crate) fn event(format: PayloadFormat, request: &GatewayRequest, exchange: &Exchange<'_>) -> Value {
    match format {
        PayloadFormat::V1 => v1(request, exchange),
        PayloadFormat::V2 => v2(request, exchange.operation, exchange.parameters),
    }
}

/// Format 1.0: what is absent is `null`.
fn v1(request: &GatewayRequest, exchange: &Exchange<'_>) -> Value {
    let (operation, parameters) = (exchange.operation, exchange.parameters);
    let types = &exchange.rest_api.binary_media_types;
    let (body, is_base64) = body(request, !binary::is_binary(request.headers.get("content-type"), types));
    let (headers, multi_headers) = single_and_multi(request.headers.grouped());
    let query = request.query_pairs();
    let query = Headers(query);
    // Names of the query compare with case, unlike those of headers.
    let (query, multi_query) = single_and_multi(grouped_with_case(&query.0));
    json!({
        "version": "1.0",
        "resource": operation.path,
        "path": one_slash_less(&request.path),
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": multi_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": multi_query,
        "pathParameters": or_null(parameters),
        "stageVariables": or_null(&request.stage.variables),
        "requestContext": context::of_event(request, Some(operation), exchange.principal),
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// Format 2.0: what is absent is left out.
fn v2(request: &GatewayRequest, operation: &Operation, parameters: &BTreeMap<String, String>) -> Value {
    let (body, is_base64) = body(request, is_text(&request.media_type(), request.headers.get("content-type")));
    let path = request.stage.prefix() + &request.path;
    let mut context = json!({
        "accountId": request.api.account_id,
        "apiId": request.api.api_id,
        "domainName": request.api.domain_name,
        "domainPrefix": context::domain_prefix(request),
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.headers.get("user-agent").unwrap_or_default(),
        },
        "requestId": request.request_id,
        "routeKey": operation.route_key(),
        "stage": request.stage.name,
        "time": request.time,
        "timeEpoch": request.time_ms,
    });
    if let Some(context) = context.as_object_mut().filter(|_| !request.authorizer.is_empty()) {
        context.insert("authorizer".to_owned(), Value::Object(request.authorizer.clone()));
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": operation.route_key(),
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": joined_headers(&request.headers),
        "requestContext": context,
        "isBase64Encoded": is_base64,
    });
    let cookies: Vec<&str> = request
        .headers
        .grouped()
        .into_iter()
        .filter(|(name, _)| is_cookie(name))
        .flat_map(|(_, values)| values)
        .flat_map(|value| value.split("; "))
        .collect();
    let query = grouped_with_case(&request.query_pairs())
        .into_iter()
        .map(|(name, values)| (name.to_owned(), Value::from(values.join(","))))
        .collect::<Map<_, _>>();
    if let Some(event) = event.as_object_mut() {
        let optional = [
            ("cookies", json!(cookies), cookies.is_empty()),
            ("queryStringParameters", Value::Object(query.clone()), query.is_empty()),
            ("pathParameters", json!(parameters), parameters.is_empty()),
            ("stageVariables", json!(request.stage.variables), request.stage.variables.is_empty()),
            ("body", body.clone(), body.is_null()),
        ];
        event.extend(
            optional.into_iter().filter(|(_, _, absent)| !absent).map(|(name, value, _)| (name.to_owned(), value)),
        );
    }
    event
}

/// The body and whether it is base64. Text stays text where the format allows; what is not UTF-8 is never cut to fit.
fn body(request: &GatewayRequest, as_text: bool) -> (Value, bool) {
    if request.body.is_empty() {
        return (Value::Null, false);
    }
    match std::str::from_utf8(&request.body) {
        Ok(text) if as_text => (Value::from(text), false),
        _ => (Value::from(STANDARD.encode(&request.body)), true),
    }
}

/// The content types whose bodies an HTTP API hands over as text; all others, and none, come as base64.
fn is_text(media_type: &str, content_type: Option<&str>) -> bool {
    let named = ["application/json", "application/xml", "application/javascript"].contains(&media_type);
    content_type.is_some() && (media_type.starts_with("text/") || named)
}

/// `headers` and `multiValueHeaders`, or the same of the query: the last value, and all; `null` when there are none.
fn single_and_multi(groups: Vec<(&str, Vec<&str>)>) -> (Value, Value) {
    if groups.is_empty() {
        return (Value::Null, Value::Null);
    }
    let last = groups.iter().map(|(name, values)| ((*name).to_owned(), json!(values.last()))).collect::<Map<_, _>>();
    let all = groups.iter().map(|(name, values)| ((*name).to_owned(), json!(values))).collect::<Map<_, _>>();
    (Value::Object(last), Value::Object(all))
}

fn grouped_with_case(pairs: &[(String, String)]) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in pairs {
        match groups.iter_mut().find(|(other, _)| other == name) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    groups
}

/// Format 2.0 writes names in lower case and joins values with commas; cookies stand by themselves.
fn joined_headers(headers: &Headers) -> Map<String, Value> {
    let groups = headers.grouped().into_iter().filter(|(name, _)| !is_cookie(name));
    groups.map(|(name, values)| (name.to_ascii_lowercase(), Value::from(values.join(",")))).collect()
}

fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

/// `//path` loses one slash in `path`, and keeps it in `requestContext.path` (recorded).
fn one_slash_less(path: &str) -> &str {
    path.strip_prefix('/').filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

fn or_null(map: &BTreeMap<String, String>) -> Value {
    if map.is_empty() { Value::Null } else { json!(map) }
}
