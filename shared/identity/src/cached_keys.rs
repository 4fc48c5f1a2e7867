//! Keys that were read a moment ago.

use std::future::Future;

use crate::{KeyHash, KeyRecord, KeyStore, StoreError, TtlCache};

/// For how long a record is used without another read: the bound within which a change of a key reaches every router.
pub const KEYS_TTL_MS: u64 = 60_000;

/// How many records are kept, some 300 bytes each.
const KNOWN: usize = 10_000;
/// How many hashes are kept that were not found. They have a place of their own: who tries keys must not push out those of
/// others.
const UNKNOWN: usize = 1_000;

/// Finds keys, as they were a moment ago at worst.
pub trait KeyLookup {
    /// The record stored under `hash`, if there is one, at `now_ms` milliseconds since 1970.
    ///
    /// # Errors
    /// As [`KeyStore::find`].
    fn look_up(&self, hash: &KeyHash, now_ms: u64) -> impl Future<Output = Result<Option<KeyRecord>, StoreError>>;
}

/// A store is asked each time.
impl<S: KeyStore> KeyLookup for S {
    async fn look_up(&self, hash: &KeyHash, _now_ms: u64) -> Result<Option<KeyRecord>, StoreError> {
        self.find(hash).await
    }
}

/// A key store in front of which its last answers are kept, found or not; its failures are not.
pub struct CachedKeys<S> {
    store: S,
    ttl_ms: u64,
    known: TtlCache<KeyHash, KeyRecord>,
    unknown: TtlCache<KeyHash, ()>,
}

impl<S: KeyStore> CachedKeys<S> {
    /// Keeps each answer of `store` for `ttl_ms`, [`KEYS_TTL_MS`] say.
    pub fn new(store: S, ttl_ms: u64) -> Self {
        CachedKeys { store, ttl_ms, known: TtlCache::new(KNOWN), unknown: TtlCache::new(UNKNOWN) }
    }

    /// The store itself.
    pub fn store(&self) -> &S {
        &self.store
    }
}

impl<S: KeyStore> KeyLookup for CachedKeys<S> {
    async fn look_up(&self, hash: &KeyHash, now_ms: u64) -> Result<Option<KeyRecord>, StoreError> {
        if let Some(record) = self.known.get(hash, now_ms) {
            return Ok(Some(record));
        }
        if self.unknown.get(hash, now_ms).is_some() {
            return Ok(None);
        }
        let found = self.store.find(hash).await?;
        match &found {
            Some(record) => self.known.put(hash.clone(), record.clone(), now_ms, self.ttl_ms),
            None => self.unknown.put(hash.clone(), (), now_ms, self.ttl_ms),
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::{ApiKey, Principal, Refusal, RefusalKind, identify};

    /// A store with one key, or none, that counts its reads.
    #[derive(Default)]
    struct Counted {
        record: RefCell<Option<KeyRecord>>,
        away: Cell<bool>,
        reads: Cell<usize>,
    }

    impl KeyStore for Counted {
        async fn find(&self, _hash: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
            self.reads.set(self.reads.get() + 1);
            if self.away.get() {
                Err(StoreError::Unavailable("away".to_owned()))
            } else {
                Ok(self.record.borrow().clone())
            }
        }
        async fn create(&self, _hash: &KeyHash, _record: &KeyRecord) -> Result<(), StoreError> {
            Ok(())
        }
        async fn set_enabled(&self, _hash: &KeyHash, _enabled: bool) -> Result<bool, StoreError> {
            Ok(true)
        }
        async fn set_plan(&self, _hash: &KeyHash, _plan_id: &str) -> Result<bool, StoreError> {
            Ok(true)
        }
        async fn set_expiry(&self, _hash: &KeyHash, _expires_at_ms: Option<u64>) -> Result<bool, StoreError> {
            Ok(true)
        }
    }

    fn record() -> KeyRecord {
        KeyRecord {
            key_id: "key-1".to_owned(),
            tenant: "acme".to_owned(),
            plan_id: "starter".to_owned(),
            enabled: true,
            expires_at_ms: Some(100_000),
            features: Vec::new(),
        }
    }

    fn identified(keys: &CachedKeys<Counted>, now_ms: u64) -> Result<Principal, Refusal> {
        let key = ApiKey::from_random([7; 20]);
        match pin!(identify(Some(key.secret()), keys, now_ms)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn a_change_of_a_key_counts_within_the_bound() {
        let keys = CachedKeys::new(Counted::default(), KEYS_TTL_MS);
        assert_eq!(identified(&keys, 0), Err(Refusal::UnknownKey));
        *keys.store().record.borrow_mut() = Some(record());
        assert_eq!(identified(&keys, 59_999), Err(Refusal::UnknownKey));
        assert_eq!(identified(&keys, 60_000), Ok(Principal::of_key(record())));
        keys.store().record.borrow_mut().as_mut().unwrap().enabled = false;
        assert_eq!(identified(&keys, 99_999), Ok(Principal::of_key(record())));
        assert_eq!(keys.store().reads.get(), 2);
        assert_eq!(identified(&keys, 120_000), Err(Refusal::DisabledKey { key_id: "key-1".to_owned() }));
    }

    #[test]
    fn a_key_expires_on_time_although_it_is_kept() {
        let keys = CachedKeys::new(Counted::default(), KEYS_TTL_MS);
        *keys.store().record.borrow_mut() = Some(record());
        assert_eq!(identified(&keys, 99_999), Ok(Principal::of_key(record())));
        let expired = Refusal::ExpiredKey { key_id: "key-1".to_owned() };
        assert_eq!(identified(&keys, 100_000), Err(expired.clone()));
        assert_eq!((keys.store().reads.get(), expired.kind()), (1, RefusalKind::InvalidApiKey));
    }

    #[test]
    fn a_store_that_is_away_lets_nobody_in_and_is_asked_again() {
        let keys = CachedKeys::new(Counted::default(), KEYS_TTL_MS);
        keys.store().away.set(true);
        let away = Refusal::Undecided(StoreError::Unavailable("away".to_owned()));
        assert_eq!(identified(&keys, 0), Err(away));
        keys.store().away.set(false);
        *keys.store().record.borrow_mut() = Some(record());
        assert_eq!(identified(&keys, 1), Ok(Principal::of_key(record())));
    }
}
