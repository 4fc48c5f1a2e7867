//! Connections as items: one each, with its subscriptions in a map from channel to shard, so that whoever deletes it learns
//! what else to delete.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use channels::{
    Caps, Channel, Connection, ConnectionId, Principal, Shard,
    ports::{ConnectionStore, Opening, StoreError, SubscriberStore as _, Subscribing},
};
use futures_util::future::try_join_all;

use super::{
    ChannelStore,
    attributes::{Item, corrupt, number, read_number, read_text, text},
    unavailable,
};

impl ConnectionStore for ChannelStore {
    /// Stored first and counted then: a connection that is not counted was never let in, and its item goes by its TTL.
    async fn open(&self, connection: &Connection, caps: Caps) -> Result<Opening, StoreError> {
        if !self.put(connection).await? {
            return Ok(Opening::Open);
        }
        let mut counted = Vec::new();
        for holder in connection.holders() {
            if !self.count(&holder, connection.connected_at_s, holder.cap(&caps)).await? {
                for other in &counted {
                    self.release(other, connection.connected_at_s).await?;
                }
                self.delete(&connection.id).await?;
                return Ok(Opening::Full(holder));
            }
            counted.push(holder);
        }
        Ok(Opening::Open)
    }

    async fn find(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        let get = self.client.get_item().table_name(&self.tables.connections).key("id", key(id)).consistent_read(true);
        // Boxed, as everywhere: the client's future is so deep that the compiler gives up on the futures around it.
        let item = Box::pin(get.send()).await.map_err(unavailable)?.item;
        item.map(|item| read(id, &item)).transpose()
    }

    async fn close(&self, id: &ConnectionId) -> Result<bool, StoreError> {
        let Some(item) = self.delete(id).await? else { return Ok(false) };
        let connection = read(id, &item)?;
        let removals = connection.subscriptions.iter().map(|(channel, shard)| self.remove(channel, *shard, id));
        try_join_all(removals).await?;
        for holder in connection.holders() {
            self.release(&holder, connection.connected_at_s).await?;
        }
        Ok(true)
    }

    /// The connection's own list first: a close in between then knows of the entry, or makes the first write fail.
    async fn subscribe(
        &self,
        connection: &Connection,
        channel: &Channel,
        shard: Shard,
        cap: u32,
    ) -> Result<Subscribing, StoreError> {
        let update = self.client.update_item().table_name(&self.tables.connections).key("id", key(&connection.id));
        let update = update
            .update_expression("SET subscriptions.#channel = :shard")
            .condition_expression(
                "attribute_exists(id) AND (attribute_exists(subscriptions.#channel) OR size(subscriptions) < :cap)",
            )
            .expression_attribute_names("#channel", channel.as_str())
            .expression_attribute_values(":shard", number(shard))
            .expression_attribute_values(":cap", number(cap))
            .return_values(ReturnValue::UpdatedOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(update.send()).await {
            Ok(output) => {
                let before = output.attributes.as_ref().and_then(|old| shard_in(old, channel));
                if let Some(before) = before.filter(|before| *before != shard) {
                    self.remove(channel, before, &connection.id).await?;
                }
                self.add(connection, channel, shard).await?;
                Ok(Subscribing::Subscribed)
            }
            Err(error) => match refused(&error) {
                Some(item) if item.is_empty() => Ok(Subscribing::Unknown),
                Some(_) => Ok(Subscribing::Full),
                None => Err(unavailable(error)),
            },
        }
    }

    /// The entry first, so that a repeat after a failure finds what is left to do.
    async fn unsubscribe(&self, id: &ConnectionId, channel: &Channel) -> Result<bool, StoreError> {
        let stored = self.find(id).await?;
        let Some(shard) = stored.and_then(|stored| stored.subscriptions.get(channel).copied()) else {
            return Ok(false);
        };
        self.remove(channel, shard, id).await?;
        let update = self.client.update_item().table_name(&self.tables.connections).key("id", key(id));
        let update = update
            .update_expression("REMOVE subscriptions.#channel")
            .condition_expression("attribute_exists(subscriptions.#channel)")
            .expression_attribute_names("#channel", channel.as_str());
        match Box::pin(update.send()).await {
            Ok(_) => Ok(true),
            Err(error) if refused(&error).is_some() => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl ChannelStore {
    /// Stores a connection, unless it is there; says whether it was not.
    async fn put(&self, connection: &Connection) -> Result<bool, StoreError> {
        let put = self.client.put_item().table_name(&self.tables.connections).set_item(Some(write(connection)));
        match Box::pin(put.condition_expression("attribute_not_exists(id)").send()).await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete(&self, id: &ConnectionId) -> Result<Option<Item>, StoreError> {
        let delete = self.client.delete_item().table_name(&self.tables.connections).key("id", key(id));
        let output = Box::pin(delete.return_values(ReturnValue::AllOld).send()).await.map_err(unavailable)?;
        Ok(output.attributes.filter(|item| !item.is_empty()))
    }
}

/// The item that a condition failed on, empty where there is none; nothing where another thing went wrong.
pub(super) fn refused(error: &SdkError<UpdateItemError>) -> Option<Item> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Some(failed.item.clone().unwrap_or_default()),
        _ => None,
    }
}

fn key(id: &ConnectionId) -> AttributeValue {
    text(format!("connection#{id}"))
}

fn write(connection: &Connection) -> Item {
    let principal = connection.principal.attributes().iter();
    let principal = principal.map(|(name, value)| (name.clone(), text(value))).collect();
    let subscriptions = connection.subscriptions.iter();
    let subscriptions = subscriptions.map(|(channel, shard)| (channel.to_string(), number(*shard))).collect();
    let attributes = [
        ("id", key(&connection.id)),
        ("principal", AttributeValue::M(principal)),
        ("apiId", text(&connection.api_id)),
        ("stage", text(&connection.stage)),
        ("connectedAt", number(connection.connected_at_s)),
        ("subscriptions", AttributeValue::M(subscriptions)),
        ("expiresAt", number(connection.expires_at_s())),
    ];
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

fn read(id: &ConnectionId, item: &Item) -> Result<Connection, StoreError> {
    let principal = item.get("principal").and_then(|value| value.as_m().ok()).ok_or_else(|| corrupt("principal"))?;
    let principal = principal.iter().map(|(name, value)| Some((name.clone(), value.as_s().ok()?.clone())));
    let principal = principal.collect::<Option<_>>().and_then(Principal::from_context);
    let subscriptions = subscriptions(item).ok_or_else(|| corrupt("subscriptions"))?.iter();
    let subscriptions = subscriptions.map(|(channel, shard)| Some((Channel::parse(channel).ok()?, shard_of(shard)?)));
    Ok(Connection {
        id: id.clone(),
        principal: principal.ok_or_else(|| corrupt("principal"))?,
        api_id: read_text(item, "apiId")?.to_owned(),
        stage: read_text(item, "stage")?.to_owned(),
        connected_at_s: read_number(item, "connectedAt")?,
        subscriptions: subscriptions.collect::<Option<_>>().ok_or_else(|| corrupt("subscriptions"))?,
    })
}

fn subscriptions(item: &Item) -> Option<&Item> {
    item.get("subscriptions")?.as_m().ok()
}

fn shard_in(item: &Item, channel: &Channel) -> Option<Shard> {
    shard_of(subscriptions(item)?.get(channel.as_str())?)
}

fn shard_of(value: &AttributeValue) -> Option<Shard> {
    value.as_n().ok()?.parse().ok()
}
