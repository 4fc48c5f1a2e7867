//! What backends are told of who is calling.

use identity::Principal;
use serde_json::json;

use super::Identified;
use crate::{GatewayRequest, Headers};

/// Every header that names the principal to a backend starts so. What a client sends under such a name is dropped.
const PREFIX: &str = "x-tollgate-";

/// What of a principal an event's authorizer context says beside what the authorizer itself says.
const TOLD: [&str; 4] = ["tenant", "keyId", "planId", "features"];

/// The request as backends see it: with the principal in its authorizer context, without headers that pretend to be one.
/// What the router found out takes the place of what another route's authorizer said.
pub(crate) fn announce(request: &mut GatewayRequest, known: &mut Identified) {
    request.headers.0.retain(|(name, _)| !is_ours(name));
    if let Some(authorizer) = known.authorizer.take() {
        request.authorizer = authorizer;
    }
    let Some(principal) = &known.principal else { return };
    let mut told = principal.to_context();
    told.retain(|name, _| TOLD.contains(&name.as_str()));
    if told.is_empty() {
        return;
    }
    let context = request.authorizer.entry("lambda").or_insert_with(|| json!({}));
    if let Some(context) = context.as_object_mut() {
        context.extend(told);
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
