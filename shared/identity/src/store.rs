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
