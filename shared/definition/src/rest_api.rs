//! What a REST API has as a whole, and the router does: binary media types and gateway responses.
//! (API Gateway API reference, `RestApi`; developer guide, `api-gateway-swagger-extensions-gateway-responses`.)

use std::collections::BTreeMap;

use identity::{Policy, PolicyProblem};
use plans::StageThrottle;
use serde::{Deserialize, Serialize};

use crate::{
    Authorizer, Source,
    document::{Entry, Node},
    integration::{is_header_name, source, template},
    limits,
    reader::{Reader, one_of},
};

/// The part of a definition that the router keeps for all operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestApi {
    /// `x-amazon-apigateway-binary-media-types`: content types whose bodies are bytes, `*/*` among them perhaps.
    pub binary_media_types: Vec<String>,
    /// `x-amazon-apigateway-gateway-responses`, by type: `DEFAULT_4XX`, `QUOTA_EXCEEDED`, ….
    pub gateway_responses: Vec<(String, GatewayResponseSettings)>,
    /// `x-amazon-apigateway-policy`: whom the API lets in, and from where.
    pub policy: Option<Policy>,
    /// `x-tollgate-problem-details`: whether gateway responses that are not customised are RFC 9457's problem details.
    pub problem_details: bool,
    /// Authorizers by their name in the document.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// `x-amazon-apigateway-api-key-source`.
    pub api_key_source: ApiKeySource,
    /// `x-tollgate-throttle` at the top: a token bucket for all requests to the stage.
    pub throttle: Option<StageThrottle>,
    /// `x-tollgate-rate-limit-fields: false`: callers are not told of their plan in `RateLimit` and `RateLimit-Policy`.
    pub hides_rate_limit_fields: bool,
}

/// What says which API key a request counts for. (API Gateway developer guide, `api-gateway-api-key-source`.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiKeySource {
    /// Its header `x-api-key`.
    #[default]
    Header,
    /// The `usageIdentifierKey` of a Lambda authorizer's answer.
    Authorizer,
}

/// A gateway response of the user's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayResponseSettings {
    /// The status, if it is not AWS's.
    pub status: Option<u16>,
    /// Headers, by name.
    pub headers: Vec<(String, Source)>,
    /// Bodies by content type, in the order of the document. They are not VTL: `$context.…`, `$stageVariables.…` and
    /// `method.request.…` are replaced and nothing else.
    pub templates: Vec<(String, String)>,
}

/// Every type that AWS has. (API Gateway developer guide, `supported-gateway-response-types`.)
pub const GATEWAY_RESPONSE_TYPES: [&str; 21] = [
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
];

const BINARY: &str = "x-amazon-apigateway-binary-media-types";
const RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
const POLICY: &str = "x-amazon-apigateway-policy";
const KEY_SOURCE: &str = "x-amazon-apigateway-api-key-source";
const FIELDS: &str = "x-tollgate-rate-limit-fields";
const PROBLEM_DETAILS: &str = "x-tollgate-problem-details";

/// Reads what stands at the top of the document.
pub(crate) fn read(reader: &mut Reader, root: &Node) -> RestApi {
    let responses = root.get(RESPONSES).map(|node| reader.object(node, RESPONSES)).unwrap_or_default();
    RestApi {
        binary_media_types: root.get(BINARY).map(|node| media_types(reader, node)).unwrap_or_default(),
        gateway_responses: responses.iter().filter_map(|entry| gateway_response(reader, entry)).collect(),
        policy: root.get(POLICY).and_then(|node| policy(reader, node)),
        problem_details: root.get(PROBLEM_DETAILS).is_some_and(|node| reader.flag(node, PROBLEM_DETAILS)),
        authorizers: BTreeMap::new(),
        api_key_source: root.get(KEY_SOURCE).map(|node| key_source(reader, node)).unwrap_or_default(),
        throttle: limits::of_stage(reader, root),
        hides_rate_limit_fields: root.get(FIELDS).is_some_and(|node| reader.says_no(node, FIELDS)),
    }
}

fn key_source(reader: &mut Reader, node: &Node) -> ApiKeySource {
    match reader.choice(node, KEY_SOURCE, &["HEADER", "AUTHORIZER"]) {
        Some("AUTHORIZER") => ApiKeySource::Authorizer,
        _ => ApiKeySource::Header,
    }
}

fn policy(reader: &mut Reader, node: &Node) -> Option<Policy> {
    if let Some(function) = node.intrinsic() {
        let message = format!("CloudFormation's {function} is not resolved here");
        reader.problem(node.place, message, "write the policy itself");
        return None;
    }
    let read = Policy::parse(&node.json());
    for PolicyProblem { pointer, message, remedy } in read.as_ref().err().into_iter().flatten() {
        reader.problem(node.at_pointer(pointer).place, message, remedy);
    }
    read.ok()
}

fn media_types(reader: &mut Reader, node: &Node) -> Vec<String> {
    let types = reader.texts(node, BINARY);
    for (kind, item) in types.iter().zip(node.items().unwrap_or_default()) {
        if !kind.contains('/') {
            let message = format!("{kind:?} is not a media type");
            reader.problem(item.place, message, "write a type and a subtype: image/png, or */* for all");
        }
    }
    types.into_iter().map(|kind| kind.to_ascii_lowercase()).collect()
}

fn gateway_response(reader: &mut Reader, entry: &Entry) -> Option<(String, GatewayResponseSettings)> {
    let Some(kind) = GATEWAY_RESPONSE_TYPES.iter().find(|kind| kind.eq_ignore_ascii_case(&entry.key)) else {
        let message = format!("{:?} is not a type of gateway response", entry.key);
        let alike: Vec<&str> = similar(&entry.key);
        reader.problem(entry.place, message, format!("write {}", one_of(&alike)));
        return None;
    };
    let mut settings = GatewayResponseSettings::default();
    for Entry { key, place, value } in reader.object(&entry.value, "a gateway response") {
        match key.as_str() {
            "statusCode" => {
                let status = reader.number(value, key, 100, 599);
                settings.status = status.and_then(|status| u16::try_from(status).ok());
            }
            "responseParameters" => settings.headers = headers(reader, value),
            "responseTemplates" => settings.templates = templates(reader, value),
            // Exports carry both; the type is the key, and what stands in an export is the user's own.
            "responseType" | "defaultResponse" => {}
            _ => reader.problem(*place, format!("{key:?} is not a property of a gateway response"), "leave it out"),
        }
    }
    Some(((*kind).to_owned(), settings))
}

/// Types that share a word with `key`; all where none does.
fn similar(key: &str) -> Vec<&'static str> {
    let key = key.to_ascii_uppercase();
    let words: Vec<&str> = key.split(['_', '-']).filter(|word| word.len() > 2).collect();
    let alike = |kind: &&str| words.iter().any(|word| kind.contains(word));
    let found: Vec<&str> = GATEWAY_RESPONSE_TYPES.into_iter().filter(alike).collect();
    if found.is_empty() { GATEWAY_RESPONSE_TYPES.to_vec() } else { found }
}

/// `gatewayresponse.header.Name: source`.
fn headers(reader: &mut Reader, node: &Node) -> Vec<(String, Source)> {
    let mut headers = Vec::new();
    for Entry { key, place, value } in reader.object(node, "responseParameters") {
        let Some(name) = key.strip_prefix("gatewayresponse.header.").filter(|name| is_header_name(name)) else {
            let remedy = "write gatewayresponse.header.NAME: \"'value'\"";
            reader.problem(*place, format!("{key:?} is not a header of a gateway response"), remedy);
            continue;
        };
        let from = reader.text(value, key).and_then(source::of_gateway_response);
        match from {
            Some(from) => headers.push((name.to_owned(), from)),
            None => reader.problem(
                value.place,
                format!("{:?} is not a value for a header", value.text().unwrap_or_default()),
                "write 'text', method.request.header.NAME, context.NAME or stageVariables.NAME",
            ),
        }
    }
    headers
}

fn templates(reader: &mut Reader, node: &Node) -> Vec<(String, String)> {
    let entries = reader.object(node, "responseTemplates").iter();
    let pairs =
        entries.filter_map(|entry| Some((entry.key.to_ascii_lowercase(), template::text(reader, &entry.value)?)));
    pairs.collect()
}
