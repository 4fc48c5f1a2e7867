//! API keys for whoever manages them: the table as a whole, which no request ever reads.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use identity::{KeyHash, StoreError};

use crate::chain;

/// The table of API keys, as [`KeysTable`](crate::KeysTable) writes it.
#[derive(Clone)]
pub struct KeyList {
    client: Client,
    table: String,
}

/// A key as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key's hash: its place in the table.
    pub hash: KeyHash,
    /// Its public id.
    pub key_id: String,
    /// Whose it is.
    pub tenant: String,
    /// The usage plans that it is in.
    pub plan_id: String,
    /// Whether it is accepted.
    pub enabled: bool,
}

impl KeyList {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        KeyList { client, table }
    }

    /// All keys, by tenant and id. Reads the whole table: half a read unit for each twenty or so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self) -> Result<Vec<ListedKey>, StoreError> {
        let mut pages = self.client.scan().table_name(&self.table).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(item) = Box::pin(pages.next()).await {
            keys.push(listed(&item.map_err(unavailable)?)?);
        }
        keys.sort_by(|a, b| (&a.tenant, &a.key_id, a.hash.as_str()).cmp(&(&b.tenant, &b.key_id, b.hash.as_str())));
        Ok(keys)
    }

    /// Deletes a key; one that is not there counts as deleted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn delete(&self, hash: &KeyHash) -> Result<(), StoreError> {
        let key = AttributeValue::S(hash.as_str().to_owned());
        let delete = self.client.delete_item().table_name(&self.table).key("keyHash", key);
        Box::pin(delete.send()).await.map(|_| ()).map_err(unavailable)
    }
}

fn listed(item: &HashMap<String, AttributeValue>) -> Result<ListedKey, StoreError> {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value.clone()),
        _ => Err(StoreError::Corrupt(format!("{name} is not a string"))),
    };
    let hash = KeyHash::parse(&text("keyHash")?);
    Ok(ListedKey {
        hash: hash.ok_or_else(|| StoreError::Corrupt("keyHash is no SHA-256".to_owned()))?,
        key_id: text("keyId")?,
        tenant: text("tenant")?,
        plan_id: text("planId")?,
        enabled: matches!(item.get("enabled"), Some(AttributeValue::Bool(true))),
    })
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    StoreError::Unavailable(chain(&error))
}
