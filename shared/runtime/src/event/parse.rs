//! From an event to a [`GatewayRequest`].

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use gateway::{ApiIdentity, GatewayRequest, Headers, Stage};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{pairs::Pairs, reply::Shape};

/// Any of the events, before anyone knows which.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpEvent {
    version: Option<String>,
    route_key: Option<String>,
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    path: Option<String>,
    http_method: Option<String>,
    #[serde(default)]
    headers: Pairs<Option<String>>,
    #[serde(default)]
    multi_value_headers: Pairs<Vec<String>>,
    #[serde(default)]
    query_string_parameters: Pairs<Option<String>>,
    #[serde(default)]
    multi_value_query_string_parameters: Pairs<Vec<String>>,
    #[serde(default)]
    stage_variables: Option<BTreeMap<String, String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
    request_context: Option<RequestContext>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    account_id: Option<String>,
    api_id: Option<String>,
    #[serde(default)]
    authorizer: Option<Map<String, Value>>,
    domain_name: Option<String>,
    elb: Option<Value>,
    http: Option<HttpContext>,
    identity: Option<Identity>,
    protocol: Option<String>,
    request_id: Option<String>,
    request_time: Option<String>,
    request_time_epoch: Option<u64>,
    stage: Option<String>,
    time: Option<String>,
    time_epoch: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpContext {
    method: Option<String>,
    protocol: Option<String>,
    source_ip: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: Option<String>,
}

/// What a request has from elsewhere than its event.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Stage variables where the event carries none: load balancers and Function URLs have no stages.
    pub stage_variables: BTreeMap<String, String>,
    /// The base path that a custom domain or load balancer puts before every path, such as `/v1`; else empty.
    pub base_path: String,
    /// The region that the API lies in, which events do not carry.
    pub region: String,
    /// The time now, for events that carry none: milliseconds since 1970.
    pub now_ms: u64,
    /// The invocation's X-Ray trace, if it has one.
    pub trace_id: Option<String>,
}

/// Why an event is not a request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventProblem {
    /// It is none of the four.
    #[error("the event is not an HTTP API 2.0, REST API 1.0, load balancer or Function URL event: it has no {0}")]
    Unknown(&'static str),
    /// It says that its body is base64, and it is not. The client is there and gets an answer.
    #[error("the body is marked as base64 and is not")]
    Body {
        /// The shape in which the answer is expected.
        shape: Shape,
        /// The request's id.
        request_id: String,
    },
}

impl HttpEvent {
    /// The request, and the shape in which its answer is expected.
    ///
    /// # Errors
    /// When the event is not a request.
    pub fn into_request(self, surroundings: &Surroundings) -> Result<(GatewayRequest, Shape), EventProblem> {
        let context = self.request_context.as_ref().ok_or(EventProblem::Unknown("requestContext"))?;
        let shape = match (&self.version, &context.elb) {
            (Some(version), _) if version == "2.0" => Shape::V2,
            (_, Some(_)) => Shape::LoadBalancer { multi: !self.multi_value_headers.0.is_empty() },
            _ => Shape::V1,
        };
        let mut request = if shape == Shape::V2 { self.v2() } else { self.v1(shape) }?;
        request.body = self.body_bytes(shape)?;
        let context = self.request_context.unwrap_or_default();
        complete(&mut request, context, self.stage_variables, surroundings);
        // HTTP APIs put a named stage before the path, in payload 2.0 under custom domains too, whose base path it then does
        // not have. REST APIs put none.
        let default_endpoint = request.api.domain_name.contains(".execute-api.");
        let stage_in_path = shape == Shape::V2 || self.version.is_some() && default_endpoint;
        let prefix = if stage_in_path { request.stage.prefix() } else { surroundings.base_path.clone() };
        request.path = without_prefix(request.path, &prefix);
        Ok((request, shape))
    }

    fn v2(&self) -> Result<GatewayRequest, EventProblem> {
        let http = self.request_context.as_ref().and_then(|context| context.http.as_ref());
        let http = http.ok_or(EventProblem::Unknown("requestContext.http"))?;
        let single = self.headers.0.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        let mut headers = Headers(single.collect());
        if let Some(cookies) = self.cookies.as_ref().filter(|cookies| !cookies.is_empty()) {
            headers.set("cookie", cookies.join("; "));
        }
        Ok(GatewayRequest {
            method: http.method.clone().ok_or(EventProblem::Unknown("requestContext.http.method"))?,
            path: self.raw_path.clone().ok_or(EventProblem::Unknown("rawPath"))?,
            query: self.raw_query_string.clone().unwrap_or_default(),
            headers,
            source_ip: http.source_ip.clone().unwrap_or_default(),
            route_key: self.route_key.clone(),
            protocol: http.protocol.clone().unwrap_or_default(),
            ..GatewayRequest::default()
        })
    }

    fn v1(&self, shape: Shape) -> Result<GatewayRequest, EventProblem> {
        let headers = Headers(all_values(&self.multi_value_headers, &self.headers));
        let query = all_values(&self.multi_value_query_string_parameters, &self.query_string_parameters);
        // A load balancer hands the query over as it came; REST APIs decode it.
        let encode = |text: &str| match shape {
            Shape::LoadBalancer { .. } => text.to_owned(),
            Shape::V1 | Shape::V2 => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        };
        let query = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let identity = self.request_context.as_ref().and_then(|context| context.identity.as_ref());
        // A load balancer adds the address that it saw at the end; what stands before it is the client's word.
        let forwarded = headers.get("x-forwarded-for").and_then(|value| value.rsplit(',').next()).map(str::trim);
        let source_ip = identity.and_then(|identity| identity.source_ip.as_deref()).or(forwarded).unwrap_or_default();
        Ok(GatewayRequest {
            method: self.http_method.clone().ok_or(EventProblem::Unknown("httpMethod"))?,
            path: self.path.clone().ok_or(EventProblem::Unknown("path"))?,
            query: query.collect::<Vec<_>>().join("&"),
            source_ip: source_ip.to_owned(),
            headers,
            ..GatewayRequest::default()
        })
    }

    fn body_bytes(&self, shape: Shape) -> Result<Bytes, EventProblem> {
        let Some(text) = &self.body else { return Ok(Bytes::new()) };
        if self.is_base64_encoded != Some(true) {
            return Ok(Bytes::from(text.clone()));
        }
        STANDARD.decode(text).map(Bytes::from).map_err(|_| {
            let context = self.request_context.as_ref();
            let request_id = context.and_then(|context| context.request_id.clone()).unwrap_or_default();
            EventProblem::Body { shape, request_id }
        })
    }
}

/// What all shapes have in their context.
fn complete(
    request: &mut GatewayRequest,
    context: RequestContext,
    stage_variables: Option<BTreeMap<String, String>>,
    surroundings: &Surroundings,
) {
    request.time_ms = context.time_epoch.or(context.request_time_epoch).unwrap_or(surroundings.now_ms);
    request.time = context.time.or(context.request_time).unwrap_or_else(|| common_log_time(request.time_ms));
    if let Some(protocol) = context.protocol {
        request.protocol = protocol;
    }
    if request.protocol.is_empty() {
        "HTTP/1.1".clone_into(&mut request.protocol);
    }
    request.trace_id =
        surroundings.trace_id.clone().or_else(|| request.headers.get("x-amzn-trace-id").map(str::to_owned));
    // A load balancer gives no request id; its trace id is one of a kind.
    request.request_id = context.request_id.or_else(|| request.trace_id.clone()).unwrap_or_default();
    request.api = ApiIdentity {
        account_id: context.account_id.unwrap_or_default(),
        api_id: context.api_id.unwrap_or_default(),
        region: surroundings.region.clone(),
        domain_name: context.domain_name.unwrap_or_default(),
    };
    // A stage's own variables or none of them: one that a stage lacks must not come from another.
    let variables = stage_variables.unwrap_or_else(|| surroundings.stage_variables.clone());
    request.stage = Stage { name: context.stage.unwrap_or_else(|| "$default".to_owned()), variables };
    request.authorizer = match context.authorizer {
        Some(authorizer) if is_v2(&authorizer) => authorizer,
        Some(authorizer) if !authorizer.is_empty() => Map::from_iter([("lambda".to_owned(), json!(authorizer))]),
        Some(_) | None => Map::new(),
    };
}

/// Payload 2.0 says which kind of authorizer it was; 1.0 gives the context of a Lambda authorizer as it is.
fn is_v2(authorizer: &Map<String, Value>) -> bool {
    ["lambda", "jwt", "iam"].iter().any(|kind| authorizer.get(*kind).is_some_and(Value::is_object))
}

/// All values of all names; where there is no list of them, the single ones.
fn all_values(multi: &Pairs<Vec<String>>, single: &Pairs<Option<String>>) -> Vec<(String, String)> {
    if multi.0.is_empty() {
        return single.0.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
    }
    let each = |(name, values): &(String, Vec<String>)| {
        values.iter().map(|value| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    multi.0.iter().flat_map(each).collect()
}

/// `path` without `prefix`, taken off once and only where a segment ends.
fn without_prefix(path: String, prefix: &str) -> String {
    match path.strip_prefix(prefix) {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path,
    }
}

/// `09/Apr/2015:12:34:56 +0000`, as API Gateway writes `$context.requestTime`.
fn common_log_time(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1000).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month: String = at.month().to_string().chars().take(3).collect();
    let mut text = String::new();
    let _ = write!(text, "{:02}/{month}/{}", at.day(), at.year());
    let _ = write!(text, ":{:02}:{:02}:{:02} +0000", at.hour(), at.minute(), at.second());
    text
}

#[cfg(test)]
mod tests;
