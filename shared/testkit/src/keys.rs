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
            return Err(StoreError::Unavailable("the hash is taken".to_owned()));
        }
        records.insert(hash.clone(), record.clone());
        Ok(())
    }

    async fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> Result<bool, StoreError> {
        self.answer()?;
        let mut records = self.records.borrow_mut();
        Ok(records.get_mut(hash).map(|record| record.enabled = enabled).is_some())
    }
}
