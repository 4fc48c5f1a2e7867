//! What a request must have before anything is called: request validators, required parameters and models.
//! (API Gateway developer guide, `api-gateway-method-request-validation`.)

use serde::{Deserialize, Serialize};

use crate::{
    document::{Entry, Node},
    models::Models,
    reader::{Reader, one_of},
    refs::Refs,
};

/// What a request to an operation is checked for; nothing where no validator asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// Parameters that must be there and not blank, in the order in which AWS names them: headers, path, query.
    pub parameters: Vec<RequiredParameter>,
    /// The model of each content type, in lower case, by its place in the table. A body of another type is not checked.
    pub models: Vec<(String, u32)>,
    /// `x-tollgate-validation: detailed`: whether the answer names the failing field and rule, which AWS's does not.
    pub detailed: bool,
}

/// A parameter that a request must have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequiredParameter {
    /// Where it stands.
    pub location: ParameterLocation,
    /// Its name; names of headers and of the query compare with case, as on AWS.
    pub name: String,
}

/// Where a request's parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ParameterLocation {
    /// In a header.
    Header,
    /// In the path.
    Path,
    /// In the query.
    Query,
}

impl Validation {
    /// Whether nothing is checked.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty() && self.models.is_empty()
    }
}

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";
const DETAIL: &str = "x-tollgate-validation";

/// What a validator checks.
#[derive(Clone, Copy, Debug, Default)]
struct Checks {
    parameters: bool,
    body: bool,
}

/// The validators that the document declares.
pub(crate) struct Validators {
    declared: Vec<(String, Checks)>,
    default: Option<Checks>,
    detailed: bool,
}

impl Validators {
    /// Reads them.
    pub(crate) fn read(reader: &mut Reader, root: &Node) -> Self {
        let entries = root.get(VALIDATORS).map(|node| reader.object(node, VALIDATORS)).unwrap_or_default();
        let declared = entries.iter().map(|entry| (entry.key.clone(), checks(reader, entry))).collect();
        let mut validators = Validators { declared, default: None, detailed: detailed(reader, root, false) };
        validators.default = root.get(VALIDATOR).and_then(|node| validators.named(reader, node));
        validators
    }

    fn named(&self, reader: &mut Reader, node: &Node) -> Option<Checks> {
        let name = reader.text(node, VALIDATOR)?;
        let found = self.declared.iter().find(|(declared, _)| declared == name).map(|(_, checks)| *checks);
        if found.is_none() {
            let names: Vec<&str> = self.declared.iter().map(|(name, _)| name.as_str()).collect();
            let remedy = if names.is_empty() {
                format!("declare it in {VALIDATORS}")
            } else {
                format!("write {}", one_of(&names))
            };
            reader.problem(node.place, format!("the request validator {name:?} is not declared"), remedy);
        }
        found
    }

    /// What the operation's requests are checked for; `path` is the path item around it.
    pub(crate) fn operation(
        &self,
        reader: &mut Reader,
        refs: Refs<'_>,
        (path, operation): (&Node, &Node),
        models: &mut Models,
    ) -> Validation {
        let own = operation.get(VALIDATOR).map(|node| self.named(reader, node));
        let checks = own.unwrap_or(self.default).unwrap_or_default();
        let mut parameters = if checks.parameters { required(refs, path, operation) } else { Vec::new() };
        parameters.sort_by_key(|parameter| parameter.location);
        let models = if checks.body { bodies(reader, refs, (path, operation), models) } else { Vec::new() };
        Validation { parameters, models, detailed: detailed(reader, operation, self.detailed) }
    }
}

fn detailed(reader: &mut Reader, node: &Node, otherwise: bool) -> bool {
    let Some(value) = node.get(DETAIL) else { return otherwise };
    reader.choice(value, DETAIL, &["detailed", "aws"]).map_or(otherwise, |choice| choice == "detailed")
}

fn checks(reader: &mut Reader, entry: &Entry) -> Checks {
    let mut checks = Checks::default();
    for Entry { key, place, value } in reader.object(&entry.value, "a request validator") {
        match key.as_str() {
            "validateRequestParameters" => checks.parameters = reader.flag(value, key),
            "validateRequestBody" => checks.body = reader.flag(value, key),
            _ => reader.problem(*place, format!("{key:?} is not a property of a request validator"), "leave it out"),
        }
    }
    checks
}

/// The parameters that are required: those of the operation, and those of its path that it does not declare itself.
fn required(refs: Refs<'_>, path: &Node, operation: &Node) -> Vec<RequiredParameter> {
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut required = Vec::new();
    for parameter in parameters(refs, operation).chain(parameters(refs, path)) {
        let text = |name: &str| parameter.get(name).and_then(Node::text).unwrap_or_default().to_owned();
        let key = (text("in"), text("name"));
        if seen.contains(&key) {
            continue;
        }
        let location = match key.0.as_str() {
            "header" => Some(ParameterLocation::Header),
            "path" => Some(ParameterLocation::Path),
            "query" => Some(ParameterLocation::Query),
            _ => None,
        };
        if let Some(location) = location.filter(|_| text("required") == "true") {
            required.push(RequiredParameter { location, name: key.1.trim_end_matches('+').to_owned() });
        }
        seen.push(key);
    }
    required
}

fn parameters<'d>(refs: Refs<'d>, holder: &'d Node) -> impl Iterator<Item = &'d Node> {
    let items = holder.get("parameters").and_then(Node::items).unwrap_or_default();
    // What a reference lacks is said by `Refs::check`.
    items.iter().filter_map(move |item| refs.resolve(&mut Reader::default(), item))
}

/// The models of the body: `requestBody.content` in OpenAPI 3, the parameter `in: body` in Swagger 2.0.
fn bodies(
    reader: &mut Reader,
    refs: Refs<'_>,
    (path, operation): (&Node, &Node),
    models: &mut Models,
) -> Vec<(String, u32)> {
    let mut schemas: Vec<(String, &Node)> = Vec::new();
    if let Some(body) = operation.get("requestBody").and_then(|body| refs.resolve(&mut Reader::default(), body)) {
        for Entry { key, value, .. } in body.get("content").and_then(Node::entries).unwrap_or_default() {
            schemas.extend(value.get("schema").map(|schema| (media_type(key), schema)));
        }
    }
    let body = parameters(refs, operation).chain(parameters(refs, path));
    let body = body.into_iter().find(|parameter| parameter.get("in").and_then(Node::text) == Some("body"));
    if let Some(schema) = body.and_then(|body| body.get("schema")) {
        let consumes = operation.get("consumes").or_else(|| refs.root.get("consumes")).and_then(Node::items);
        let types: Vec<String> = consumes.unwrap_or_default().iter().filter_map(Node::text).map(media_type).collect();
        let types = if types.is_empty() { vec!["application/json".to_owned()] } else { types };
        schemas.extend(types.into_iter().map(|kind| (kind, schema)));
    }
    let mut bodies = Vec::new();
    for (kind, schema) in schemas {
        if is_json(&kind) {
            bodies.extend(models.add(reader, refs, schema).map(|model| (kind, model)));
        } else if schema.entries().is_some_and(|entries| !entries.is_empty()) {
            let message = format!("a body of the type {kind} cannot be checked against a model");
            reader.problem(schema.place, message, "write the model for application/json, or leave the schema empty");
        }
    }
    bodies
}

/// A content type in lower case, without parameters.
fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(media_type: &str) -> bool {
    media_type.ends_with("/json") || media_type.ends_with("+json")
}
