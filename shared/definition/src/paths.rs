//! `paths` and the operations in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Guard, Integration, Operation, PathTemplate, Place, Route, Throttle, Validation,
    document::{Entry, Node},
    integration,
    models::Models,
    openapi::refuse_unknown,
    reader::Reader,
    refs::Refs,
    rest_api::RestApi,
    security::Schemes,
    validation::Validators,
    way::{self, Wish},
};

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// The methods that API Gateway routes, as documents write them.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

const PATH_FIELDS: [&str; 4] = ["summary", "description", "servers", "parameters"];
const OPERATION_FIELDS: [&str; 15] = [
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
    // Swagger 2.0
    "consumes",
    "produces",
    "schemes",
];

/// Routes of one HTTP API, raisable on request; one of them is `$default`.
/// (API Gateway developer guide, `http-api-quotas`.)
const MAX_ROUTES: usize = 300;

/// What reading a path needs of the rest of the document.
pub(crate) struct Surroundings<'d> {
    pub(crate) refs: Refs<'d>,
    pub(crate) schemes: Schemes,
    /// Who is let in to an operation without `security` of its own.
    pub(crate) guard: Guard,
    /// Which way an operation takes that does not say.
    pub(crate) wish: Wish,
    /// What requests are checked for.
    pub(crate) validators: Validators,
    /// What the router does for all operations.
    pub(crate) rest_api: RestApi,
    /// The stage variables there are, if the caller knows them.
    pub(crate) stage_variables: Option<BTreeSet<String>>,
}

/// Reads all routes.
pub(crate) fn read(reader: &mut Reader, paths: &Node, around: &Surroundings<'_>, models: &mut Models) -> Vec<Route> {
    let mut routes = Vec::new();
    let mut shapes: BTreeMap<String, (String, Place)> = BTreeMap::new();
    for Entry { key, place, value } in reader.object(paths, "paths") {
        if key.starts_with("x-") {
            continue;
        }
        if key == "/$default" {
            let remedy = "write /{proxy+}, and / for the root";
            reader.problem(*place, "the route $default is the router's own", remedy);
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
        read_path(reader, value, (key, &template), around, (models, &mut routes));
    }
    for message in way::keep_guards(&mut routes) {
        reader.problem(paths.place, message, "give both the same security, or paths that do not overlap");
    }
    if routes.len() >= MAX_ROUTES {
        let message = format!("{} operations are more than the {MAX_ROUTES} routes of an HTTP API", routes.len());
        reader.problem(paths.place, message, "join operations under any-method or {proxy+}, or split the API");
    }
    routes
}

fn read_path(
    reader: &mut Reader,
    value: &Node,
    route: (&str, &PathTemplate),
    around: &Surroundings<'_>,
    (models, routes): (&mut Models, &mut Vec<Route>),
) {
    if let Some(reference) = value.get("$ref") {
        reader.problem(reference.place, "a path that is a reference is not supported", "write the path out");
    }
    check_parameters(reader, value, route, around.refs);
    for entry in reader.object(value, "a path") {
        let method = match entry.key.as_str() {
            ANY_METHOD => "ANY".to_owned(),
            method if METHODS.contains(&method) => method.to_ascii_uppercase(),
            "trace" => {
                reader.problem(entry.place, "API Gateway does not route TRACE", "leave the method out");
                continue;
            }
            "$ref" => continue,
            field => {
                refuse_unknown(reader, entry, field, &PATH_FIELDS, "a path");
                continue;
            }
        };
        let validation = around.validators.operation(reader, around.refs, (value, &entry.value), models);
        routes.extend(read_operation(reader, entry, route, (method, validation), around));
    }
}

fn read_operation(
    reader: &mut Reader,
    entry: &Entry,
    route: (&str, &PathTemplate),
    (method, validation): (String, Validation),
    around: &Surroundings<'_>,
) -> Option<Route> {
    let (path, template) = route;
    for field in reader.object(&entry.value, "an operation") {
        refuse_unknown(reader, field, &field.key, &OPERATION_FIELDS, "an operation");
    }
    check_parameters(reader, &entry.value, route, around.refs);
    let guard = read_guard(reader, &entry.value, around);
    let throttle = read_throttle(reader, &entry.value);
    let wish = way::wish(reader, &entry.value, around.wish);
    let Some(node) = entry.value.get(INTEGRATION) else {
        let message = format!("{method} {path} has no {INTEGRATION}: nothing would be called");
        reader.problem(entry.place, message, format!("write {INTEGRATION}: with a type and a uri"));
        return None;
    };
    for beside in
        node.entries().unwrap_or_default().iter().filter(|beside| node.get("$ref").is_some() && beside.key != "$ref")
    {
        let message = format!("{:?} stands beside a $ref, where nothing else is read", beside.key);
        reader.problem(beside.place, message, "write it where the $ref leads to, or leave it out");
    }
    let node = around.refs.resolve(reader, node)?;
    let integration = integration::read(reader, node, template)?;
    check_variables(reader, node, &integration, around);
    let operation =
        Operation { path: path.to_owned(), method: method.clone(), admits: guard.admits(), validation, integration };
    match way::choose(wish, &guard, operation, &around.rest_api) {
        Ok(way) => Some(Route { path: path.to_owned(), method, guard, way, throttle }),
        Err(because) => {
            let place = entry.value.get(way::EXTENSION).map_or(entry.place, |node| node.place);
            let message = format!("{method} {path} cannot take its way: {because}");
            reader.problem(place, message, "change x-tollgate-path, or what the operation asks for");
            None
        }
    }
}

/// Who is let in: `x-amazon-apigateway-auth` where there is one, else `security`, else what the document says.
fn read_guard(reader: &mut Reader, operation: &Node, around: &Surroundings<'_>) -> Guard {
    let guard = match operation.get("security") {
        Some(security) => around.schemes.guard(reader, security),
        None => around.guard.clone(),
    };
    let Some(auth) = operation.get("x-amazon-apigateway-auth") else { return guard };
    for entry in auth.entries().unwrap_or_default().iter().filter(|entry| entry.key != "type") {
        let message = format!("{:?} is not a property of x-amazon-apigateway-auth", entry.key);
        reader.problem(entry.place, message, "leave it out");
    }
    let Some(kind) = auth.get("type") else {
        reader.problem(auth.place, "x-amazon-apigateway-auth has no type", "write {type: AWS_IAM}");
        return guard;
    };
    match reader.choice(kind, "the type of x-amazon-apigateway-auth", &["AWS_IAM", "NONE"]) {
        Some("AWS_IAM") if matches!(guard, Guard::Open | Guard::Iam) => Guard::Iam,
        Some("AWS_IAM") => {
            let message = "AWS_IAM together with a requirement of security is not supported";
            reader.problem(auth.place, message, "ask for one of them: security: [], or no x-amazon-apigateway-auth");
            guard
        }
        _ => guard,
    }
}

fn read_throttle(reader: &mut Reader, operation: &Node) -> Option<Throttle> {
    let node = operation.get("x-tollgate-throttle")?;
    let mut field = |name: &str| match node.get(name) {
        Some(value) => reader.number(value, name, 1, 10_000_000),
        None => {
            let message = format!("x-tollgate-throttle has no {name}");
            reader.problem(
                node.place,
                message,
                "write {rate: 10, burst: 20}, in requests a second and requests at once",
            );
            None
        }
    };
    let (rate, burst) = (field("rate"), field("burst"));
    for entry in node.entries().unwrap_or_default().iter().filter(|entry| !["rate", "burst"].contains(&&*entry.key)) {
        reader.problem(entry.place, format!("{:?} is not a property of a throttle", entry.key), "leave it out");
    }
    Some(Throttle { rate: rate?, burst: burst? })
}

fn check_variables(reader: &mut Reader, node: &Node, integration: &Integration, around: &Surroundings<'_>) {
    let Some(known) = &around.stage_variables else { return };
    for name in integration.stage_variables().into_iter().filter(|name| !known.contains(*name)) {
        let message = format!("the stage has no variable {name:?}");
        reader.problem(node.get("uri").unwrap_or(node).place, message, "name one that it has, or add it to the stage");
    }
}

/// Path parameters that are declared and that the path does not have: AWS refuses to deploy them.
fn check_parameters(reader: &mut Reader, node: &Node, (path, template): (&str, &PathTemplate), refs: Refs<'_>) {
    let Some(parameters) = node.get("parameters") else { return };
    let Some(items) = parameters.items() else {
        reader.problem(parameters.place, format!("parameters is {}", parameters.kind()), "write a list here");
        return;
    };
    for item in items {
        // The reference itself is checked with all others, in `Refs::check`.
        let Some(parameter) = refs.resolve(&mut Reader::default(), item) else { continue };
        let is_path = parameter.get("in").and_then(Node::text) == Some("path");
        let name = parameter.get("name").and_then(Node::text).unwrap_or_default();
        // AWS's import takes it, and no request can have it.
        if is_path && !reader.as_aws && !template.parameters().any(|known| known == name.trim_end_matches('+')) {
            let message = format!("{path} has no parameter {name:?}");
            reader.problem(item.place, message, "name one of the path's {parameters}, or leave it out");
        }
    }
}
