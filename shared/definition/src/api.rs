//! The compiled API: what the router needs to know of each operation, and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Text;

/// A checked API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// All operations, by path, then method.
    pub operations: Vec<Operation>,
}

/// One method of one path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The path as the document writes it: `/carts/{cartId}`.
    pub path: String,
    /// `GET`, …, or `ANY`.
    pub method: String,
    /// Whether `security` asks for an API key.
    pub api_key_required: bool,
    /// What is called.
    pub integration: Integration,
}

impl Operation {
    /// `GET /carts/{cartId}`: AWS's route key.
    pub fn route_key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What an operation calls. (API Gateway developer guide, `api-gateway-swagger-extensions-integration`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Integration {
    /// `aws_proxy`: a Lambda function that takes the request as an event.
    Lambda(LambdaProxy),
    /// `http_proxy`: an HTTP backend that takes the request as it is.
    Http(HttpProxy),
    /// `mock`: an answer without a backend.
    Mock(Mock),
}

impl Integration {
    /// Its target, if it has one.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Integration::Lambda(proxy) => Some(&proxy.function),
            Integration::Http(proxy) => Some(&proxy.url),
            Integration::Mock(_) => None,
        }
    }
}

/// An `aws_proxy` integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaProxy {
    /// The function: an ARN, with a version or alias or without, or a name.
    pub function: Text,
    /// The shape of the event and of the answer.
    pub payload: PayloadFormat,
    /// Whether `isBase64Encoded` in an answer makes its body bytes. HTTP APIs, whose exports name a
    /// `payloadFormatVersion`, decode it; REST APIs, whose exports name none, hand the text on unless a binary media type
    /// matches (recorded).
    pub decodes_base64: bool,
    /// How long the function may take, 50 to 29,000 ms.
    pub timeout_ms: u32,
}

/// The version of a Lambda proxy event. (API Gateway developer guide, `http-api-develop-integrations-lambda`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PayloadFormat {
    /// 1.0, the REST API's: `multiValueHeaders`, `requestContext.identity`, `resource`.
    V1,
    /// 2.0, the HTTP API's: `rawPath`, `cookies`, `requestContext.http`.
    V2,
}

/// An `http_proxy` integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpProxy {
    /// The backend's URL; its `{name}`s are the integration's path parameters.
    pub url: Text,
    /// The method to call with; `None` is the client's.
    pub method: Option<String>,
    /// Which of the route's path parameters fills which of the URL's: integration name to route name.
    pub path_parameters: BTreeMap<String, String>,
    /// How long the backend may take, 50 to 29,000 ms.
    pub timeout_ms: u32,
}

/// A `mock` integration whose templates are plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mock {
    /// The status that the request template gives, by content type in lower case.
    pub statuses: BTreeMap<String, u16>,
    /// What happens to a body of another content type.
    pub passthrough: Passthrough,
    /// The integration responses in the order of the document; `default` is last.
    pub responses: Vec<MockResponse>,
}

/// `passthroughBehavior`: what happens to a request body that no template is for.
/// (API Gateway developer guide, `integration-passthrough-behaviors`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Passthrough {
    /// It goes on as it is.
    WhenNoMatch,
    /// It goes on as it is where there is no template at all; else 415.
    WhenNoTemplates,
    /// 415.
    Never,
}

impl Mock {
    /// The status in a mock's integration request: a template's output or a body that was passed through. AWS reads it
    /// loosely: `{statusCode: 200}` counts as well as JSON (recorded).
    pub fn status_in(text: &str) -> Option<u16> {
        let (_, rest) = text.split_once("statusCode")?;
        let rest = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|status| (100..=599).contains(status))
    }
}

/// One entry of a mock's `responses`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MockResponse {
    /// The pattern that the integration's status must match as a whole; `None` is `default`.
    pub pattern: Option<String>,
    /// The status that the client gets.
    pub status: u16,
    /// Headers with fixed values.
    pub headers: BTreeMap<String, String>,
    /// The bodies by content type; the first one is taken.
    pub bodies: BTreeMap<String, String>,
}
