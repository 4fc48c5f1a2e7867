//! API keys in DynamoDB: one item a key, found by the hash alone, so that a lookup stays one read with ten million keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};
use identity::{KeyHash, KeyRecord, KeyStore, StoreError};

use crate::chain;

/// The table of API keys: partition key `keyHash`; `keyId`, `tenant`, `planId` (strings), `enabled` (boolean); where there
/// are any, `expiresAtMs` (number) and `features` (set of strings).
#[derive(Clone)]
pub struct KeysTable {
    client: Client,
    table: String,
}

impl KeysTable {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        KeysTable { client, table }
    }

    fn change(&self, hash: &KeyHash) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table).key("keyHash", text(hash.as_str()));
        update.condition_expression("attribute_exists(keyHash)")
    }
}

impl KeyStore for KeysTable {
    async fn find(&self, hash: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("keyHash", text(hash.as_str()));
        // Boxed: the client's future is so deep that the compiler gives up on the futures around it.
        Box::pin(get.send()).await.map_err(unavailable)?.item.map(|item| record(&item)).transpose()
    }

    async fn create(&self, hash: &KeyHash, record: &KeyRecord) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.table).condition_expression("attribute_not_exists(keyHash)");
        let put = put
            .item("keyHash", text(hash.as_str()))
            .item("keyId", text(&record.key_id))
            .item("tenant", text(&record.tenant))
            .item("planId", text(&record.plan_id))
            .item("enabled", AttributeValue::Bool(record.enabled));
        let put = match record.expires_at_ms {
            Some(end_ms) => put.item("expiresAtMs", AttributeValue::N(end_ms.to_string())),
            None => put,
        };
        // DynamoDB has no empty sets.
        let put = match record.features.as_slice() {
            [] => put,
            features => put.item("features", AttributeValue::Ss(features.to_vec())),
        };
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                Err(StoreError::Taken)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> Result<bool, StoreError> {
        let update = self.change(hash).update_expression("SET enabled = :enabled");
        changed(update.expression_attribute_values(":enabled", AttributeValue::Bool(enabled))).await
    }

    async fn set_plan(&self, hash: &KeyHash, plan_id: &str) -> Result<bool, StoreError> {
        let update = self.change(hash).update_expression("SET planId = :plan");
        changed(update.expression_attribute_values(":plan", text(plan_id))).await
    }

    async fn set_expiry(&self, hash: &KeyHash, expires_at_ms: Option<u64>) -> Result<bool, StoreError> {
        let update = self.change(hash);
        let update = match expires_at_ms {
            Some(end_ms) => update
                .update_expression("SET expiresAtMs = :end")
                .expression_attribute_values(":end", AttributeValue::N(end_ms.to_string())),
            None => update.update_expression("REMOVE expiresAtMs"),
        };
        changed(update).await
    }
}

/// Carries out a change of a key that is there; says whether there was one.
async fn changed(update: UpdateItemFluentBuilder) -> Result<bool, StoreError> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// The record that an item holds.
pub(crate) fn record(item: &HashMap<String, AttributeValue>) -> Result<KeyRecord, StoreError> {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value.clone()),
        _ => Err(StoreError::Corrupt(format!("{name} is not a string"))),
    };
    let enabled = match item.get("enabled") {
        Some(AttributeValue::Bool(enabled)) => *enabled,
        _ => return Err(StoreError::Corrupt("enabled is not a boolean".to_owned())),
    };
    let expires_at_ms = match item.get("expiresAtMs") {
        None => None,
        Some(AttributeValue::N(end_ms)) => {
            Some(end_ms.parse().map_err(|_| StoreError::Corrupt("expiresAtMs is not a whole number".to_owned()))?)
        }
        Some(_) => return Err(StoreError::Corrupt("expiresAtMs is not a number".to_owned())),
    };
    let features = match item.get("features") {
        None => Vec::new(),
        Some(AttributeValue::Ss(features)) => {
            // A set comes in no stated order.
            let mut features = features.clone();
            features.sort_unstable();
            features
        }
        Some(_) => return Err(StoreError::Corrupt("features is not a set of strings".to_owned())),
    };
    let (key_id, tenant, plan_id) = (text("keyId")?, text("tenant")?, text("planId")?);
    Ok(KeyRecord { key_id, tenant, plan_id, enabled, expires_at_ms, features })
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    StoreError::Unavailable(chain(&error))
}
