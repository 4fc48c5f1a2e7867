//! `x-amazon-apigateway-integration`: what an operation calls.
//! (API Gateway developer guide, `api-gateway-swagger-extensions-integration` and its siblings.)

mod changes;
mod mapped;
pub(crate) mod responses;
mod service;
pub(crate) mod source;
pub(crate) mod template;

use crate::{
    Changes, Destination, HttpProxy, Integration, LambdaProxy, ParameterMapping, PathTemplate, PayloadFormat, Server,
    Text, TlsConfig, VpcLink,
    document::{Entry, Node},
    extensions::{self, Fate, Home},
    reader::Reader,
};

/// Every integration type AWS has.
const TYPES: [&str; 5] = ["aws_proxy", "http_proxy", "mock", "aws", "http"];
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];
const PASSTHROUGHS: [&str; 3] = ["when_no_match", "when_no_templates", "never"];
const CONNECTION_TYPES: [&str; 2] = ["INTERNET", "VPC_LINK"];
const CONTENT_HANDLINGS: [&str; 2] = ["CONVERT_TO_TEXT", "CONVERT_TO_BINARY"];

/// Milliseconds that an integration may take: the least, and the most, which is the default.
const TIMEOUT_MS: (u32, u32) = (50, 29_000);

const INVOKE_PREFIX: &str = ":lambda:path/2015-03-31/functions/";
const INVOKE_SUFFIX: &str = "/invocations";

/// Reads the integration of the route `path`; problems go to `reader`.
pub(crate) fn read(reader: &mut Reader, node: &Node, path: &PathTemplate) -> Option<Integration> {
    let integration = read_type(reader, node, path);
    // What AWS would notice when it is called, where the reader is to do the same.
    match reader.take_faults() {
        faults if faults.is_empty() => integration,
        faults => Some(Integration::Faulty(faults.join("; "))),
    }
}

fn read_type(reader: &mut Reader, node: &Node, path: &PathTemplate) -> Option<Integration> {
    let remedy = "write aws_proxy (a Lambda function), http_proxy (a URL), aws, http or mock";
    let entries = reader.object(node, "x-amazon-apigateway-integration");
    let Some(kind) = node.get("type") else {
        reader.problem(node.place, "the integration has no type", remedy);
        return None;
    };
    let text = reader.text(kind, "the integration type")?;
    let Some(known) = TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(text)) else {
        reader.problem(kind.place, format!("the integration type is {text:?}"), remedy);
        return None;
    };
    match known {
        "aws_proxy" if node.get("integrationSubtype").is_some() => {
            service::read(reader, node, entries, path).map(Integration::Service)
        }
        "aws_proxy" => lambda(reader, node, entries, path).map(Integration::Lambda),
        "http_proxy" => http(reader, node, entries, path).map(Integration::Http),
        mapped => mapped::read(reader, node, entries, (mapped, path)).map(Integration::Mapped),
    }
}

fn lambda(reader: &mut Reader, node: &Node, entries: &[Entry], path: &PathTemplate) -> Option<LambdaProxy> {
    let own =
        ["payloadFormatVersion", "uri", "credentials", "requestParameters", "responseParameters", "contentHandling"];
    refuse_others(reader, entries, "aws_proxy", &own);
    let uri = uri(reader, node, "aws_proxy", "${stageVariables.myFunction}, or the function's ARN")?;
    let function = function(reader, node, uri)?;
    let version = node.get("payloadFormatVersion");
    let payload = match version {
        Some(version) => reader.choice(version, "payloadFormatVersion", &["1.0", "2.0"])?,
        None => "1.0",
    };
    // A proxy's event and answer are not converted, here as on AWS.
    mapped::content_handling(reader, node);
    let (parameters, changes) = if changes::are_in(node) {
        (Vec::new(), changes::read(reader, node, path))
    } else {
        let entries = node.get("requestParameters").and_then(Node::entries).unwrap_or_default().iter();
        let parameters = entries.filter_map(|entry| mapped::parameter(reader, entry, "aws_proxy", path));
        (parameters.filter(says_how_to_invoke).collect(), Changes::default())
    };
    Some(LambdaProxy {
        function,
        payload: if payload == "2.0" { PayloadFormat::V2 } else { PayloadFormat::V1 },
        decodes_base64: version.is_some(),
        credentials: credentials(reader, node),
        parameters,
        changes,
        timeout_ms: timeout(reader, node),
    })
}

/// The mappings of a Lambda proxy that act; what else is mapped AWS checks and does not apply.
fn says_how_to_invoke(mapping: &ParameterMapping) -> bool {
    let headers = ["x-amz-invocation-type", "x-amz-tenant-id"];
    matches!(&mapping.to, Destination::Header(name) if headers.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// The function of an `aws_proxy` or `aws` integration.
fn function(reader: &mut Reader, node: &Node, uri: &Node) -> Option<Text> {
    if let Some(method) = node.get("httpMethod")
        && reader.choice(method, "httpMethod", &METHODS).is_some_and(|method| method != "POST")
    {
        reader.fault(method.place, "Lambda is invoked with POST, whatever the client's method", "write POST");
    }
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
    if function.stage_variables().next().is_none() && !is_function(invoked(text)) {
        let message = format!("{text:?} is not a Lambda function");
        reader.problem(uri.place, message, "write ${stageVariables.name}, the function's ARN, or its name");
        return None;
    }
    Some(function)
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
    let own =
        ["payloadFormatVersion", "requestParameters", "responseParameters", "tlsConfig", "uri", "contentHandling"];
    refuse_others(reader, entries, "http_proxy", &own);
    if let Some(version) = node.get("payloadFormatVersion") {
        reader.choice(version, "payloadFormatVersion", &["1.0"]);
    }
    mapped::content_handling(reader, node);
    let server = server(reader, node, "http_proxy")?;
    let target = mapped::http_target(&server);
    let (parameters, changes) = if changes::are_in(node) {
        (mapped::parameters(reader, node, &[], ("http_proxy", path, &target)), changes::read(reader, node, path))
    } else {
        let entries = node.get("requestParameters").map(|mappings| reader.object(mappings, "requestParameters"));
        let entries = entries.unwrap_or_default();
        (mapped::parameters(reader, node, entries, ("http_proxy", path, &target)), Changes::default())
    };
    Some(HttpProxy { server, parameters, changes, timeout_ms: timeout(reader, node) })
}

/// The server of an integration of type `http` or `http_proxy`.
fn server(reader: &mut Reader, node: &Node, kind: &str) -> Option<Server> {
    let method = match node.get("httpMethod") {
        Some(method) => reader.choice(method, "httpMethod", &METHODS)?,
        None => "ANY",
    };
    let uri = uri(reader, node, kind, "https://backend.example/path")?;
    let text = uri.text().unwrap_or_default();
    let link = link(reader, node, uri)?;
    if link.as_ref().is_some_and(|link| link.has_no_url) {
        let method = (method != "ANY").then(|| method.to_owned());
        return Some(Server { url: Text::default(), method, tls: tls(reader, node), link });
    }
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
    Some(Server { url, method: (method != "ANY").then(|| method.to_owned()), tls: tls(reader, node), link })
}

/// The VPC link, if the integration has one; the outer `None` after a problem.
#[expect(clippy::option_option, reason = "no link is not a problem")]
fn link(reader: &mut Reader, node: &Node, uri: &Node) -> Option<Option<VpcLink>> {
    let kind = node.get("connectionType").and_then(|kind| reader.choice(kind, "connectionType", &CONNECTION_TYPES));
    if kind != Some("VPC_LINK") {
        for name in ["connectionId", "integrationTarget"] {
            if let Some(value) = node.get(name) {
                let remedy = "write connectionType: VPC_LINK, or leave it out";
                reader.problem(value.place, format!("{name} belongs to a VPC link"), remedy);
            }
        }
        return Some(None);
    }
    let Some(id) = node.get("connectionId") else {
        let remedy = "write connectionId: ${stageVariables.vpcLink}, or the link's id";
        reader.problem(node.place, "the private integration has no connectionId", remedy);
        return None;
    };
    let mut read = |node: &Node, what: &str| {
        let text = reader.text(node, what)?;
        let parsed = Text::parse(text, false);
        parsed.map_err(|message| reader.problem(node.place, message, "write ${stageVariables.name}, or the value")).ok()
    };
    let connection = read(id, "connectionId")?;
    let has_no_url = uri.text().is_some_and(|text| text.starts_with("arn:"));
    let target = match node.get("integrationTarget") {
        Some(target) => Some(read(target, "integrationTarget")?),
        None if has_no_url => Some(read(uri, "uri")?),
        None => None,
    };
    Some(Some(VpcLink { connection, target, has_no_url }))
}

fn tls(reader: &mut Reader, node: &Node) -> TlsConfig {
    let mut tls = TlsConfig::default();
    let entries = node.get("tlsConfig").map(|node| reader.object(node, "tlsConfig")).unwrap_or_default();
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "insecureSkipVerification" => tls.insecure = reader.flag(value, key),
            "serverNameToVerify" => tls.server_name = reader.text(value, key).map(str::to_owned),
            _ => reader.problem(*place, format!("{key:?} is not a property of tlsConfig"), "leave it out"),
        }
    }
    tls
}

/// The role to call with. `arn:aws:iam::*:user/*` asks for the caller's own, which a function does not have.
fn credentials(reader: &mut Reader, node: &Node) -> Option<Text> {
    let value = node.get("credentials").filter(|value| !value.is_null())?;
    let text = reader.text(value, "credentials")?;
    let remedy = "write ${stageVariables.role}, or the role's ARN";
    if text.contains("*:user/") {
        let message = "the caller's own credentials are refused: a router has its role and those that it may assume";
        reader.problem(value.place, message, remedy);
        return None;
    }
    if !text.starts_with("arn:") && !text.starts_with("${") {
        reader.problem(value.place, format!("{text:?} is not the ARN of a role"), remedy);
        return None;
    }
    Text::parse(text, false).map_err(|message| reader.problem(value.place, message, remedy)).ok()
}

/// Whether it can be a header's name (RFC 9110, section 5.6.2).
pub fn is_header_name(name: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(token)
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
    // HTTP APIs, whose exports name a payload format, wait a second longer. (`http-api-quotas`.)
    let most = if node.get("payloadFormatVersion").is_some() { most + 1_000 } else { most };
    let given = node.get("timeoutInMillis").and_then(|node| reader.number(node, "timeoutInMillis", least, most));
    given.unwrap_or(TIMEOUT_MS.1)
}

/// Refuses every property that is not honoured, and those that this type does not have but for `own`, by name.
fn refuse_others(reader: &mut Reader, entries: &[Entry], kind: &str, own: &[&str]) {
    for Entry { key, place, value } in entries {
        match key.as_str() {
            "type" | "cacheNamespace" => {}
            "httpMethod" => _ = reader.choice(value, key, &METHODS),
            // Its bounds are those of the type, see `timeout`.
            "timeoutInMillis" => _ = reader.number(value, key, 0, u32::MAX),
            key if own.contains(&key) => {}
            "passthroughBehavior" => {
                reader.choice(value, key, &PASSTHROUGHS);
            }
            // Read with the server, which alone can be private.
            "connectionType" | "connectionId" | "integrationTarget" if own.contains(&"tlsConfig") => {}
            "connectionType" => {
                reader.choice(value, key, &["INTERNET"]);
            }
            "responseTransferMode" => {
                reader.choice(value, key, &["BUFFERED"]);
            }
            "cacheKeyParameters" => {
                reader.texts(value, key);
            }
            "responses" if only_statuses(value) => {}
            key => {
                let message = match extensions::find(key, Home::Integration) {
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
