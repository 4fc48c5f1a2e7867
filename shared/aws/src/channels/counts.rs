//! How many connections a holder has: [`channels::Tally`] as an item whose parts single writes change.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use channels::{Holder, LIFETIME_S, Tally, bucket_of, ports::StoreError};

use super::{
    ChannelStore,
    attributes::{Item, number, text, whole},
    connections::refused,
    unavailable,
};

/// The attribute `b2949767` counts the connections opened in the ten minutes of that number.
const BUCKET: &str = "b";

impl ChannelStore {
    /// Counts a connection opened at `at_s`, unless there are `cap` already; says whether it did. A write whose answer was lost
    /// is repeated by the client and counts twice, until its bucket is over.
    pub(super) async fn count(&self, holder: &Holder, at_s: u64, cap: u32) -> Result<bool, StoreError> {
        match self.add_one(holder, at_s, cap).await? {
            Ok(tally) => {
                self.sweep(holder, &tally, at_s).await?;
                Ok(true)
            }
            Err(tally) if self.sweep(holder, &tally, at_s).await? => Ok(self.add_one(holder, at_s, cap).await?.is_ok()),
            Err(_) => Ok(false),
        }
    }

    /// The tally after it was counted, or the one that had no room.
    async fn add_one(&self, holder: &Holder, at_s: u64, cap: u32) -> Result<Result<Tally, Tally>, StoreError> {
        let update = self.client.update_item().table_name(&self.tables.connections).key("id", key(holder));
        let update = update
            .update_expression("ADD #total :one, #bucket :one SET expiresAt = :over")
            .condition_expression(if cap == 0 {
                "attribute_exists(id) AND attribute_not_exists(id)"
            } else {
                "attribute_not_exists(#total) OR #total < :cap"
            })
            .expression_attribute_names("#total", "total")
            .expression_attribute_names("#bucket", attribute(bucket_of(at_s)))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":cap", number(cap))
            // No bucket is needed for longer than two lifetimes after the last connection.
            .expression_attribute_values(":over", number(at_s.saturating_add(2 * LIFETIME_S)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(update.send()).await {
            Ok(output) => Ok(Ok(tally(&output.attributes.unwrap_or_default()))),
            Err(error) => match refused(&error) {
                Some(item) => Ok(Err(tally(&item))),
                None => Err(unavailable(error)),
            },
        }
    }

    /// Takes off what can be open no longer; says whether there was something.
    async fn sweep(&self, holder: &Holder, tally: &Tally, now_s: u64) -> Result<bool, StoreError> {
        let expired = tally.expired(now_s);
        for (bucket, count) in &expired {
            let change = "ADD #total :less REMOVE #bucket";
            self.change(holder, *bucket, change, "#bucket = :count", *count).await?;
        }
        Ok(!expired.is_empty())
    }

    /// Takes off a connection opened at `at_s`, if it still counts.
    pub(super) async fn release(&self, holder: &Holder, at_s: u64) -> Result<(), StoreError> {
        self.change(holder, bucket_of(at_s), "ADD #total :less, #bucket :less", "#bucket >= :count", 1).await
    }

    async fn change(
        &self,
        holder: &Holder,
        bucket: u64,
        change: &str,
        condition: &str,
        count: u64,
    ) -> Result<(), StoreError> {
        let update = self.client.update_item().table_name(&self.tables.connections).key("id", key(holder));
        let update = update
            .update_expression(change)
            .condition_expression(condition)
            .expression_attribute_names("#total", "total")
            .expression_attribute_names("#bucket", attribute(bucket))
            .expression_attribute_values(":less", number(-i128::from(count)))
            .expression_attribute_values(":count", number(count));
        match Box::pin(update.send()).await {
            Ok(_) => Ok(()),
            // Somebody else took it off meanwhile.
            Err(error) if refused(&error).is_some() => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn key(holder: &Holder) -> AttributeValue {
    match holder {
        Holder::Tenant(tenant) => text(format!("tenant#{tenant}")),
        Holder::Key(key) => text(format!("key#{key}")),
    }
}

fn attribute(bucket: u64) -> String {
    format!("{BUCKET}{bucket}")
}

fn tally(item: &Item) -> Tally {
    let buckets =
        item.iter().filter_map(|(name, value)| Some((name.strip_prefix(BUCKET)?.parse().ok()?, whole(value)?)));
    Tally { total: item.get("total").and_then(whole).unwrap_or_default(), buckets: buckets.collect() }
}
