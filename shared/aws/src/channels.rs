//! WebSocket channels in DynamoDB: three tables.
//!
//! | table | key | items |
//! |---|---|---|
//! | connections | `id` | `connection#…`: a connection; `tenant#…`, `key#…`: how many are open, by the ten minutes of their opening |
//! | subscriptions | `channelShard` (`3#orders/acme/42`), `connectionId` | a subscriber |
//! | messages | `channel`, `sequence` | a message; at 0 the latest sequence |
//!
//! All have the TTL attribute `expiresAt`.

mod attributes;
mod connections;
mod counts;
mod messages;
mod subscriptions;

use aws_sdk_dynamodb::{Client, error::SdkError};
use channels::ports::StoreError;
use settings::Settings;

use crate::chain;

/// The names of the tables. A function that does not use one leaves it empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelTables {
    /// Connections, and how many each holder has.
    pub connections: String,
    /// Subscribers by channel and shard.
    pub subscriptions: String,
    /// Recent messages.
    pub messages: String,
}

impl ChannelTables {
    /// Reads the names of all three; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        ChannelTables {
            connections: settings.text("CONNECTIONS_TABLE"),
            subscriptions: settings.text("SUBSCRIPTIONS_TABLE"),
            messages: settings.text("MESSAGES_TABLE"),
        }
    }
}

/// Channels in tables.
#[derive(Clone)]
pub struct ChannelStore {
    client: Client,
    tables: ChannelTables,
}

impl ChannelStore {
    /// The tables named so.
    pub fn new(client: Client, tables: ChannelTables) -> Self {
        ChannelStore { client, tables }
    }
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    StoreError::Unavailable(chain(&error))
}
