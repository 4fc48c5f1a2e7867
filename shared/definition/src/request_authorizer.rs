//! Authorizers of type `request`: a Lambda function that the managed gateway asks before it calls a backend.
//! (API Gateway developer guide, `http-api-lambda-authorizer` and `api-gateway-swagger-extensions-authorizer`.)

use std::collections::BTreeSet;

use crate::{
    Part, Text,
    document::{Entry, Node},
    reader::Reader,
};

/// A Lambda authorizer of the managed gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAuthorizer {
    /// The function: a stage variable, or an ARN.
    pub function: Text,
    /// The role that API Gateway calls it with; without one it is permitted to.
    pub credentials: Option<Text>,
    /// `1.0` or `2.0`: the shape of the event and of the answer.
    pub payload: &'static str,
    /// Whether it answers with a boolean instead of a policy.
    pub simple_responses: bool,
    /// How long its answer is kept, 0 to 3,600 seconds; AWS's own default where it is not said.
    pub result_ttl_s: Option<u32>,
    /// What must be there before it is asked: `$request.header.Authorization`, ….
    pub identity_sources: Vec<String>,
}

const PROPERTIES: [&str; 7] = [
    "type",
    "authorizerUri",
    "authorizerCredentials",
    "authorizerPayloadFormatVersion",
    "authorizerResultTtlInSeconds",
    "enableSimpleResponses",
    "identitySource",
];

/// What an identity source of an HTTP API begins with.
const SOURCES: [&str; 4] = ["$request.header.", "$request.querystring.", "$context.", "$stageVariables."];

const INVOKE_PREFIX: &str = ":lambda:path/2015-03-31/functions/";
const INVOKE_SUFFIX: &str = "/invocations";

/// Reads the `x-amazon-apigateway-authorizer` of a Lambda authorizer. Of stage variables, only `known` ones may be used.
pub(crate) fn read(reader: &mut Reader, node: &Node, known: Option<&BTreeSet<String>>) -> Option<RequestAuthorizer> {
    for Entry { key, place, .. } in reader.object(node, "x-amazon-apigateway-authorizer") {
        if !PROPERTIES.contains(&key.as_str()) {
            let message = format!("{key:?} is not a property of a request authorizer of HTTP APIs");
            reader.problem(*place, message, "leave it out");
        }
    }
    let Some(version) = node.get("authorizerPayloadFormatVersion") else {
        let message = "the request authorizer has no authorizerPayloadFormatVersion, which HTTP APIs require";
        let remedy = "write authorizerPayloadFormatVersion: \"1.0\", the REST API's event and answer, or \"2.0\"";
        reader.problem(node.place, message, remedy);
        return None;
    };
    let payload = reader.choice(version, "authorizerPayloadFormatVersion", &["1.0", "2.0"])?;
    let simple = node.get("enableSimpleResponses");
    let simple_responses = simple.is_some_and(|simple| reader.flag(simple, "enableSimpleResponses"));
    if let Some(simple) = simple.filter(|_| simple_responses && payload == "1.0") {
        reader.problem(simple.place, "simple responses need payload format 2.0", "write false, or format \"2.0\"");
    }
    let ttl = node.get("authorizerResultTtlInSeconds");
    let result_ttl_s = ttl.and_then(|ttl| reader.number(ttl, "authorizerResultTtlInSeconds", 0, 3600));
    let identity_sources = identity_sources(reader, node);
    if let Some(ttl) = ttl.filter(|_| result_ttl_s.is_some_and(|seconds| seconds > 0) && identity_sources.is_empty()) {
        let message = "answers are kept by their identity source, and the authorizer has none";
        reader.problem(ttl.place, message, "write identitySource: $request.header.NAME, or 0");
    }
    let credentials = match node.get("authorizerCredentials") {
        Some(node) => Some(text(reader, node, "authorizerCredentials", known)?),
        None => None,
    };
    let function = function(reader, node, known)?;
    Some(RequestAuthorizer { function, credentials, payload, simple_responses, result_ttl_s, identity_sources })
}

/// A comma-separated list of expressions.
fn identity_sources(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(node) = node.get("identitySource") else { return Vec::new() };
    let text = reader.text(node, "identitySource").unwrap_or_default();
    let sources: Vec<String> = text.split(',').map(|source| source.trim().to_owned()).collect();
    for source in sources.iter().filter(|source| !SOURCES.iter().any(|start| source.starts_with(start))) {
        let remedy = match source.strip_prefix("method.request.") {
            Some(rest) => format!("write $request.{rest}, as HTTP APIs have it"),
            None => {
                "write $request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME".into()
            }
        };
        reader.problem(node.place, format!("{source:?} is not an identity source of HTTP APIs"), remedy);
    }
    sources
}

fn function(reader: &mut Reader, node: &Node, known: Option<&BTreeSet<String>>) -> Option<Text> {
    let remedy = "write ${stageVariables.name}, the function's ARN, or its invocation ARN";
    let Some(uri) = node.get("authorizerUri") else {
        reader.problem(node.place, "the request authorizer has no authorizerUri", remedy);
        return None;
    };
    let whole = text(reader, uri, "authorizerUri", known)?;
    let function = match invoked(uri.text().unwrap_or_default()) {
        Some(function) => Text::parse(function, false).ok()?,
        None => whole,
    };
    let named = match function.0.as_slice() {
        [Part::StageVariable(_)] => true,
        [Part::Literal(arn), ..] => arn.starts_with("arn:") && arn.contains(":lambda:") && arn.contains(":function:"),
        _ => false,
    };
    if !named {
        let message = format!("{:?} is not a Lambda function's ARN", uri.text().unwrap_or_default());
        reader.problem(uri.place, message, remedy);
        return None;
    }
    Some(function)
}

/// The function in `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations`.
fn invoked(uri: &str) -> Option<&str> {
    uri.split_once(INVOKE_PREFIX).and_then(|(_, rest)| rest.strip_suffix(INVOKE_SUFFIX))
}

fn text(reader: &mut Reader, node: &Node, what: &str, known: Option<&BTreeSet<String>>) -> Option<Text> {
    let source = reader.text(node, what)?;
    let text = match Text::parse(source, false) {
        Ok(text) => text,
        Err(message) => {
            reader.problem(node.place, message, "write ${stageVariables.name}, or an ARN");
            return None;
        }
    };
    for name in text.stage_variables().filter(|name| known.is_some_and(|known| !known.contains(*name))) {
        let message = format!("the stage has no variable {name:?}");
        reader.problem(node.place, message, "name one that it has, or add it to the stage");
    }
    Some(text)
}

impl RequestAuthorizer {
    /// The stage variables that it uses.
    pub(crate) fn stage_variables(&self) -> impl Iterator<Item = &str> {
        self.function.stage_variables().chain(self.credentials.iter().flat_map(Text::stage_variables))
    }
}

#[cfg(test)]
mod tests;
