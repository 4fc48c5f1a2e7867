//! One operation of a path.

use crate::{
    ApiKeySource, Guard, Integration, Operation, PathTemplate, Place, Route, Validation, aggregate,
    document::{Entry, Node},
    integration, limits,
    openapi::refuse_unknown,
    reader::Reader,
    way,
};

use super::{ANY_METHOD, Surroundings, check_parameters};

const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// What makes an HTTP API's `/$default` its catch-all.
const IS_DEFAULT_ROUTE: &str = "isDefaultRoute";

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

/// Reads the operation in `entry`: `method` of the path `route`.
pub(super) fn read<'d>(
    reader: &mut Reader,
    entry: &'d Entry,
    route: (&str, &PathTemplate),
    (method, validation): (String, Validation),
    around: &Surroundings<'d>,
) -> Option<Route> {
    let (path, template) = route;
    for field in reader.object(&entry.value, "an operation").iter().filter(|field| field.key != IS_DEFAULT_ROUTE) {
        refuse_unknown(reader, field, &field.key, &OPERATION_FIELDS, "an operation");
    }
    check_default(reader, entry, template);
    check_parameters(reader, &entry.value, route, around.refs);
    let guard = read_guard(reader, &entry.value, around);
    let admits = around.tenancy.of_operation(reader, entry, &guard);
    check_key_source(reader, entry, &guard, around);
    let limits = limits::of_operation(reader, &entry.value, &admits);
    let wish = way::wish(reader, &entry.value, around.wish);
    let integration = match (entry.value.get(INTEGRATION), entry.value.get(aggregate::EXTENSION)) {
        (Some(node), None) => read_integration(reader, node, template, around)?,
        (None, Some(node)) => Integration::Aggregate(aggregate::read(reader, node, template, around)?),
        (Some(_), Some(node)) => {
            let message = format!("{} stands beside {INTEGRATION}", aggregate::EXTENSION);
            reader.problem(node.place, message, "write the integration as one of its parts, or leave one of them out");
            return None;
        }
        (None, None) => {
            let message = format!("{method} {path} has no {INTEGRATION}: nothing would be called");
            reader.problem(entry.place, message, format!("write {INTEGRATION}: with a type and a uri"));
            return None;
        }
    };
    let operation = Operation {
        path: path.to_owned(),
        method: method.clone(),
        admits: admits.clone(),
        limits,
        validation,
        integration,
    };
    match way::choose(wish, &guard, operation, &around.rest_api) {
        Ok(way) => Some(Route { path: path.to_owned(), method, guard, admits, way, throttle: limits.throttle }),
        Err(because) => {
            let place = entry.value.get(way::EXTENSION).map_or(entry.place, |node| node.place);
            let message = format!("{method} {path} cannot take its way: {because}");
            reader.problem(place, message, "change x-tollgate-path, or what the operation asks for");
            None
        }
    }
}

/// Reads the integration that `node` is or refers to.
pub(crate) fn read_integration<'d>(
    reader: &mut Reader,
    node: &'d Node,
    template: &PathTemplate,
    around: &Surroundings<'d>,
) -> Option<Integration> {
    for beside in
        node.entries().unwrap_or_default().iter().filter(|beside| node.get("$ref").is_some() && beside.key != "$ref")
    {
        let message = format!("{:?} stands beside a $ref, where nothing else is read", beside.key);
        reader.problem(beside.place, message, "write it where the $ref leads to, or leave it out");
    }
    let node = around.refs.resolve(reader, node)?;
    let integration = integration::read(reader, node, template)?;
    check_variables(reader, node.get("uri").unwrap_or(node).place, &integration.stage_variables(), around);
    Some(integration)
}

/// That the catch-all of an HTTP API is written as its exports write it, and nothing else so.
/// (API Gateway developer guide, `api-gateway-swagger-extensions-any-method`.)
fn check_default(reader: &mut Reader, entry: &Entry, template: &PathTemplate) {
    let flag = entry.value.get(IS_DEFAULT_ROUTE);
    let says_so = flag.is_some_and(|flag| reader.flag(flag, IS_DEFAULT_ROUTE));
    match flag {
        Some(flag) if says_so && !template.is_default() => {
            let remedy = format!("write it under /$default, in {ANY_METHOD}, or leave it out");
            reader.problem(flag.place, "only /$default is the default route", remedy);
        }
        _ if template.is_default() && !says_so => {
            let message = "/$default catches all requests only where it says so";
            reader.problem(entry.place, message, "write isDefaultRoute: true in it, or another path");
        }
        _ => {}
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
        Some("AWS_IAM") if guard == Guard::ApiKey => Guard::WithKey(Box::new(Guard::Iam)),
        Some("AWS_IAM") => {
            let message = "AWS_IAM together with a requirement of security is not supported";
            reader.problem(auth.place, message, "ask for one of them: security: [], or no x-amazon-apigateway-auth");
            guard
        }
        _ => guard,
    }
}

/// Where authorizers name the key, an operation that asks for one must ask a Lambda authorizer as well. AWS takes it
/// without, and lets nobody in.
fn check_key_source(reader: &mut Reader, entry: &Entry, guard: &Guard, around: &Surroundings<'_>) {
    let named_by_authorizer = matches!(guard.without_key(), Guard::Request { .. });
    let nobody_names_it = around.rest_api.api_key_source == ApiKeySource::Authorizer && !named_by_authorizer;
    if nobody_names_it && guard.admits().api_key && !reader.as_aws {
        let message = "the operation asks for an API key, which a Lambda authorizer is to name, and asks none";
        let place = entry.value.get("security").map_or(entry.place, |node| node.place);
        reader.problem(
            place,
            message,
            "add an authorizer of type token or request to its security, or write x-amazon-apigateway-api-key-source: HEADER",
        );
    }
}

/// That the stage has each of the `used` variables, if it is known which it has.
pub(crate) fn check_variables(reader: &mut Reader, place: Place, used: &[&str], around: &Surroundings<'_>) {
    let Some(known) = &around.stage_variables else { return };
    for name in used.iter().filter(|name| !known.contains(**name)) {
        let message = format!("the stage has no variable {name:?}");
        reader.problem(place, message, "name one that it has, or add it to the stage");
    }
}
