//! `aws`: a request to an AWS service as it goes over the wire, but for its signature.
//! (API Gateway API reference, `Integration`, `uri`.)

mod protocols;

use bytes::Bytes;
use definition::{Service, ServiceRequest};

use crate::{
    Refusal, ServiceCall,
    exchange::Exchange,
    outgoing::{Outgoing, has_no_body},
    url,
};
use protocols::Protocol;

/// The call that `service` and the mapped request make.
///
/// # Errors
/// 500 where a hole of the URI has no value.
pub(crate) fn call(
    service: &Service,
    exchange: &Exchange<'_>,
    mut outgoing: Outgoing,
    timeout_ms: u32,
) -> Result<ServiceCall, Refusal> {
    let variables = &exchange.request.stage.variables;
    let region = service.region.fill(variables, |_| None)?;
    let credentials = service.credentials.as_ref().map(|role| role.fill(variables, |_| None)).transpose()?;
    let method = service.method.as_ref().unwrap_or(&exchange.request.method).clone();
    let mapped_type = outgoing.headers.get("content-type").map(str::to_owned);
    let (path, mut query) = match &service.request {
        ServiceRequest::Path(path) => {
            let filled = url::fill(path, variables, &outgoing.path)?;
            let (path, query) = filled.split_once('?').unwrap_or((&filled, ""));
            (format!("/{}", path.strip_prefix('/').unwrap_or(path)), query.to_owned())
        }
        ServiceRequest::Action { name, parameters } => {
            for (parameter, value) in parameters {
                let value = value.fill(variables, |hole| outgoing.path.get(hole).cloned())?;
                outgoing.query.push((parameter.clone(), value));
            }
            action(
                service,
                name,
                &mut outgoing,
                mapped_type.as_deref() == exchange.request.headers.get("content-type"),
            );
            ("/".to_owned(), String::new())
        }
    };
    if !outgoing.query.is_empty() {
        query.push_str(if query.is_empty() { "" } else { "&" });
        query.push_str(&url::query(&outgoing.query));
    }
    outgoing.headers.remove(&["referer", "host"]);
    let body = if has_no_body(&method) { Bytes::new() } else { outgoing.body };
    let host = protocols::host(&service.name, service.subdomain.as_deref(), &region, &service.request);
    let service = protocols::signing_name(&service.name).to_owned();
    Ok(ServiceCall {
        service,
        region,
        host,
        method,
        path,
        query,
        headers: outgoing.headers,
        body,
        credentials,
        timeout_ms,
    })
}

/// Names the action as the service's protocol does: in a header for those that speak JSON, in the query for the others. A
/// header that the definition maps is left as it is; a content type that only came from the client is not.
fn action(service: &Service, name: &str, outgoing: &mut Outgoing, clients_type: bool) {
    match protocols::of(&service.name) {
        Protocol::Json { target, version } => {
            outgoing.headers.set_default("x-amz-target", &format!("{target}.{name}"));
            if clients_type {
                outgoing.headers.set("content-type", format!("application/x-amz-json-{version}"));
            }
        }
        Protocol::Query { version } => {
            let mut pairs = vec![("Action".to_owned(), name.to_owned())];
            pairs.append(&mut outgoing.query);
            if let Some(version) = version
                && !pairs.iter().any(|(name, _)| name == "Version")
            {
                pairs.push(("Version".to_owned(), version.to_owned()));
            }
            outgoing.query = pairs;
        }
    }
}

#[cfg(test)]
mod tests;
