//! Usage plans in DynamoDB: one item a plan, its document as AWS writes it.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use plans::{PlanStore, PlanStoreError, UsagePlan};

use crate::chain;

/// The table of usage plans: partition key `planId`, the plan's JSON in `plan` (both strings).
#[derive(Clone)]
pub struct UsagePlansTable {
    client: Client,
    table: String,
}

impl UsagePlansTable {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        UsagePlansTable { client, table }
    }
}

impl PlanStore for UsagePlansTable {
    async fn find(&self, id: &str) -> Result<Option<UsagePlan>, PlanStoreError> {
        let get = self.client.get_item().table_name(&self.table).key("planId", AttributeValue::S(id.to_owned()));
        let found = Box::pin(get.send()).await.map_err(unavailable)?;
        found.item.map(|item| plan(&item)).transpose()
    }

    async fn list(&self) -> Result<Vec<UsagePlan>, PlanStoreError> {
        let mut pages =
            self.client.scan().table_name(&self.table).consistent_read(true).into_paginator().items().send();
        let mut plans = Vec::new();
        while let Some(item) = Box::pin(pages.next()).await {
            plans.push(plan(&item.map_err(unavailable)?)?);
        }
        plans.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(plans)
    }

    async fn put(&self, plan: &UsagePlan) -> Result<(), PlanStoreError> {
        let text = serde_json::to_string(plan).map_err(|error| PlanStoreError::Corrupt(error.to_string()))?;
        let put = self.client.put_item().table_name(&self.table);
        let put = put.item("planId", AttributeValue::S(plan.id.clone())).item("plan", AttributeValue::S(text));
        Box::pin(put.send()).await.map(|_| ()).map_err(unavailable)
    }

    async fn delete(&self, id: &str) -> Result<(), PlanStoreError> {
        let delete = self.client.delete_item().table_name(&self.table).key("planId", AttributeValue::S(id.to_owned()));
        Box::pin(delete.send()).await.map(|_| ()).map_err(unavailable)
    }
}

fn plan(item: &HashMap<String, AttributeValue>) -> Result<UsagePlan, PlanStoreError> {
    let Some(Ok(text)) = item.get("plan").map(AttributeValue::as_s) else {
        return Err(PlanStoreError::Corrupt("plan is not a string".to_owned()));
    };
    serde_json::from_str(text).map_err(|error| PlanStoreError::Corrupt(error.to_string()))
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> PlanStoreError {
    PlanStoreError::Unavailable(chain(&error))
}
