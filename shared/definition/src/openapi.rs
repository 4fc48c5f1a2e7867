//! From an OpenAPI document to an [`Api`].

use std::collections::BTreeMap;

use crate::{
    Api, Document, Operation, PathTemplate, Place, Problem,
    document::{Entry, Node},
    integration,
    reader::{Reader, one_of},
};

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";
const API_KEY_SOURCE: &str = "x-amazon-apigateway-api-key-source";

/// The methods that API Gateway routes, as documents write them.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

const ROOT_FIELDS: [&str; 8] =
    ["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"];
const PATH_FIELDS: [&str; 4] = ["summary", "description", "servers", "parameters"];
const OPERATION_FIELDS: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

/// Checks and compiles a document.
///
/// # Errors
/// Every problem of the document, in the order of its lines.
pub fn compile(source: &str) -> Result<Api, Vec<Problem>> {
    let document = Document::parse(source)?;
    let mut reader = Reader::default();
    let api = read_api(&mut reader, &document.root);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.place);
    if problems.is_empty() { Ok(api) } else { Err(problems) }
}

fn read_api(reader: &mut Reader, root: &Node) -> Api {
    let entries = reader.object(root, "the document");
    read_version(reader, root);
    for entry in entries {
        match entry.key.as_str() {
            API_KEY_SOURCE => {
                reader.choice(&entry.value, API_KEY_SOURCE, &["HEADER"]);
            }
            key => refuse_unknown(reader, entry, key, &ROOT_FIELDS, "the document"),
        }
    }
    let schemes = security_schemes(reader, root);
    let default = root.get("security").is_some_and(|node| api_key_required(reader, node, &schemes));
    let mut operations = Vec::new();
    match root.get("paths") {
        Some(paths) => read_paths(reader, paths, &schemes, default, &mut operations),
        None => reader.problem(root.place, "the document has no paths", "write paths: and at least one path"),
    }
    operations.sort_by(|a: &Operation, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    let title = root.get("info").and_then(|info| info.get("title")).and_then(Node::text).unwrap_or("API");
    Api { title: title.to_owned(), operations }
}

fn read_version(reader: &mut Reader, root: &Node) {
    let remedy = "write openapi: 3.0.3";
    match root.get("openapi") {
        Some(version) if version.text().is_some_and(|text| text.starts_with("3.0.")) => {}
        Some(version) => {
            let text = version.text().unwrap_or_default();
            reader.problem(version.place, format!("OpenAPI {text} is not supported"), remedy);
        }
        None => reader.problem(root.place, "the document does not say which OpenAPI it is", remedy),
    }
}

/// What `components.securitySchemes` declares, by name: whether it is the API key.
fn security_schemes(reader: &mut Reader, root: &Node) -> BTreeMap<String, bool> {
    let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
    let entries = schemes.map(|schemes| reader.object(schemes, "securitySchemes")).unwrap_or_default();
    let mut known = BTreeMap::new();
    for Entry { key, place, value } in entries {
        for field in value.entries().unwrap_or_default().iter().filter(|field| field.key.starts_with("x-amazon-")) {
            let message = format!("{} is not supported", field.key);
            reader.problem(
                field.place,
                message,
                "leave it out, or use an API key: {type: apiKey, name: x-api-key, in: header}",
            );
        }
        let is = |field: &str, text: &str| {
            value.get(field).and_then(Node::text).is_some_and(|value| value.eq_ignore_ascii_case(text))
        };
        let api_key = is("type", "apiKey");
        if api_key && !(is("name", "x-api-key") && is("in", "header")) {
            let message = format!("the API key of {key:?} is not in the header x-api-key, where API Gateway reads it");
            reader.problem(*place, message, "write {type: apiKey, name: x-api-key, in: header}");
        }
        known.insert(key.clone(), api_key);
    }
    known
}

fn read_paths(
    reader: &mut Reader,
    paths: &Node,
    schemes: &BTreeMap<String, bool>,
    key_by_default: bool,
    operations: &mut Vec<Operation>,
) {
    let mut shapes: BTreeMap<String, (String, Place)> = BTreeMap::new();
    for Entry { key, place, value } in reader.object(paths, "paths") {
        if key.starts_with("x-") {
            continue;
        }
        let template = match PathTemplate::parse(key) {
            Ok(template) => template,
            Err((message, remedy)) => {
                reader.problem(*place, message, remedy);
                continue;
            }
        };
        if let Some((other, at)) = shapes.insert(template.shape(), (key.clone(), *place)) {
            let message = format!("{key} matches the same requests as {other} in line {}", at.line);
            reader.problem(*place, message, "write the path once, with all its methods");
        }
        for entry in reader.object(value, "a path") {
            let method = match entry.key.as_str() {
                ANY_METHOD => "ANY".to_owned(),
                method if METHODS.contains(&method) => method.to_ascii_uppercase(),
                "trace" => {
                    reader.problem(entry.place, "API Gateway does not route TRACE", "leave the method out");
                    continue;
                }
                field => {
                    refuse_unknown(reader, entry, field, &PATH_FIELDS, "a path");
                    continue;
                }
            };
            operations.extend(read_operation(reader, entry, (key, &template), method, schemes, key_by_default));
        }
    }
}

fn read_operation(
    reader: &mut Reader,
    entry: &Entry,
    (path, template): (&str, &PathTemplate),
    method: String,
    schemes: &BTreeMap<String, bool>,
    key_by_default: bool,
) -> Option<Operation> {
    for field in reader.object(&entry.value, "an operation") {
        if field.key != INTEGRATION {
            refuse_unknown(reader, field, &field.key, &OPERATION_FIELDS, "an operation");
        }
    }
    let api_key_required = match entry.value.get("security") {
        Some(security) => api_key_required(reader, security, schemes),
        None => key_by_default,
    };
    let Some(node) = entry.value.get(INTEGRATION) else {
        let message = format!("{method} {path} has no {INTEGRATION}: nothing would be called");
        reader.problem(entry.place, message, format!("write {INTEGRATION}: with a type and a uri"));
        return None;
    };
    let integration = integration::read(reader, node, template)?;
    Some(Operation { path: path.to_owned(), method, api_key_required, integration })
}

/// Whether a `security` requirement asks for an API key. `[]` asks for nothing.
fn api_key_required(reader: &mut Reader, security: &Node, schemes: &BTreeMap<String, bool>) -> bool {
    let Some(alternatives) = security.items() else {
        reader.problem(security.place, format!("security is {}", security.kind()), "write a list: [{api_key: []}]");
        return false;
    };
    if alternatives.len() > 1 {
        let message = "alternatives in security are not supported";
        reader.problem(security.place, message, "write one requirement: [{api_key: []}]");
    }
    let mut required = false;
    for Entry { key, place, .. } in alternatives.iter().filter_map(Node::entries).flatten() {
        match schemes.get(key) {
            Some(true) => required = true,
            Some(false) => reader.problem(
                *place,
                format!("the security scheme {key:?} is not an API key; other schemes are not supported"),
                "write api_key, and its scheme {type: apiKey, name: x-api-key, in: header}",
            ),
            None => {
                let names: Vec<&str> = schemes.keys().map(String::as_str).collect();
                let remedy = match names.as_slice() {
                    [] => "declare it under components.securitySchemes".to_owned(),
                    names => format!("write {}, or declare it under components.securitySchemes", one_of(names)),
                };
                reader.problem(*place, format!("the security scheme {key:?} is not declared"), remedy);
            }
        }
    }
    required
}

/// Accepts what OpenAPI has in this place and other vendors' extensions; refuses all else by name.
fn refuse_unknown(reader: &mut Reader, entry: &Entry, key: &str, known: &[&str], what: &str) {
    if key.starts_with("x-amazon-apigateway-") || key.starts_with("x-tollgate-") {
        reader.problem(entry.place, format!("{key} is not supported in {what}"), "leave it out");
    } else if !known.contains(&key) && !key.starts_with("x-") {
        reader.problem(entry.place, format!("{key:?} is not a field of {what}"), format!("write {}", one_of(known)));
    }
}

#[cfg(test)]
mod tests;
