//! From the managed authorizer's context, or from the key itself, to a principal; and what backends are told of it.

use identity::{KeyLookup, Principal, PrincipalKind, identify};
use serde_json::{Map, Value, json};

use crate::{GatewayRequest, Headers, Refusal};

/// Every header that names the principal to a backend starts so. What a client sends under such a name is dropped.
const PREFIX: &str = "x-tollgate-";

/// The principal of a request that needs one.
///
/// The authorizer function's answer counts where there is one. Without it, because the request came through another door
/// (a load balancer, a Function URL, a path that API Gateway reads otherwise), the router asks the same question itself.
///
/// # Errors
/// The caller's refusal.
pub(crate) async fn of(request: &GatewayRequest, keys: &impl KeyLookup) -> Result<Principal, Refusal> {
    match from_context(&request.authorizer) {
        Some(principal) => Ok(principal),
        None => Ok(identify(request.headers.get("x-api-key"), keys, request.time_ms).await?),
    }
}

fn from_context(authorizer: &Map<String, Value>) -> Option<Principal> {
    let principal = Principal::from_context(authorizer.get("lambda")?.as_object()?)?;
    (principal.kind == PrincipalKind::ApiKey).then_some(principal)
}

/// The request as backends see it: with the principal in its authorizer context, without headers that pretend to be one.
pub(crate) fn announce(request: &mut GatewayRequest, principal: Option<&Principal>) {
    request.headers.0.retain(|(name, _)| !is_ours(name));
    if let Some(principal) = principal {
        let context = request.authorizer.entry("lambda").or_insert_with(|| json!({}));
        if let Some(context) = context.as_object_mut() {
            context.extend(principal.to_context());
        }
    }
}

/// Many servers read `_` in a header's name as `-`.
fn is_ours(name: &str) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.replace('_', "-").eq_ignore_ascii_case(PREFIX))
}

/// The principal as headers, for backends that get no event.
pub(crate) fn headers(principal: &Principal, headers: &mut Headers) {
    let Principal { tenant, key_id, plan_id, .. } = principal;
    let named = [("x-tollgate-tenant", tenant), ("x-tollgate-key-id", key_id), ("x-tollgate-plan-id", plan_id)];
    for (name, value) in named {
        if let Some(value) = value {
            headers.set(name, value);
        }
    }
}
