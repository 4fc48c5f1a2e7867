//! What a tenant has who shows no API key: a plan and features, found through the tenant.

use crate::{KeyHash, KeyLookup, Principal, Refusal};

/// The principal with the plan, the features and the id of their tenant's subscription, at `now_ms` milliseconds since 1970.
/// Who shows an API key has these from it; who has no tenant, or one without a subscription, stays as they are.
///
/// A subscription is a record of the key store, under [`KeyHash::of_tenant`]: it ends, is disabled and is kept between requests
/// as a key is, and is found by the same one read. Its `key_id`, `tenant:acme`, is what calls are counted under.
///
/// # Errors
/// [`Refusal::Unsubscribed`] when the subscription is disabled or over, [`Refusal::Undecided`] when the store does not answer.
pub async fn subscribed(principal: Principal, keys: &impl KeyLookup, now_ms: u64) -> Result<Principal, Refusal> {
    let Some(tenant) = principal.tenant.as_deref().filter(|_| principal.key_id.is_none()) else {
        return Ok(principal);
    };
    let Some(record) = keys.look_up(&KeyHash::of_tenant(tenant), now_ms).await? else { return Ok(principal) };
    if !record.enabled || record.is_expired(now_ms) {
        return Err(Refusal::Unsubscribed { key_id: record.key_id });
    }
    Ok(Principal { key_id: Some(record.key_id), plan_id: Some(record.plan_id), features: record.features, ..principal })
}
