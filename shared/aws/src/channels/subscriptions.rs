//! Subscribers as items, found by channel and shard.

use aws_sdk_dynamodb::types::AttributeValue;
use channels::{
    Channel, Connection, ConnectionId, Shard,
    ports::{Page, StoreError, Subscriber, SubscriberStore},
};

use super::{
    ChannelStore,
    attributes::{Item, corrupt, number, read_text, text},
    unavailable,
};

impl SubscriberStore for ChannelStore {
    /// Read consistently: a subscription that was answered is seen by every broadcast that begins after it.
    async fn page(
        &self,
        channel: &Channel,
        shard: Shard,
        after: Option<&ConnectionId>,
        limit: u16,
    ) -> Result<Page, StoreError> {
        let query = self.client.query().table_name(&self.tables.subscriptions).consistent_read(true);
        let query = query
            .key_condition_expression("channelShard = :place")
            .expression_attribute_values(":place", place(channel, shard))
            .projection_expression("connectionId, #member")
            .expression_attribute_names("#member", "member")
            .limit(i32::from(limit))
            .set_exclusive_start_key(after.map(|after| key(channel, shard, after)));
        let output = Box::pin(query.send()).await.map_err(unavailable)?;
        let subscribers = output.items.unwrap_or_default().iter().map(read).collect::<Result<_, _>>()?;
        let next = output.last_evaluated_key.as_ref().map(connection).transpose()?;
        Ok(Page { subscribers, next })
    }

    async fn remove(&self, channel: &Channel, shard: Shard, id: &ConnectionId) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.tables.subscriptions);
        let delete = delete.set_key(Some(key(channel, shard, id)));
        Box::pin(delete.send()).await.map_err(unavailable)?;
        Ok(())
    }
}

impl ChannelStore {
    /// Makes an entry.
    pub(super) async fn add(&self, who: &Connection, channel: &Channel, shard: Shard) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.tables.subscriptions);
        let put = put
            .set_item(Some(key(channel, shard, &who.id)))
            .item("member", text(who.principal.member()))
            .item("expiresAt", number(who.expires_at_s()));
        Box::pin(put.send()).await.map_err(unavailable)?;
        Ok(())
    }
}

/// A shard's number has no `#`, so that no two shards share a partition, whatever a channel is called.
fn place(channel: &Channel, shard: Shard) -> AttributeValue {
    text(format!("{shard}#{channel}"))
}

fn key(channel: &Channel, shard: Shard, id: &ConnectionId) -> Item {
    let place = ("channelShard".to_owned(), place(channel, shard));
    [place, ("connectionId".to_owned(), text(id.as_str()))].into()
}

fn read(item: &Item) -> Result<Subscriber, StoreError> {
    Ok(Subscriber { connection: connection(item)?, member: read_text(item, "member")?.to_owned() })
}

fn connection(item: &Item) -> Result<ConnectionId, StoreError> {
    ConnectionId::parse(read_text(item, "connectionId")?).ok_or_else(|| corrupt("connectionId"))
}
