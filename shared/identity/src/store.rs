//! Where API keys are kept.

use std::future::Future;

use crate::KeyHash;

/// What is known of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key's id: public, stable over the key's life, fit for logs.
    pub key_id: String,
    /// Whose key it is.
    pub tenant: String,
    /// The usage plan that the key's calls are held to.
    pub plan_id: String,
    /// A disabled key is refused as an unknown one is.
    pub enabled: bool,
    /// When the key's time is over, in milliseconds since 1970; a key without it has no end.
    pub expires_at_ms: Option<u64>,
    /// What the key unlocks: names that operations may require.
    pub features: Vec<String>,
}

impl KeyRecord {
    /// Whether the key's time is over.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        self.expires_at_ms.is_some_and(|end_ms| now_ms >= end_ms)
    }

    /// When this key ends if another takes its place at `now_ms`: after `overlap_ms`, in which both are good, or at its own
    /// end if that is sooner.
    pub fn ends_after(&self, now_ms: u64, overlap_ms: u64) -> u64 {
        let end_ms = now_ms.saturating_add(overlap_ms);
        self.expires_at_ms.map_or(end_ms, |own_ms| own_ms.min(end_ms))
    }
}

/// API keys by their hash.
pub trait KeyStore {
    /// The record stored under `hash`, if there is one. One read, whatever the number of keys. Repeating it is harmless; in
    /// a race with a write it gives the record from before or after it, and may give the one from before for a second.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store does not answer, [`StoreError::Corrupt`] when what it holds is no record.
    fn find(&self, hash: &KeyHash) -> impl Future<Output = Result<Option<KeyRecord>, StoreError>>;

    /// Stores a new key under `hash`, once: a hash that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the hash is there already, [`StoreError::Unavailable`] when the store does not answer.
    fn create(&self, hash: &KeyHash, record: &KeyRecord) -> impl Future<Output = Result<(), StoreError>>;

    /// Enables or disables the key stored under `hash`; says whether there was one. Repeating it changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store does not answer.
    fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> impl Future<Output = Result<bool, StoreError>>;

    /// Sets when the key stored under `hash` ends, or that it does not; says whether there was one. Repeating it changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store does not answer.
    fn set_expiry(&self, hash: &KeyHash, expires_at_ms: Option<u64>) -> impl Future<Output = Result<bool, StoreError>>;

    /// Holds the key stored under `hash` to another usage plan; says whether there was one. Repeating it changes nothing. That
    /// the plan exists, the caller sees to: a key whose plan does not is let in nowhere.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store does not answer.
    fn set_plan(&self, hash: &KeyHash, plan_id: &str) -> impl Future<Output = Result<bool, StoreError>>;
}

/// Why a store gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store could not be reached or refused the call: a retry may help.
    #[error("the key store did not answer: {0}")]
    Unavailable(String),
    /// The hash is there already: a retry does not help, another key does.
    #[error("there is a key with this hash already")]
    Taken,
    /// The store holds something that is not a key record: a retry does not help.
    #[error("the key store holds a malformed record: {0}")]
    Corrupt(String),
}

#[cfg(test)]
mod tests {
    use super::KeyRecord;

    #[test]
    fn a_key_ends_when_its_overlap_is_over_or_sooner() {
        let key = |expires_at_ms| KeyRecord {
            key_id: "key-1".to_owned(),
            tenant: "acme".to_owned(),
            plan_id: "starter".to_owned(),
            enabled: true,
            expires_at_ms,
            features: Vec::new(),
        };
        for (own_end_ms, end_ms) in [(None, 1_500), (Some(1_200), 1_200), (Some(900), 900), (Some(9_000), 1_500)] {
            assert_eq!(key(own_end_ms).ends_after(1_000, 500), end_ms);
        }
        assert_eq!(key(None).ends_after(1_000, u64::MAX), u64::MAX);
        assert_eq!([1_499, 1_500].map(|now_ms| key(Some(1_500)).is_expired(now_ms)), [false, true]);
    }
}
