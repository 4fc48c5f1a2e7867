//! From a credential to a principal.

use crate::{ApiKey, KeyStore, StoreError};

/// Who the caller turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who is isolated from whom.
    pub tenant: String,
    /// The API key that was shown, by its public id.
    pub key_id: String,
    /// The usage plan that this call is held to.
    pub plan_id: String,
}

/// Why a caller is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request carries no API key.
    #[error("the request carries no API key")]
    MissingKey,
    /// The key is not one that is stored.
    #[error("the API key is unknown")]
    UnknownKey,
    /// The key is stored and disabled.
    #[error("the API key {key_id} is disabled")]
    DisabledKey {
        /// The disabled key's id.
        key_id: String,
    },
    /// Nobody can say now. Never "let in".
    #[error(transparent)]
    Undecided(#[from] StoreError),
}

/// Says who shows `credential`, the value of the request's API key header.
///
/// # Errors
/// The [`Refusal`], when the caller is not to be let in.
pub async fn identify(credential: Option<&str>, keys: &impl KeyStore) -> Result<Principal, Refusal> {
    let text = credential.filter(|text| !text.is_empty()).ok_or(Refusal::MissingKey)?;
    let key = ApiKey::parse(text).ok_or(Refusal::UnknownKey)?;
    let record = keys.find(&key.hash()).await?.ok_or(Refusal::UnknownKey)?;
    if !record.enabled {
        return Err(Refusal::DisabledKey { key_id: record.key_id });
    }
    Ok(Principal { tenant: record.tenant, key_id: record.key_id, plan_id: record.plan_id })
}
