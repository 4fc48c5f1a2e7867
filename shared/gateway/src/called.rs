//! What an integration calls, as a log names it: never a path, a query, a header or a body, for clients' data is in them.

use std::collections::BTreeMap;

use definition::{Integration, Part, Server, Service, ServiceRequest, Target, Text};

use crate::PartFailure;

type Variables = BTreeMap<String, String>;

/// `lambda cart:live`, `GET https://shop.example`, `dynamodb PutItem`, `SNS-Publish`, `mock`; `method` is the client's.
pub(crate) fn called(integration: &Integration, method: &str, variables: &Variables) -> Option<String> {
    Some(match integration {
        Integration::Lambda(proxy) => function(&proxy.function, variables),
        Integration::Http(proxy) => server(&proxy.server, method, variables),
        Integration::Mapped(mapped) => match &mapped.target {
            Target::Mock => "mock".to_owned(),
            Target::Http(to) => server(to, method, variables),
            Target::Function { function: name, .. } => function(name, variables),
            Target::Service(service) => action(service, method),
        },
        Integration::Service(action) => action.subtype.clone(),
        // Its parts are named one by one.
        Integration::Aggregate(_) | Integration::Faulty(_) => return None,
    })
}

/// Says of each part of an aggregate that failed what it calls.
pub(crate) fn name_parts(
    failed: &mut [PartFailure],
    integration: &Integration,
    (method, variables): (&str, &Variables),
) {
    let Integration::Aggregate(aggregate) = integration else { return };
    for failure in failed {
        let part = aggregate.parts.iter().find(|part| part.name == failure.part);
        failure.called = part.and_then(|part| called(&part.integration, method, variables));
    }
}

/// The function's name, with its version or alias. A stage variable that is not set is what failed, and says so elsewhere.
fn function(text: &Text, variables: &Variables) -> String {
    let filled = up_to_parameters(text, variables);
    let name = filled.split_once(":function:").map_or(filled.as_str(), |(_, name)| name);
    format!("lambda {name}")
}

/// Method and origin. What stands before an `@` may be a password, which a stage variable can hold.
fn server(server: &Server, method: &str, variables: &Variables) -> String {
    let filled = up_to_parameters(&server.url, variables);
    let (scheme, rest) = filled.split_once("://").unwrap_or(("http", &filled));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{} {scheme}://{host}", server.method.as_deref().unwrap_or(method))
}

/// A service with its action, or with its method where the action is in the path.
fn action(service: &Service, method: &str) -> String {
    match &service.request {
        ServiceRequest::Action { name, .. } => format!("{} {name}", service.name),
        ServiceRequest::Path(_) => format!("{} {}", service.name, service.method.as_deref().unwrap_or(method)),
    }
}

fn up_to_parameters(text: &Text, variables: &Variables) -> String {
    let known = text.0.iter().map_while(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::StageVariable(name) => Some(variables.get(name).map_or("", String::as_str)),
        Part::PathParameter(_) => None,
    });
    known.collect()
}
