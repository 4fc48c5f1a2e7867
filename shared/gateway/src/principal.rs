//! From the managed authorizer's context, or from the key itself, to a principal; and what backends are told of it.

use identity::{KeyStore, Principal, identify};
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
pub(crate) async fn of(request: &GatewayRequest, keys: &impl KeyStore) -> Result<Principal, Refusal> {
    match from_context(&request.authorizer) {
        Some(principal) => Ok(principal),
        None => Ok(identify(request.headers.get("x-api-key"), keys).await?),
    }
}

fn from_context(authorizer: &Map<String, Value>) -> Option<Principal> {
    let context = authorizer.get("lambda")?;
    let text = |name: &str| context.get(name)?.as_str().map(str::to_owned);
    Some(Principal { tenant: text("tenant")?, key_id: text("keyId")?, plan_id: text("planId")? })
}

/// The request as backends see it: with the principal in its authorizer context, without headers that pretend to be one.
pub(crate) fn announce(request: &mut GatewayRequest, principal: Option<&Principal>) {
    request.headers.0.retain(|(name, _)| !is_ours(name));
    if let Some(Principal { tenant, key_id, plan_id }) = principal {
        let context = request.authorizer.entry("lambda").or_insert_with(|| json!({}));
        if let Some(context) = context.as_object_mut() {
            for (name, value) in [("tenant", tenant), ("keyId", key_id), ("planId", plan_id)] {
                context.insert(name.to_owned(), Value::from(value.as_str()));
            }
        }
    }
}

/// Many servers read `_` in a header's name as `-`.
fn is_ours(name: &str) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.replace('_', "-").eq_ignore_ascii_case(PREFIX))
}

/// The principal as headers, for backends that get no event.
pub(crate) fn headers(principal: &Principal, headers: &mut Headers) {
    headers.set("x-tollgate-tenant", &principal.tenant);
    headers.set("x-tollgate-key-id", &principal.key_id);
    headers.set("x-tollgate-plan-id", &principal.plan_id);
}
