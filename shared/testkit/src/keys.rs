//! A key store in memory, with the same promises as the one in DynamoDB.

use std::{cell::RefCell, collections::BTreeMap};

use identity::{KeyHash, KeyRecord, KeyStore, StoreError};

/// API keys in memory. [`MemoryKeys::cut_off`] makes it a store that does not answer.
#[derive(Default)]
pub struct MemoryKeys {
    records: RefCell<BTreeMap<KeyHash, KeyRecord>>,
    cut_off: bool,
}

impl MemoryKeys {
    /// A store that answers nothing but [`StoreError::Unavailable`].
    pub fn cut_off() -> Self {
        MemoryKeys { cut_off: true, ..MemoryKeys::default() }
    }

    fn answer(&self) -> Result<(), StoreError> {
        if self.cut_off { Err(StoreError::Unavailable("cut off".to_owned())) } else { Ok(()) }
    }
}

impl KeyStore for MemoryKeys {
    async fn find(&self, hash: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
        self.answer()?;
        Ok(self.records.borrow().get(hash).cloned())
    }

    async fn create(&self, hash: &KeyHash, record: &KeyRecord) -> Result<(), StoreError> {
        self.answer()?;
        let mut records = self.records.borrow_mut();
        if records.contains_key(hash) {
            return Err(StoreError::Taken);
        }
        records.insert(hash.clone(), record.clone());
        Ok(())
    }

    async fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> Result<bool, StoreError> {
        self.answer()?;
        let mut records = self.records.borrow_mut();
        Ok(records.get_mut(hash).map(|record| record.enabled = enabled).is_some())
    }

    async fn set_expiry(&self, hash: &KeyHash, expires_at_ms: Option<u64>) -> Result<bool, StoreError> {
        self.answer()?;
        let mut records = self.records.borrow_mut();
        Ok(records.get_mut(hash).map(|record| record.expires_at_ms = expires_at_ms).is_some())
    }

    async fn set_plan(&self, hash: &KeyHash, plan_id: &str) -> Result<bool, StoreError> {
        self.answer()?;
        let mut records = self.records.borrow_mut();
        Ok(records.get_mut(hash).map(|record| plan_id.clone_into(&mut record.plan_id)).is_some())
    }
}

/// The API key that the events in `events/` show.
pub const DEMO_KEY: &str = "tgdemodemodemodemodemodemodemodemo";

/// A store that holds [`DEMO_KEY`] for tenant `demo` on plan `starter`, and the same key with a `2` behind it, disabled.
pub fn demo_keys() -> MemoryKeys {
    let keys = MemoryKeys::default();
    for (text, enabled) in [(DEMO_KEY.to_owned(), true), (format!("{DEMO_KEY}2"), false)] {
        if let Some(key) = identity::ApiKey::parse(&text) {
            let record = KeyRecord {
                key_id: "key-demo".to_owned(),
                tenant: "demo".to_owned(),
                plan_id: "starter".to_owned(),
                enabled,
                expires_at_ms: None,
                features: Vec::new(),
            };
            keys.records.borrow_mut().insert(key.hash(), record);
        }
    }
    keys
}
