//! Keys as people and machines read them.

use aws::ListedKey;
use identity::{ApiKey, KeyRecord, date};
use serde_json::json;

use crate::usage_plans::{Format, table};

/// A key's secret, for the only time.
pub(super) fn hand_over(key: &ApiKey, record: &KeyRecord, format: Format) -> String {
    let KeyRecord { key_id, tenant, plan_id, expires_at_ms, features, .. } = record;
    match format {
        Format::Json => {
            let mut answer = json!({"key": key.secret(), "keyId": key_id, "tenant": tenant, "planId": plan_id});
            if let Some(fields) = answer.as_object_mut() {
                fields.extend(expires_at_ms.map(|end_ms| ("expiresAt".to_owned(), json!(date::show(end_ms)))));
                fields.extend((!features.is_empty()).then(|| ("features".to_owned(), json!(features))));
            }
            format!("{answer}\n")
        }
        Format::Text => {
            let end = expires_at_ms.map_or_else(String::new, |end_ms| format!(", good until {}", date::show(end_ms)));
            let advice = format!("The key {key_id} of tenant {tenant}{end}. Keep it now: it is not shown again.");
            format!("{}\n\n{advice}\n", key.secret())
        }
    }
}

/// A list of keys, as they stand at `now_ms`.
pub(super) fn write(keys: &[ListedKey], format: Format, now_ms: u64) -> String {
    let end = |key: &ListedKey| key.expires_at_ms.map(date::show);
    match format {
        Format::Json => {
            let key = |key: &ListedKey| {
                json!({"keyId": key.key_id, "tenant": key.tenant, "planId": key.plan_id, "enabled": key.enabled,
                    "expiresAt": end(key), "features": key.features, "keyHash": key.hash.as_str()})
            };
            format!("{:#}\n", json!({ "keys": keys.iter().map(key).collect::<Vec<_>>() }))
        }
        Format::Text => {
            let row = |key: &ListedKey| {
                let texts = [&key.key_id, &key.tenant, &key.plan_id].map(Clone::clone);
                let [key_id, tenant, plan_id] = texts;
                let end = end(key).unwrap_or_else(|| "never".to_owned());
                [key_id, tenant, plan_id, state(key, now_ms).to_owned(), end, key.features.join(" ")]
            };
            let rows: Vec<_> = keys.iter().map(row).collect();
            table(["KEY", "TENANT", "PLAN", "STATE", "EXPIRES", "FEATURES"], &rows)
        }
    }
}

fn state(key: &ListedKey, now_ms: u64) -> &'static str {
    match key.expires_at_ms {
        _ if !key.enabled => "disabled",
        Some(end_ms) if now_ms >= end_ms => "expired",
        _ => "enabled",
    }
}
