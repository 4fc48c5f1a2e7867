//! Messages as items, and each channel's latest sequence as the one at 0.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use channels::{
    Channel, HISTORY_S, Json, Message, MessageId, Publication,
    ports::{History, MessageStore, StoreError},
    recent,
};

use super::{
    ChannelStore,
    attributes::{Item, corrupt, number, read_number, read_text, text},
    unavailable,
};

/// How long a channel without messages keeps counting where it was: 30 days. After that it begins anew at 1, which clients
/// see by a latest sequence below their own.
const COUNTER_S: u64 = 30 * 24 * 60 * 60;

impl MessageStore for ChannelStore {
    async fn append(&self, publication: &Publication, now_ms: u64) -> Result<Message, StoreError> {
        let Publication { channel, id, data } = publication.clone();
        let sequence = self.next(&channel, now_ms).await?;
        let put = self.client.put_item().table_name(&self.tables.messages);
        let put = put
            .set_item(Some(key(&channel, sequence)))
            .item("messageId", text(id.as_str()))
            .item("at", number(now_ms))
            .item("data", text(data.as_str()))
            .item("expiresAt", number(now_ms / 1000 + HISTORY_S));
        Box::pin(put.send()).await.map_err(unavailable)?;
        Ok(Message { channel, id, sequence, at_ms: now_ms, data })
    }

    async fn latest(&self, channel: &Channel) -> Result<u64, StoreError> {
        let get = self.client.get_item().table_name(&self.tables.messages).consistent_read(true);
        let output = Box::pin(get.set_key(Some(key(channel, 0))).send()).await.map_err(unavailable)?;
        output.item.map_or(Ok(0), |item| read_number(&item, "latest"))
    }

    async fn since(&self, channel: &Channel, after: u64, now_ms: u64) -> Result<History, StoreError> {
        let latest = self.latest(channel).await?;
        if after >= latest {
            return Ok(History::default());
        }
        let query = self.client.query().table_name(&self.tables.messages).consistent_read(true);
        let query = query
            .key_condition_expression("channel = :channel AND #sequence BETWEEN :from AND :to")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":channel", text(channel.as_str()))
            .expression_attribute_values(":from", number((after + 1).max(recent(latest))))
            .expression_attribute_values(":to", number(latest));
        let output = Box::pin(query.send()).await.map_err(unavailable)?;
        let more = output.last_evaluated_key.is_some();
        let messages = output.items.unwrap_or_default().iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // The table's own TTL may take days.
        let fresh = |message: &Message| message.at_ms.saturating_add(HISTORY_S * 1000) > now_ms;
        Ok(History { messages: messages.into_iter().filter(fresh).collect(), more })
    }
}

impl ChannelStore {
    async fn next(&self, channel: &Channel, now_ms: u64) -> Result<u64, StoreError> {
        let update = self.client.update_item().table_name(&self.tables.messages).set_key(Some(key(channel, 0)));
        let update = update
            .update_expression("ADD #latest :one SET expiresAt = :over")
            .expression_attribute_names("#latest", "latest")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":over", number(now_ms / 1000 + COUNTER_S))
            .return_values(ReturnValue::UpdatedNew);
        let output = Box::pin(update.send()).await.map_err(unavailable)?;
        read_number(&output.attributes.unwrap_or_default(), "latest")
    }
}

fn key(channel: &Channel, sequence: u64) -> Item {
    let channel = ("channel".to_owned(), text(channel.as_str()));
    [channel, ("sequence".to_owned(), AttributeValue::N(sequence.to_string()))].into()
}

fn read(item: &Item) -> Result<Message, StoreError> {
    Ok(Message {
        channel: Channel::parse(read_text(item, "channel")?).map_err(|_| corrupt("channel"))?,
        id: MessageId::parse(read_text(item, "messageId")?).ok_or_else(|| corrupt("messageId"))?,
        sequence: read_number(item, "sequence")?,
        at_ms: read_number(item, "at")?,
        data: Json::parse(read_text(item, "data")?).ok_or_else(|| corrupt("data"))?,
    })
}
