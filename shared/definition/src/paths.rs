//! `paths` and the operations in them.

mod operation;

pub(crate) use operation::{check_variables, read_integration};

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Guard, PathTemplate, Place, Route,
    document::{Entry, Node},
    models::Models,
    openapi::refuse_unknown,
    path_template::DEFAULT_ROUTE,
    reader::Reader,
    refs::Refs,
    rest_api::RestApi,
    security::Schemes,
    strays,
    tenant::Tenancy,
    validation::Validators,
    way::{self, Wish},
};

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// The methods that API Gateway routes, as documents write them.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

const PATH_FIELDS: [&str; 4] = ["summary", "description", "servers", "parameters"];

/// Routes of one HTTP API, raisable on request; one of them is `$default`.
/// (API Gateway developer guide, `http-api-quotas`.)
const MAX_ROUTES: usize = 300;

/// What reading a path needs of the rest of the document.
pub(crate) struct Surroundings<'d> {
    pub(crate) refs: Refs<'d>,
    pub(crate) schemes: Schemes,
    /// Who is let in to an operation without `security` of its own.
    pub(crate) guard: Guard,
    /// What names the tenant, and what it must have, of operations that do not say.
    pub(crate) tenancy: Tenancy,
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
pub(crate) fn read<'d>(
    reader: &mut Reader,
    paths: &'d Node,
    around: &Surroundings<'d>,
    models: &mut Models,
) -> Vec<Route> {
    let mut found = Vec::new();
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
        let path = if template.is_default() { DEFAULT_ROUTE } else { key };
        read_path(reader, value, (path, &template), around, (models, &mut found));
    }
    let mut routes = found;
    let needed = routes.len() + usize::from(!routes.iter().any(Route::is_default));
    if needed > MAX_ROUTES {
        let message = format!("{} operations are more than the {MAX_ROUTES} routes of an HTTP API", routes.len());
        reader.problem(paths.place, message, "join operations under any-method or {proxy+}, or split the API");
        return routes;
    }
    for message in way::keep_guards(&mut routes) {
        reader.problem(paths.place, message, "give both the same security, or paths that do not overlap");
    }
    routes
}

fn read_path<'d>(
    reader: &mut Reader,
    value: &'d Node,
    route: (&str, &PathTemplate),
    around: &Surroundings<'d>,
    (models, found): (&mut Models, &mut Vec<Route>),
) {
    let Some(value) = path_item(reader, value, around.refs) else { return };
    check_parameters(reader, value, route, around.refs);
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
        if route.1.is_default() && method != "ANY" {
            let message = format!("the route $default takes every method, not {method} alone");
            reader.problem(entry.place, message, format!("write {ANY_METHOD}"));
            continue;
        }
        let validation = around.validators.operation(reader, around.refs, (value, &entry.value), models);
        let route = operation::read(reader, entry, route, (method, validation), around);
        found.extend(route);
    }
}

/// The path item itself, or the one that it refers to. Beside a reference, nothing else says what is called.
fn path_item<'d>(reader: &mut Reader, node: &'d Node, refs: Refs<'d>) -> Option<&'d Node> {
    if node.get("$ref").is_none() {
        return Some(node);
    }
    let beside = node.entries().unwrap_or_default().iter();
    for entry in beside.filter(|entry| !["$ref", "summary", "description"].contains(&entry.key.as_str())) {
        let message = format!("{:?} stands beside a $ref, where nothing else is read", entry.key);
        reader.problem(entry.place, message, "write it where the $ref leads to, or leave it out");
    }
    let target = refs.resolve(reader, node)?;
    // Where it stands, an extension may have no meaning, or nobody may have looked.
    strays::check_path(reader, target);
    Some(target)
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
