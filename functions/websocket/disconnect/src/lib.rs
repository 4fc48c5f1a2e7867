//! `$disconnect`: removes the connection, its subscriptions and its count.
//!
//! API Gateway calls it at its best effort. What it never reports, a broadcast that gets 410 removes, or the tables' TTL.

use aws::AwsSettings;
use channels::{
    ConnectionId,
    ports::{ConnectionStore, StoreError},
};
use runtime::websocket::{WebSocketAnswer, WebSocketEvent};
use settings::Settings;
use tracing::Instrument as _;

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of connections.
    pub connections_table: String,
    /// The table of subscriptions.
    pub subscriptions_table: String,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            connections_table: settings.text("CONNECTIONS_TABLE"),
            subscriptions_table: settings.text("SUBSCRIPTIONS_TABLE"),
        }
    }
}

/// Removes what the event's connection left. Repeating it is harmless.
///
/// # Errors
/// When the store did not answer: something may be left, for a broadcast or the TTL.
pub async fn disconnect(event: WebSocketEvent, store: &impl ConnectionStore) -> Result<WebSocketAnswer, StoreError> {
    let context = &event.request_context;
    let span = tracing::info_span!("disconnect", requestId = context.request_id, connectionId = context.connection_id);
    async {
        let Some(id) = ConnectionId::parse(&context.connection_id) else { return Ok(WebSocketAnswer::status(200)) };
        match store.close(&id).await {
            Ok(known) => {
                tracing::info!(known, code = context.disconnect_status_code, "disconnected");
                Ok(WebSocketAnswer::status(200))
            }
            Err(error) => {
                tracing::error!(%error, "not removed");
                Err(error)
            }
        }
    }
    .instrument(span)
    .await
}
