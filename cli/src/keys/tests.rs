use std::future::Future;

use identity::{KEYS_TTL_MS, Principal, Refusal, identify};
use testkit::MemoryKeys;

use super::*;

const DAY_MS: u64 = 86_400_000;

fn listed(number: u8, expires_at_ms: Option<u64>, features: &[&str]) -> ListedKey {
    ListedKey {
        hash: ApiKey::from_random([number; 20]).hash(),
        key_id: "key-1".to_owned(),
        tenant: "acme".to_owned(),
        plan_id: "starter".to_owned(),
        enabled: true,
        expires_at_ms,
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
    }
}

fn blocked<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_list_shows_when_keys_end_and_what_they_unlock() {
    let keys = [listed(1, Some(DAY_MS), &["export", "reports"]), listed(2, None, &[])];
    let text = write(&keys, Format::Text, DAY_MS);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["KEY", "TENANT", "PLAN", "STATE", "EXPIRES", "FEATURES"],
            vec!["key-1", "acme", "starter", "expired", "1970-01-02T00:00:00Z", "export", "reports"],
            vec!["key-1", "acme", "starter", "enabled", "never"],
        ]
    );
    let answer: serde_json::Value = serde_json::from_str(&write(&keys, Format::Json, 0)).unwrap();
    assert_eq!(answer["keys"][0]["expiresAt"], "1970-01-02T00:00:00Z");
    assert_eq!(answer["keys"][0]["features"], serde_json::json!(["export", "reports"]));
    assert_eq!(answer["keys"][1]["expiresAt"], serde_json::Value::Null);
}

#[test]
fn of_a_rotated_key_the_living_one_is_meant() {
    let keys = || vec![listed(1, Some(DAY_MS), &[]), listed(2, None, &[])];
    let chosen = |key: &str, now_ms| choose(keys(), key, now_ms).map(|key| key.hash);
    let hash = |number| ApiKey::from_random([number; 20]).hash();
    assert_eq!(chosen("key-1", DAY_MS), Ok(hash(2)));
    assert!(chosen("key-1", DAY_MS - 1).is_err_and(|problem| problem.contains("SHA-256")));
    assert_eq!(chosen(hash(1).as_str(), DAY_MS), Ok(hash(1)));
    assert_eq!(chosen(ApiKey::from_random([1; 20]).secret(), 0), Ok(hash(1)));
    assert!(chosen("key-2", 0).is_err_and(|problem| problem.contains("no such key")));
}

#[test]
fn a_rotation_overlaps_for_as_long_as_it_says() {
    let (old, new) = (ApiKey::from_random([1; 20]), ApiKey::from_random([2; 20]));
    let keys = MemoryKeys::default();
    let mut record = record("acme".to_owned(), "starter".to_owned(), true).unwrap();
    record.features = vec!["reports".to_owned()];
    blocked(keys.create(&old.hash(), &record)).unwrap();
    let overlap = Overlap { now_ms: DAY_MS, for_ms: 5_000, expires_at_ms: Some(3 * DAY_MS) };
    let made = blocked(succeed(&keys, &old.hash(), &new, &overlap)).unwrap();
    assert_eq!(made, KeyRecord { expires_at_ms: Some(3 * DAY_MS), ..record.clone() });
    let expired = || Err(Refusal::ExpiredKey { key_id: record.key_id.clone() });
    for (now_ms, of_old, of_new) in [
        (DAY_MS, true, true),
        (DAY_MS + 4_999, true, true),
        (DAY_MS + 5_000, false, true),
        (DAY_MS + KEYS_TTL_MS, false, true),
        (3 * DAY_MS, false, false),
    ] {
        let known = |is_good: bool| if is_good { Ok(Principal::of_key(record.clone())) } else { expired() };
        assert_eq!(blocked(identify(Some(old.secret()), &keys, now_ms)), known(of_old), "{now_ms}");
        assert_eq!(blocked(identify(Some(new.secret()), &keys, now_ms)), known(of_new), "{now_ms}");
    }
}

#[test]
fn a_successor_ends_when_its_predecessor_would_have() {
    let (old, new) = (ApiKey::from_random([1; 20]), ApiKey::from_random([2; 20]));
    let keys = MemoryKeys::default();
    let record = record("acme".to_owned(), "starter".to_owned(), true).unwrap();
    blocked(keys.create(&old.hash(), &KeyRecord { expires_at_ms: Some(DAY_MS), ..record })).unwrap();
    let overlap = Overlap { now_ms: 0, for_ms: 0, expires_at_ms: None };
    let made = blocked(succeed(&keys, &old.hash(), &new, &overlap)).unwrap();
    assert_eq!(made.expires_at_ms, Some(DAY_MS));
    let gone = blocked(succeed(&keys, &ApiKey::from_random([9; 20]).hash(), &new, &overlap));
    assert_eq!(gone.map(drop), Err("the key is gone".to_owned()));
}

#[test]
fn a_feature_is_a_word() {
    for (name, good) in
        [("reports", true), ("a-b_c.d:e/f", true), ("", false), ("a b", false), ("[a]", false), ("a=b", false)]
    {
        assert_eq!(feature(name).is_ok(), good, "{name}");
    }
    assert!(feature(&"f".repeat(65)).is_err());
}
