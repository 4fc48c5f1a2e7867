//! The API keys that are valid during one exchange.

use std::{cell::RefCell, rc::Rc};

use identity::{ApiKey, KeyHash, KeyRecord, KeyStore, StoreError};
use testkit::MemoryKeys;

use crate::exchange::finish;

/// The key that a request carries where the case only says whose id it has.
pub(crate) const DEFAULT_KEY: &str = "tgconformanceconformanceconforman";

/// A key store whose keys the runner exchanges between requests.
#[derive(Clone, Default)]
pub(crate) struct Keys(Rc<RefCell<Rc<MemoryKeys>>>);

impl Keys {
    /// Makes `secret` under `id` the only valid key.
    ///
    /// # Errors
    /// When it cannot be a key.
    pub(crate) fn only(&self, secret: &str, id: &str) -> Result<(), &'static str> {
        let key = ApiKey::parse(secret).ok_or("x-api-key is no key of 20 to 128 characters")?;
        let store = MemoryKeys::default();
        let record = KeyRecord {
            key_id: id.to_owned(),
            tenant: "tenant".to_owned(),
            plan_id: "plan".to_owned(),
            enabled: true,
            expires_at_ms: None,
            features: Vec::new(),
        };
        finish(store.create(&key.hash(), &record)).and_then(Result::ok).ok_or("the key store does not take the key")?;
        self.0.replace(Rc::new(store));
        Ok(())
    }

    /// Makes no key valid.
    pub(crate) fn none(&self) {
        self.0.take();
    }

    fn store(&self) -> Rc<MemoryKeys> {
        Rc::clone(&self.0.borrow())
    }
}

impl KeyStore for Keys {
    async fn find(&self, hash: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
        self.store().find(hash).await
    }

    async fn create(&self, hash: &KeyHash, record: &KeyRecord) -> Result<(), StoreError> {
        self.store().create(hash, record).await
    }

    async fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> Result<bool, StoreError> {
        self.store().set_enabled(hash, enabled).await
    }

    async fn set_plan(&self, hash: &KeyHash, plan_id: &str) -> Result<bool, StoreError> {
        self.store().set_plan(hash, plan_id).await
    }

    async fn set_expiry(&self, hash: &KeyHash, expires_at_ms: Option<u64>) -> Result<bool, StoreError> {
        self.store().set_expiry(hash, expires_at_ms).await
    }
}
