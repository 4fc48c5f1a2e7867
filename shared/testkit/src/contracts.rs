//! What a port promises, whoever keeps the promise: one suite runs over the in-memory port and over the real one.

use identity::{ApiKey, KeyRecord, KeyStore, StoreError};

/// The promises of [`KeyStore`]. `seed` makes keys that no other run of the suite has made in this store.
///
/// # Panics
/// When one is broken.
pub async fn key_store(store: &impl KeyStore, seed: [u8; 20]) {
    let hash = ApiKey::from_random(seed).hash();
    let record = |tenant: &str, enabled| KeyRecord {
        key_id: "key-1".to_owned(),
        tenant: tenant.to_owned(),
        plan_id: "starter".to_owned(),
        enabled,
        expires_at_ms: None,
        features: Vec::new(),
    };
    assert_eq!(store.find(&hash).await, Ok(None), "a key that nobody made is not found");
    assert_eq!(store.set_enabled(&hash, false).await, Ok(false), "nor changed");
    assert_eq!(store.find(&hash).await, Ok(None), "nor made by changing it");

    assert_eq!(store.create(&hash, &record("first", true)).await, Ok(()));
    assert_eq!(store.find(&hash).await, Ok(Some(record("first", true))), "a key is found as it was made");
    assert_eq!(store.create(&hash, &record("second", true)).await, Err(StoreError::Taken), "a taken hash is refused");
    assert_eq!(store.find(&hash).await, Ok(Some(record("first", true))), "and left as it is");

    for enabled in [false, false, true] {
        assert_eq!(store.set_enabled(&hash, enabled).await, Ok(true), "a change may be repeated");
        assert_eq!(store.find(&hash).await, Ok(Some(record("first", enabled))));
    }
    for expires_at_ms in [Some(1_785_542_399_000), Some(u64::MAX), None, None] {
        assert_eq!(store.set_expiry(&hash, expires_at_ms).await, Ok(true), "so may the change of its end");
        assert_eq!(store.find(&hash).await, Ok(Some(KeyRecord { expires_at_ms, ..record("first", true) })));
    }
    for plan_id in ["gold", "gold", "starter"] {
        assert_eq!(store.set_plan(&hash, plan_id).await, Ok(true), "and of its plan");
        let changed = KeyRecord { plan_id: plan_id.to_owned(), ..record("first", true) };
        assert_eq!(store.find(&hash).await, Ok(Some(changed)));
    }

    let hash = ApiKey::from_random(seed.map(|byte| !byte)).hash();
    assert_eq!(store.set_plan(&hash, "gold").await, Ok(false), "a key that nobody made has no plan");
    assert_eq!(store.set_expiry(&hash, Some(1)).await, Ok(false), "a key that nobody made has no end");
    let features = vec!["export".to_owned(), "reports".to_owned()];
    let whole = KeyRecord { expires_at_ms: Some(1), features, ..record("first", true) };
    assert_eq!(store.create(&hash, &whole).await, Ok(()));
    assert_eq!(store.find(&hash).await, Ok(Some(whole)), "with its end and features");
}
