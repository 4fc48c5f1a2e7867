//! `infra/router-policy.yaml`: the least that the router must be permitted, as an `AWS::IAM::ManagedPolicy` for its role.
//! (IAM user guide, `reference_policies_elements`; service authorization reference.)
//!
//! Each statement permits one action on one resource. What the definition does not say of a resource is `*`, as narrowly as
//! it can stand: `table/*`, `bucket/*`. Native routes are among those that call: the router serves them to requests that come
//! by another door.

mod fields;
mod pattern;
mod services;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Api, Integration, Mapped, Service, ServiceAction, ServiceRequest, Target, Text, routes::names};
use fields::Fields;
pub(crate) use fields::variables_of;
use pattern::Pattern;

/// The policy of `api`'s router as a CloudFormation template. The same API always gives the same text.
pub fn router_policy(api: &Api) -> String {
    let mut permissions = Permissions::default();
    for operation in api.operations() {
        for permission in needed(&operation.integration, &operation.method) {
            permissions.entry(permission).or_default().insert(operation.route_key());
        }
    }
    writer::template(&permissions)
}

/// What must be permitted, and the operations that need it, by their route keys.
type Permissions = BTreeMap<Permission, BTreeSet<String>>;

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    /// `dynamodb:GetItem`.
    action: String,
    resource: Resource,
}

/// A resource as a template names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Resource {
    /// One line of YAML: `!Sub "arn:…"`, or `"*"`.
    yaml: String,
    /// The stage variables in it.
    variables: BTreeSet<String>,
    /// Whether a `*` stands for what only the request says, or for what the definition does not tell.
    is_open: bool,
}

fn needed(integration: &Integration, method: &str) -> Vec<Permission> {
    match integration {
        Integration::Lambda(proxy) => invoke(&proxy.function, proxy.credentials.as_ref()),
        Integration::Mapped(mapped) => match &mapped.target {
            Target::Function { function, credentials } => invoke(function, credentials.as_ref()),
            Target::Service(service) => of_service(service, mapped, method),
            Target::Mock | Target::Http(_) => Vec::new(),
        },
        Integration::Service(action) => of_action(action),
        Integration::Aggregate(aggregate) => {
            aggregate.parts.iter().flat_map(|part| needed(&part.integration, method)).collect()
        }
        Integration::Http(_) | Integration::Faulty(_) => Vec::new(),
    }
}

fn permission(action: impl Into<String>, resource: Resource) -> Permission {
    Permission { action: action.into(), resource }
}

fn assume(role: &Text) -> Vec<Permission> {
    vec![permission("sts:AssumeRole", Pattern::of_text(role, &no_parameter).resource())]
}

/// Lambda is asked for the very function, version or alias that is called. A stage variable that stands alone or comes first
/// holds an ARN.
fn invoke(function: &Text, credentials: Option<&Text>) -> Vec<Permission> {
    if let Some(role) = credentials {
        return assume(role);
    }
    let named = Pattern::of_text(function, &no_parameter);
    let function = if named.is_arn() || named.starts_with_variable() {
        named
    } else {
        Pattern::here("lambda", &Pattern::default(), "function:").then(named)
    };
    vec![permission("lambda:InvokeFunction", function.resource())]
}

/// Functions and roles have no path parameters.
fn no_parameter(_: &str) -> Pattern {
    Pattern::any()
}

fn of_service(service: &Service, mapped: &Mapped, method: &str) -> Vec<Permission> {
    if let Some(role) = &service.credentials {
        return assume(role);
    }
    let region = Pattern::of_text(&service.region, &no_parameter);
    let fields = Fields::of_mapped(mapped, service);
    let method = service.method.as_deref().unwrap_or(method);
    match (&service.request, service.name.as_str()) {
        (ServiceRequest::Path(path), "s3") => services::objects(service, &fields.filled(path), &fields, method),
        (ServiceRequest::Path(path), "execute-api") => {
            services::invoke_api(service, &fields.filled(path), &region, method)
        }
        (ServiceRequest::Path(path), _) => services::by_path(&service.name, &fields.filled(path), &region, &fields),
        (ServiceRequest::Action { name, .. }, _) => services::action(&service.name, name, &region, &fields),
    }
}

/// A subtype is named `{service}-{action}`.
fn of_action(action: &ServiceAction) -> Vec<Permission> {
    if let Some(role) = &action.credentials {
        return assume(role);
    }
    let fields = Fields::of_action(action);
    let region = fields.get("Region").into_iter().next().unwrap_or_default();
    let (service, name) = action.subtype.split_once('-').unwrap_or_default();
    let service = match service {
        "EventBridge" => "events",
        "StepFunctions" => "states",
        other => &other.to_ascii_lowercase(),
    };
    services::action(service, name, &region, &fields)
}

#[cfg(test)]
mod tests;
