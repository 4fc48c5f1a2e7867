//! Integrations of type `aws`, `http` and `mock`: what they call, and what they make of the request.

use crate::{
    ContentHandling, Destination, Mapped, ParameterMapping, Passthrough, PathTemplate, RequestMapping, Server, Service,
    ServiceRequest, Source, Target, Text,
    document::{Entry, Node},
    integration::{
        CONTENT_HANDLINGS, METHODS, PASSTHROUGHS, credentials, function, is_header_name, refuse_others, responses,
        server, source, template, timeout, uri,
    },
    reader::Reader,
};

/// Request headers that no integration may set: called, it answers 500. (Recorded.)
const RESERVED: [&str; 4] = ["content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"];
/// Those that integrations with AWS services and functions may not set either. (Recorded.)
const RESERVED_FOR_AWS: [&str; 5] = ["authorization", "connection", "expect", "proxy-authenticate", "te"];

/// Reads an integration of type `aws`, `http` or `mock`.
pub(super) fn read(
    reader: &mut Reader,
    node: &Node,
    entries: &[Entry],
    (kind, path): (&'static str, &PathTemplate),
) -> Option<Mapped> {
    let own = ["requestParameters", "requestTemplates", "responses", "contentHandling"];
    let others: &[&str] = match kind {
        "aws" => &["uri", "credentials"],
        "http" => &["uri", "tlsConfig"],
        _ => &[],
    };
    refuse_others(reader, entries, kind, &[&own, others].concat());
    let target = match kind {
        "aws" => aws(reader, node)?,
        "http" => Target::Http(server(reader, node, kind)?),
        _ => Target::Mock,
    };
    let mappings = node.get("requestParameters").map(|mappings| reader.object(mappings, "requestParameters"));
    let request = RequestMapping {
        parameters: parameters(reader, node, mappings.unwrap_or_default(), (kind, path, &target)),
        templates: templates(reader, node, "requestTemplates"),
        passthrough: passthrough(node),
        content_handling: content_handling(reader, node),
    };
    if kind == "mock" && request.templates.is_empty() && request.passthrough == Passthrough::Never {
        let remedy = r#"write requestTemplates: {application/json: '{"statusCode": 200}'}"#;
        reader.problem(node.place, "a mock that passes nothing on and has no request template never answers", remedy);
    }
    let responses = responses::read(reader, node, kind);
    Some(Mapped { target, request, responses, timeout_ms: timeout(reader, node) })
}

/// Content type and template, in the order of the document.
pub(super) fn templates(reader: &mut Reader, node: &Node, property: &str) -> Vec<(String, String)> {
    let entries = node.get(property).map(|templates| reader.object(templates, property)).unwrap_or_default();
    let read = |entry: &Entry| Some((entry.key.to_ascii_lowercase(), template::vtl(reader, &entry.value)?));
    entries.iter().filter_map(read).collect()
}

fn passthrough(node: &Node) -> Passthrough {
    // Another word has been refused with the other properties.
    match node.get("passthroughBehavior").and_then(Node::text) {
        Some(text) if text.eq_ignore_ascii_case(PASSTHROUGHS[2]) => Passthrough::Never,
        Some(text) if text.eq_ignore_ascii_case(PASSTHROUGHS[1]) => Passthrough::WhenNoTemplates,
        _ => Passthrough::WhenNoMatch,
    }
}

/// `contentHandling` of an integration or of one of its responses.
pub(super) fn content_handling(reader: &mut Reader, node: &Node) -> Option<ContentHandling> {
    let value = node.get("contentHandling")?;
    match reader.choice(value, "contentHandling", &CONTENT_HANDLINGS)? {
        "CONVERT_TO_TEXT" => Some(ContentHandling::ConvertToText),
        _ => Some(ContentHandling::ConvertToBinary),
    }
}

/// The function or service of `arn:aws:apigateway:{region}:{service}:{path|action}/…`.
fn aws(reader: &mut Reader, node: &Node) -> Option<Target> {
    let example = "arn:aws:apigateway:{region}:{service}:action/{Action}";
    let uri = uri(reader, node, "aws", example)?;
    let text = uri.text().unwrap_or_default();
    let credentials = credentials(reader, node);
    if text.contains(":lambda:path/") || !text.contains(":apigateway:") {
        return Some(Target::Function { function: function(reader, node, uri)?, credentials });
    }
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, "apigateway", region, name, request] = fields.as_slice() else {
        reader.problem(uri.place, format!("{text:?} is not the URI of an AWS integration"), format!("write {example}"));
        return None;
    };
    let (subdomain, name) = match name.rsplit_once('.') {
        Some((subdomain, name)) => (Some(subdomain.to_owned()), name),
        None => (None, *name),
    };
    let region = part(reader, uri, region, false)?;
    let request = service_request(reader, uri, request)?;
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if !plain(name) || subdomain.as_deref().is_some_and(|subdomain| !plain(subdomain)) {
        reader.problem(uri.place, format!("{name:?} is not the name of an AWS service"), format!("write {example}"));
        return None;
    }
    let name = name.to_owned();
    let method = service_method(reader, node, &request)?;
    Some(Target::Service(Service { name, subdomain, region, request, method, credentials }))
}

fn service_request(reader: &mut Reader, uri: &Node, text: &str) -> Option<ServiceRequest> {
    if let Some(path) = text.strip_prefix("path/") {
        return part(reader, uri, path, true).map(ServiceRequest::Path);
    }
    let Some(action) = text.strip_prefix("action/").filter(|action| !action.is_empty()) else {
        let message = format!("{text:?} says neither an action of the service nor a path");
        reader.problem(uri.place, message, "write action/{Action} or path/{path}");
        return None;
    };
    let mut pieces = action.split('&');
    let name = pieces.next().unwrap_or_default().to_owned();
    let mut parameters = Vec::new();
    for piece in pieces {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        parameters.push((name.to_owned(), part(reader, uri, value, true)?));
    }
    Some(ServiceRequest::Action { name, parameters })
}

fn part(reader: &mut Reader, uri: &Node, text: &str, path_parameters: bool) -> Option<Text> {
    Text::parse(text, path_parameters)
        .map_err(|message| reader.problem(uri.place, message, "write ${stageVariables.name} or {pathParameter}"))
        .ok()
}

/// Services take their actions by POST, unless the definition says otherwise.
fn service_method(reader: &mut Reader, node: &Node, request: &ServiceRequest) -> Option<Option<String>> {
    let method = match node.get("httpMethod") {
        Some(method) => reader.choice(method, "httpMethod", &METHODS)?,
        None if matches!(request, ServiceRequest::Action { .. }) => "POST",
        None => "ANY",
    };
    Some((method != "ANY").then(|| method.to_owned()))
}

/// `requestParameters` in REST's manner, and the route's parameters of the same name for what is left of the URI's.
pub(super) fn parameters(
    reader: &mut Reader,
    node: &Node,
    entries: &[Entry],
    (kind, path, target): (&str, &PathTemplate, &Target),
) -> Vec<ParameterMapping> {
    let mut parameters = Vec::new();
    for entry in entries {
        parameters.extend(parameter(reader, entry, kind, path));
    }
    let holes: Vec<&str> = target.texts().into_iter().flat_map(Text::path_parameters).collect();
    for hole in &holes {
        let is_mapped = parameters.iter().any(|mapping| mapping.to == Destination::Path((*hole).to_owned()));
        if !is_mapped && path.parameters().any(|parameter| parameter == *hole) {
            let from = Source::Path((*hole).to_owned());
            parameters.push(ParameterMapping { to: Destination::Path((*hole).to_owned()), from });
        } else if !is_mapped && node.get("requestTemplates").is_none() {
            let message = format!("the URI's {{{hole}}} has no value");
            let remedy =
                format!("write requestParameters: {{integration.request.path.{hole}: method.request.path.NAME}}");
            reader.problem(node.get("uri").unwrap_or(node).place, message, remedy);
        }
    }
    parameters
}

/// One `integration.request.{header|querystring|path}.{name}: {source}`.
pub(super) fn parameter(
    reader: &mut Reader,
    Entry { key, place, value }: &Entry,
    kind: &str,
    path: &PathTemplate,
) -> Option<ParameterMapping> {
    let target = key.strip_prefix("integration.request.").and_then(|target| target.split_once('.'));
    let to = match target {
        Some(("header", name)) if is_header_name(name) => Destination::Header(name.to_owned()),
        Some(("querystring", name)) if !name.is_empty() => Destination::Query(name.to_owned()),
        Some(("path", name)) if !name.is_empty() => Destination::Path(name.to_owned()),
        _ => {
            let remedy = "write integration.request.header.NAME, .querystring.NAME or .path.NAME";
            reader.problem(*place, format!("{key:?} is not a parameter of an integration's request"), remedy);
            return None;
        }
    };
    let text = reader.text(value, key)?;
    let Some(from) = source::of_request(text) else {
        let remedy = "write method.request.querystring.NAME, context.NAME, stageVariables.NAME or 'text'";
        reader.problem(value.place, format!("{text:?} is not a mapping expression"), remedy);
        return None;
    };
    if let Destination::Header(name) = &to
        && is_reserved(name, kind)
    {
        let message = format!("the header {name} is API Gateway's own: an integration that maps it answers 500");
        reader.fault(*place, message, "leave it out");
    }
    if let Source::Path(name) = &from
        && !path.parameters().any(|parameter| parameter == name)
    {
        reader.problem(
            value.place,
            format!("the route has no path parameter {name:?}"),
            "name one of the path's {parameters}",
        );
    }
    Some(ParameterMapping { to, from })
}

fn is_reserved(name: &str, kind: &str) -> bool {
    let is = |reserved: &[&str]| reserved.iter().any(|reserved| reserved.eq_ignore_ascii_case(name));
    is(&RESERVED) || (kind.starts_with("aws") && is(&RESERVED_FOR_AWS))
}

/// The server of an integration that has one, for those who read both kinds of HTTP integration.
pub(super) fn http_target(server: &Server) -> Target {
    Target::Http(server.clone())
}
