//! `x-amazon-apigateway-integration`: what an operation calls.
//! (API Gateway developer guide, `api-gateway-swagger-extensions-integration` and its siblings.)

mod service;

use std::collections::BTreeMap;

use crate::{
    HttpProxy, Integration, LambdaProxy, Mock, MockResponse, Passthrough, PathTemplate, PayloadFormat, Text,
    document::{Entry, Node},
    extensions::{self, Fate, Home},
    reader::Reader,
};

/// Every integration type AWS has.
const TYPES: [&str; 5] = ["aws_proxy", "http_proxy", "mock", "aws", "http"];
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];
const PASSTHROUGHS: [&str; 3] = ["when_no_match", "when_no_templates", "never"];

/// Milliseconds that an integration may take: the least, and the most, which is the default.
const TIMEOUT_MS: (u32, u32) = (50, 29_000);

/// How large the automaton of a response's pattern may be: room for a thousand statuses, and built in no time.
const MAX_PATTERN_BYTES: usize = 100_000;

const INVOKE_PREFIX: &str = ":lambda:path/2015-03-31/functions/";
const INVOKE_SUFFIX: &str = "/invocations";

/// Reads the integration of the route `path`; problems go to `reader`.
pub(crate) fn read(reader: &mut Reader, node: &Node, path: &PathTemplate) -> Option<Integration> {
    let entries = reader.object(node, "x-amazon-apigateway-integration");
    let Some(kind) = node.get("type") else {
        let remedy = "write type: aws_proxy (a Lambda function), http_proxy (a URL) or mock";
        reader.problem(node.place, "the integration has no type", remedy);
        return None;
    };
    let text = reader.text(kind, "the integration type")?;
    let Some(known) = TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(text)) else {
        let remedy = "write aws_proxy (a Lambda function), http_proxy (a URL) or mock";
        reader.problem(kind.place, format!("the integration type is {text:?}"), remedy);
        return None;
    };
    match known {
        "aws_proxy" if node.get("integrationSubtype").is_some() => {
            service::read(reader, node, entries).map(Integration::Service)
        }
        "aws_proxy" => lambda(reader, node, entries).map(Integration::Lambda),
        "http_proxy" => http(reader, node, entries, path).map(Integration::Http),
        "mock" => mock(reader, node, entries).map(Integration::Mock),
        other => {
            let remedy = "write aws_proxy, http_proxy or mock";
            reader.problem(kind.place, format!("integrations of type {other} are not supported"), remedy);
            None
        }
    }
}

fn lambda(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<LambdaProxy> {
    refuse_others(reader, entries, "aws_proxy", &["payloadFormatVersion", "uri"]);
    if let Some(method) = node.get("httpMethod")
        && reader.choice(method, "httpMethod", &METHODS).is_some_and(|method| method != "POST")
    {
        reader.problem(method.place, "Lambda is invoked with POST, whatever the client's method", "write POST");
    }
    let uri = uri(reader, node, "aws_proxy", "${stageVariables.myFunction}, or the function's ARN")?;
    let text = uri.text().unwrap_or_default();
    let function = match Text::parse(invoked(text), false) {
        Ok(function) => function,
        Err(message) => {
            reader.problem(
                uri.place,
                message,
                "write ${stageVariables.name}, and give the ARN in the stage's variable",
            );
            return None;
        }
    };
    let version = node.get("payloadFormatVersion");
    if function.stage_variables().next().is_none() && !is_function(invoked(text)) {
        let message = format!("{text:?} is not a Lambda function");
        reader.problem(uri.place, message, "write ${stageVariables.name}, the function's ARN, or its name");
        return None;
    }
    let payload = match version {
        Some(version) => reader.choice(version, "payloadFormatVersion", &["1.0", "2.0"])?,
        None => "1.0",
    };
    Some(LambdaProxy {
        function,
        payload: if payload == "2.0" { PayloadFormat::V2 } else { PayloadFormat::V1 },
        decodes_base64: version.is_some(),
        timeout_ms: timeout(reader, node),
    })
}

/// Whether it is a function's ARN or name, with a version or alias or without.
fn is_function(text: &str) -> bool {
    let pattern =
        r"^(arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,140}(:(\$LATEST|[A-Za-z0-9_-]+))?$";
    regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// The function in `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations`; any other text
/// is the function itself.
fn invoked(uri: &str) -> &str {
    let inner = uri.split_once(INVOKE_PREFIX).and_then(|(_, rest)| rest.strip_suffix(INVOKE_SUFFIX));
    inner.unwrap_or(uri)
}

fn http(reader: &mut Reader, node: &Node, entries: &[Entry], path: &PathTemplate) -> Option<HttpProxy> {
    refuse_others(reader, entries, "http_proxy", &["payloadFormatVersion", "requestParameters", "uri"]);
    if let Some(version) = node.get("payloadFormatVersion") {
        reader.choice(version, "payloadFormatVersion", &["1.0"]);
    }
    let method = match node.get("httpMethod") {
        Some(method) => reader.choice(method, "httpMethod", &METHODS)?,
        None => "ANY",
    };
    let uri = uri(reader, node, "http_proxy", "https://backend.example/path")?;
    let text = uri.text().unwrap_or_default();
    if !["http://", "https://", "${stageVariables."].iter().any(|start| text.starts_with(start)) {
        reader.problem(uri.place, format!("{text:?} is not an HTTP URL"), "write https://host/path");
        return None;
    }
    let url = match Text::parse(text, true) {
        Ok(url) => url,
        Err(message) => {
            reader.problem(uri.place, message, "write ${stageVariables.name} or {pathParameter}");
            return None;
        }
    };
    if url.host_depends_on_path() {
        let message = "a path parameter before the path of the URL would let clients choose the host";
        reader.problem(uri.place, message, "write a '/' before the first {parameter}");
        return None;
    }
    if text.split_once("://").is_some_and(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default().contains('@')) {
        reader.problem(uri.place, "the URL holds credentials", "leave out what stands before the '@'");
        return None;
    }
    let path_parameters = path_parameters(reader, node, uri, &url, path);
    let method = (method != "ANY").then(|| method.to_owned());
    Some(HttpProxy { url, method, path_parameters, timeout_ms: timeout(reader, node) })
}

/// Which route parameter fills which hole of the URL: what `requestParameters` says, else the one of the same name, as HTTP
/// APIs do.
fn path_parameters(
    reader: &mut Reader,
    node: &Node,
    uri: &Node,
    url: &Text,
    path: &PathTemplate,
) -> BTreeMap<String, String> {
    let mut mapped = BTreeMap::new();
    let entries = node.get("requestParameters").map(|mappings| reader.object(mappings, "requestParameters"));
    for Entry { key, place, value } in entries.unwrap_or_default() {
        let target = key.strip_prefix("integration.request.path.");
        let source = value.text().and_then(|text| text.strip_prefix("method.request.path."));
        match target.zip(source) {
            Some((target, source)) => {
                mapped.insert(target.to_owned(), source.to_owned());
            }
            None => reader.problem(
                *place,
                format!("the parameter mapping of {key:?} is not supported"),
                "write integration.request.path.NAME: method.request.path.NAME",
            ),
        }
    }
    for name in url.path_parameters() {
        mapped.entry(name.to_owned()).or_insert_with(|| name.to_owned());
    }
    for target in mapped.keys().filter(|target| !url.path_parameters().any(|own| own == *target)) {
        let message = format!("the URL has no path parameter {target:?}");
        reader.problem(uri.place, message, "name one of the URL's {parameters}");
    }
    for source in mapped.values() {
        if !path.parameters().any(|parameter| parameter == source) {
            let message = format!("the route has no path parameter {source:?}");
            reader.problem(uri.place, message, "name one of the path's {parameters}, or map one to it");
        }
    }
    mapped
}

fn mock(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<Mock> {
    refuse_others(reader, entries, "mock", &["requestTemplates"]);
    let Some(templates) = node.get("requestTemplates") else {
        let remedy = r#"write requestTemplates: {application/json: '{"statusCode": 200}'}"#;
        reader.problem(node.place, "a mock without a request template has no status", remedy);
        return None;
    };
    let mut statuses = BTreeMap::new();
    for Entry { key, place, value } in reader.object(templates, "requestTemplates") {
        let status = plain_template(reader, value).and_then(Mock::status_in);
        match status {
            Some(status) => {
                statuses.insert(key.to_ascii_lowercase(), status);
            }
            None => reader.problem(
                *place,
                format!("the request template of {key:?} gives no status"),
                r#"write '{"statusCode": 200}', with the status you want"#,
            ),
        }
    }
    let responses = node.get("responses").map(|responses| mock_responses(reader, responses)).unwrap_or_default();
    if responses.is_empty() {
        let remedy = r#"write responses: {default: {statusCode: "200"}}"#;
        reader.problem(node.place, "the mock has no responses to choose from", remedy);
    }
    let passthrough = node.get("passthroughBehavior").and_then(Node::text).unwrap_or_default();
    let passthrough = match passthrough.to_ascii_lowercase().as_str() {
        "never" => Passthrough::Never,
        "when_no_templates" => Passthrough::WhenNoTemplates,
        _ => Passthrough::WhenNoMatch,
    };
    Some(Mock { statuses, passthrough, responses })
}

fn mock_responses(reader: &mut Reader, node: &Node) -> Vec<MockResponse> {
    let mut responses = Vec::new();
    for Entry { key, place, value } in reader.object(node, "responses") {
        let pattern = (key != "default").then(|| key.clone());
        if let Some(pattern) = &pattern
            && let Err(error) =
                regex_lite::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MAX_PATTERN_BYTES).build()
        {
            reader.problem(
                *place,
                format!("{key:?} is not a pattern: {error}"),
                r"write a status pattern such as 4\d{2}",
            );
        }
        let fields = reader.object(value, "an integration response");
        let known = ["statusCode", "responseTemplates", "responseParameters"];
        for field in fields.iter().filter(|field| !known.contains(&field.key.as_str())) {
            let message = format!("{:?} of an integration response is not supported", field.key);
            reader.problem(field.place, message, "leave it out");
        }
        let Some(status) = value.get("statusCode") else {
            reader.problem(*place, "the integration response has no statusCode", r#"write statusCode: "200""#);
            continue;
        };
        let Some(status) = reader.number(status, "statusCode", 100, 599) else { continue };
        responses.push(MockResponse {
            pattern,
            status: u16::try_from(status).unwrap_or(500),
            headers: value.get("responseParameters").map(|map| fixed_headers(reader, map)).unwrap_or_default(),
            bodies: value.get("responseTemplates").map(|map| bodies(reader, map)).unwrap_or_default(),
        });
    }
    responses.sort_by_key(|response| response.pattern.is_none());
    responses
}

/// `method.response.header.Name: "'value'"`.
fn fixed_headers(reader: &mut Reader, node: &Node) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for Entry { key, place, value } in reader.object(node, "responseParameters") {
        let name = key.strip_prefix("method.response.header.");
        let fixed = value.text().and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
        match name.zip(fixed).filter(|(name, fixed)| is_header(name, fixed)) {
            Some((name, fixed)) => {
                headers.insert(name.to_owned(), fixed.to_owned());
            }
            None => reader.problem(
                *place,
                format!("the response parameter {key:?} is not a header with a fixed value"),
                "write method.response.header.NAME: \"'value'\"",
            ),
        }
    }
    headers
}

fn is_header(name: &str, value: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(token) && !value.chars().any(char::is_control)
}

fn bodies(reader: &mut Reader, node: &Node) -> BTreeMap<String, String> {
    let mut bodies = BTreeMap::new();
    for Entry { key, value, .. } in reader.object(node, "responseTemplates") {
        if let Some(body) = plain_template(reader, value) {
            bodies.insert(key.clone(), body.to_owned());
        }
    }
    bodies
}

/// A template without references and directives, whose output is itself.
fn plain_template<'n>(reader: &mut Reader, node: &'n Node) -> Option<&'n str> {
    let text = if node.is_null() { "" } else { reader.text(node, "the template")? };
    if text.contains(['$', '#']) {
        let message = "mapping templates with references ($…) or directives (#…) are not supported";
        reader.problem(node.place, message, "write plain text");
        return None;
    }
    Some(text)
}

fn uri<'n>(reader: &mut Reader, node: &'n Node, kind: &str, example: &str) -> Option<&'n Node> {
    let Some(uri) = node.get("uri") else {
        reader.problem(node.place, format!("the {kind} integration has no uri"), format!("write uri: {example}"));
        return None;
    };
    reader.text(uri, "uri").filter(|text| !text.is_empty())?;
    Some(uri)
}

fn timeout(reader: &mut Reader, node: &Node) -> u32 {
    let (least, most) = TIMEOUT_MS;
    let given = node.get("timeoutInMillis").and_then(|node| reader.number(node, "timeoutInMillis", least, most));
    given.unwrap_or(most)
}

/// Refuses every property that is not honoured, and those that this type does not have but for `own`, by name.
fn refuse_others(reader: &mut Reader, entries: &[Entry], kind: &str, own: &[&str]) {
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "type" | "cacheNamespace" => {}
            "httpMethod" => _ = reader.choice(value, key, &METHODS),
            "timeoutInMillis" => _ = reader.number(value, key, TIMEOUT_MS.0, TIMEOUT_MS.1),
            key if own.contains(&key) => {}
            "passthroughBehavior" => {
                reader.choice(value, key, &PASSTHROUGHS);
            }
            "connectionType" => {
                reader.choice(value, key, &["INTERNET"]);
            }
            "responseTransferMode" => {
                reader.choice(value, key, &["BUFFERED"]);
            }
            "cacheKeyParameters" if value.items().is_some_and(<[Node]>::is_empty) => {}
            "responses" if kind == "mock" || only_statuses(value) => {}
            key => {
                let message = match extensions::find(key, Home::Integration) {
                    Some(_) if key == "credentials" => {
                        "credentials is refused: functions are called by permission, or with the router's role"
                            .to_owned()
                    }
                    Some(known) if known.fate == Fate::Refused => {
                        format!("{key} is refused: {}", known.note)
                    }
                    Some(_) => format!("{key} is not supported in an integration of type {kind}"),
                    None => format!("{key:?} is not a property of an integration"),
                };
                reader.problem(*place, message, "leave it out");
            }
        }
    }
}

/// Exports of proxy integrations carry `responses: {default: {statusCode: "200"}}`, which AWS does not read.
fn only_statuses(responses: &Node) -> bool {
    let entries = responses.entries().unwrap_or_default();
    entries.iter().all(|entry| entry.value.entries().unwrap_or_default().iter().all(|field| field.key == "statusCode"))
}
