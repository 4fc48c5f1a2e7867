//! API keys in DynamoDB: one item a key, found by the hash alone, so that a lookup stays one read with ten million keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use identity::{KeyHash, KeyRecord, KeyStore, StoreError};

use crate::chain;

/// The table of API keys: partition key `keyHash`; `keyId`, `tenant`, `planId` (strings), `enabled` (boolean).
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
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                Err(StoreError::Taken)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn set_enabled(&self, hash: &KeyHash, enabled: bool) -> Result<bool, StoreError> {
        let update = self.client.update_item().table_name(&self.table).key("keyHash", text(hash.as_str()));
        let update = update
            .condition_expression("attribute_exists(keyHash)")
            .update_expression("SET enabled = :enabled")
            .expression_attribute_values(":enabled", AttributeValue::Bool(enabled));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn record(item: &HashMap<String, AttributeValue>) -> Result<KeyRecord, StoreError> {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value.clone()),
        _ => Err(StoreError::Corrupt(format!("{name} is not a string"))),
    };
    let enabled = match item.get("enabled") {
        Some(AttributeValue::Bool(enabled)) => *enabled,
        _ => return Err(StoreError::Corrupt("enabled is not a boolean".to_owned())),
    };
    Ok(KeyRecord { key_id: text("keyId")?, tenant: text("tenant")?, plan_id: text("planId")?, enabled })
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    StoreError::Unavailable(chain(&error))
}
