//! The keys that a case's definition may have. What is data in it (models, policies, templates, maps by name) is not looked
//! into: that is the compiler's work.

use serde_json::{Map, Value};

use crate::Failure;

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

const ROOT: [&str; 10] = [
    "openapi",
    "info",
    "paths",
    "components",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-policy",
    VALIDATOR,
    "x-amazon-apigateway-request-validators",
];
const INFO: [&str; 2] = ["title", "version"];
const PATH: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];
const OPERATION: [&str; 10] = [
    "description",
    "operationId",
    "summary",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "security",
    INTEGRATION,
    VALIDATOR,
];
const PARAMETER: [&str; 4] = ["name", "in", "required", "schema"];
const REQUEST_BODY: [&str; 4] = ["description", "content", "required", "$ref"];
const RESPONSE: [&str; 5] = ["description", "headers", "content", "links", "$ref"];
const MEDIA_TYPE: [&str; 4] = ["schema", "example", "examples", "encoding"];
const REQUEST_VALIDATOR: [&str; 2] = ["validateRequestBody", "validateRequestParameters"];
const INTEGRATION_KEYS: [&str; 12] = [
    "type",
    "uri",
    "httpMethod",
    "credentials",
    "responses",
    "passthroughBehavior",
    "requestTemplates",
    "requestParameters",
    "contentHandling",
    "timeoutInMillis",
    "payloadFormatVersion",
    "connectionType",
];
const INTEGRATION_RESPONSE: [&str; 4] = ["statusCode", "responseParameters", "responseTemplates", "contentHandling"];

/// Checks the keys of the document in `text`.
///
/// # Errors
/// The first that is not known, by its place.
pub(crate) fn check(text: &str) -> Result<(), Failure> {
    let document: Value = serde_json::from_str(text).map_err(|error| Failure::cannot("definition", error))?;
    let root = known("definition", &document, &ROOT)?;
    if let Some(info) = root.get("info") {
        known("definition.info", info, &INFO)?;
    }
    for (name, validator) in children(root.get("x-amazon-apigateway-request-validators")) {
        known(&format!("definition.x-amazon-apigateway-request-validators.{name}"), validator, &REQUEST_VALIDATOR)?;
    }
    for (path, item) in children(root.get("paths")) {
        let at = format!("definition.paths[{path}]");
        for (method, operation) in known(&at, item, &PATH)? {
            check_operation(&format!("{at}.{method}"), operation)?;
        }
    }
    Ok(())
}

fn check_operation(at: &str, operation: &Value) -> Result<(), Failure> {
    let operation = known(at, operation, &OPERATION)?;
    for (number, parameter) in operation.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate() {
        known(&format!("{at}.parameters[{number}]"), parameter, &PARAMETER)?;
    }
    if let Some(body) = operation.get("requestBody") {
        check_content(&format!("{at}.requestBody"), body, &REQUEST_BODY)?;
    }
    for (status, response) in children(operation.get("responses")) {
        check_content(&format!("{at}.responses.{status}"), response, &RESPONSE)?;
    }
    operation.get(INTEGRATION).map_or(Ok(()), |it| check_integration(&format!("{at}.{INTEGRATION}"), it))
}

/// A request's or response's description: its own keys and those of its media types.
fn check_content(at: &str, value: &Value, names: &[&str]) -> Result<(), Failure> {
    for (name, media_type) in children(known(at, value, names)?.get("content")) {
        known(&format!("{at}.content[{name}]"), media_type, &MEDIA_TYPE)?;
    }
    Ok(())
}

fn check_integration(at: &str, value: &Value) -> Result<(), Failure> {
    let integration = known(at, value, &INTEGRATION_KEYS)?;
    for (pattern, response) in children(integration.get("responses")) {
        known(&format!("{at}.responses[{pattern}]"), response, &INTEGRATION_RESPONSE)?;
    }
    Ok(())
}

/// The entries of an object whose keys must be among `names`.
fn known<'a>(at: &str, value: &'a Value, names: &[&str]) -> Result<&'a Map<String, Value>, Failure> {
    let object = value.as_object().ok_or_else(|| Failure::cannot("file", format_args!("{at} is not an object")))?;
    match object.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => Err(Failure::cannot("file", format_args!("{at}: unknown key {key:?}"))),
        None => Ok(object),
    }
}

fn children(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
