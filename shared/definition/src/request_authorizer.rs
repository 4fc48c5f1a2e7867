//! Authorizers of type `request` and `token`: a Lambda function that is asked before a backend is called, by the managed
//! gateway or by the router.
//! (API Gateway developer guide, `http-api-lambda-authorizer` and `api-gateway-swagger-extensions-authorizer`.)

use std::collections::BTreeSet;

use identity::{AuthorizerKind, IdentitySource, LambdaAuthorizer};

use crate::{
    Authorizer, FunctionAuthorizer, Part, Text,
    authorizer::{refuse_others, source, token_source, validation},
    document::Node,
    reader::Reader,
};

/// A Lambda authorizer of an HTTP API, which the managed gateway asks on native routes.
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

/// How long a REST API keeps an answer where nothing is said. (`authorizerResultTtlInSeconds`.)
const REST_TTL_S: u32 = 300;

const REST_PROPERTIES: [&str; 6] = [
    "type",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
    "authorizerResultTtlInSeconds",
];

/// Whether a `request` authorizer is written as HTTP APIs write it; else it is a REST API's.
pub(crate) fn is_of_http_api(node: &Node) -> bool {
    let sources =
        node.get("identitySource").map(|sources| sources.items().map_or(vec![sources], |all| all.iter().collect()));
    let with_dollar = |source: &Node| source.text().is_some_and(|text| text.trim_start().starts_with('$'));
    node.get("authorizerPayloadFormatVersion").is_some()
        || node.get("enableSimpleResponses").is_some()
        || sources.unwrap_or_default().into_iter().any(with_dollar)
}

/// Reads the `x-amazon-apigateway-authorizer` of a REST API's Lambda authorizer of this `kind`, which stands in `scheme`.
pub(crate) fn read_rest(
    reader: &mut Reader,
    (node, scheme): (&Node, &Node),
    kind: AuthorizerKind,
    known: Option<&BTreeSet<String>>,
) -> Option<Authorizer> {
    refuse_others(reader, node, &REST_PROPERTIES, "a REST API's Lambda authorizer");
    let sources = match (kind, node.get("identitySource")) {
        (AuthorizerKind::Token, _) => vec![token_source(reader, node, scheme)?],
        (_, None) => Vec::new(),
        (_, Some(written)) => {
            let text = reader.literal(written, "identitySource")?;
            text.split(',').map(|one| source(reader, written, one.trim())).collect::<Option<_>>()?
        }
    };
    let ttl_s = result_ttl(reader, node, sources.is_empty());
    let validation = validation(reader, node);
    let credentials = match node.get("authorizerCredentials") {
        Some(node) => Some(text(reader, node, "authorizerCredentials", known)?),
        None => None,
    };
    let function = function(reader, node, known)?;
    let rules = LambdaAuthorizer { kind, sources, validation, ttl_s: ttl_s.unwrap_or(REST_TTL_S) };
    Some(Authorizer::Lambda(FunctionAuthorizer { function, credentials, rules }))
}

fn result_ttl(reader: &mut Reader, node: &Node, without_sources: bool) -> Option<u32> {
    let ttl = node.get("authorizerResultTtlInSeconds")?;
    let seconds = reader.number(ttl, "authorizerResultTtlInSeconds", 0, 3600);
    if without_sources && seconds.is_some_and(|seconds| seconds > 0) {
        let message = "answers are kept by their identity source, and the authorizer has none";
        reader.problem(ttl.place, message, "write identitySource: with a header, or 0");
    }
    seconds
}

/// Reads the `x-amazon-apigateway-authorizer` of an HTTP API's Lambda authorizer. Of stage variables, only `known` ones may
/// be used.
pub(crate) fn read(reader: &mut Reader, node: &Node, known: Option<&BTreeSet<String>>) -> Option<RequestAuthorizer> {
    refuse_others(reader, node, &PROPERTIES, "a request authorizer of HTTP APIs");
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
    let identity_sources = identity_sources(reader, node);
    let result_ttl_s = result_ttl(reader, node, identity_sources.is_empty());
    let credentials = match node.get("authorizerCredentials") {
        Some(node) => Some(text(reader, node, "authorizerCredentials", known)?),
        None => None,
    };
    let function = function(reader, node, known)?;
    Some(RequestAuthorizer { function, credentials, payload, simple_responses, result_ttl_s, identity_sources })
}

/// A list of expressions, or one text with commas between them: AWS's guide has the one, SAM writes the other.
fn identity_sources(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(node) = node.get("identitySource") else { return Vec::new() };
    let sources: Vec<String> = if node.items().is_some() {
        reader.texts(node, "identitySource")
    } else {
        let text = reader.literal(node, "identitySource");
        text.iter().flat_map(|text| text.split(',')).map(|source| source.trim().to_owned()).collect()
    };
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

/// A text with stage variables in it, of which only `known` ones may be used.
pub(crate) fn text(reader: &mut Reader, node: &Node, what: &str, known: Option<&BTreeSet<String>>) -> Option<Text> {
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
    /// The same as the router asks it, where the route is dispatched or a request came by another door.
    pub(crate) fn dispatched(&self) -> Authorizer {
        let kind = match (self.payload, self.simple_responses) {
            ("1.0", _) => AuthorizerKind::HttpV1,
            (_, true) => AuthorizerKind::HttpV2Simple,
            (_, false) => AuthorizerKind::HttpV2,
        };
        let sources = self.identity_sources.iter().filter_map(|source| IdentitySource::parse(source).ok()).collect();
        let rules = LambdaAuthorizer { kind, sources, validation: None, ttl_s: self.result_ttl_s.unwrap_or_default() };
        let (function, credentials) = (self.function.clone(), self.credentials.clone());
        Authorizer::Lambda(FunctionAuthorizer { function, credentials, rules })
    }
}

#[cfg(test)]
mod tests;
