//! `$connect`: stores the connection with its principal, unless its tenant or its key has as many as it may.
//!
//! The authorizer function has run before; its context says who is on the other end. What is answered here decides about the
//! handshake: 200 lets the client in, 429 refuses it before the upgrade.
//! (API Gateway developer guide, `apigateway-websocket-api-route-keys-connect-disconnect`.)

use aws::AwsSettings;
use channels::{
    Caps, Connection, ConnectionId, Holder, Principal,
    ports::{ConnectionStore, Opening, StoreError},
};
use runtime::websocket::{WebSocketAnswer, WebSocketEvent};
use settings::Settings;
use tracing::Instrument as _;

/// The subprotocol of channels. A client that offers it gets it; what else it offers may be its credential.
pub const SUBPROTOCOL: &str = "tollgate.v1";

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of connections.
    pub connections_table: String,
    /// How many connections may be open at once.
    pub caps: Caps,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            connections_table: settings.text("CONNECTIONS_TABLE"),
            caps: Caps {
                per_tenant: settings.number_or("CONNECTIONS_PER_TENANT", 1_000),
                per_key: settings.number_or("CONNECTIONS_PER_KEY", 1_000),
            },
        }
    }
}

/// Decides about one handshake.
///
/// # Errors
/// When the store did not answer: API Gateway then answers 500, and the client may come again.
pub async fn connect(
    event: WebSocketEvent,
    store: &impl ConnectionStore,
    caps: Caps,
    now_s: u64,
) -> Result<WebSocketAnswer, StoreError> {
    let span = tracing::info_span!("connect", requestId = event.request_context.request_id);
    async {
        let Some(connection) = connection(&event, now_s) else {
            // Only where the route lacks its authorizer.
            tracing::error!("no authorizer has said who is calling");
            return Ok(WebSocketAnswer::refused(403, "Forbidden"));
        };
        let (connection_id, tenant) = (connection.id.as_str(), connection.principal.tenant());
        match store.open(&connection, caps).await {
            Ok(Opening::Open) => {
                tracing::info!(
                    connectionId = connection_id,
                    tenant,
                    keyId = connection.principal.key_id(),
                    "connected"
                );
                Ok(welcome(event.header("sec-websocket-protocol")))
            }
            Ok(Opening::Full(holder)) => {
                let (who, cap) = (of(&holder), holder.cap(&caps));
                tracing::info!(tenant, keyId = connection.principal.key_id(), cap, "refused: {who} has its cap");
                let message = format!("This {who} has {cap} open connections, which is the most. Close one first.");
                Ok(WebSocketAnswer::refused(429, &message))
            }
            Err(error) => {
                tracing::error!(%error, "not connected");
                Err(error)
            }
        }
    }
    .instrument(span)
    .await
}

fn connection(event: &WebSocketEvent, now_s: u64) -> Option<Connection> {
    let context = &event.request_context;
    Some(Connection {
        id: ConnectionId::parse(&context.connection_id)?,
        principal: Principal::from_context(context.authorizer())?,
        api_id: context.api_id.clone(),
        stage: context.stage.clone(),
        connected_at_s: now_s,
        subscriptions: [].into(),
    })
}

fn of(holder: &Holder) -> &'static str {
    match holder {
        Holder::Tenant(_) => "tenant",
        Holder::Key(_) => "API key",
    }
}

/// A client that offers subprotocols gets one of them, for browsers close a connection that takes none: [`SUBPROTOCOL`], else
/// the first.
fn welcome(offered: Option<&str>) -> WebSocketAnswer {
    let mut offered = offered.unwrap_or_default().split(',').map(str::trim).filter(|offer| !offer.is_empty());
    let first = offered.clone().next();
    let chosen = offered.find(|offer| *offer == SUBPROTOCOL).or(first);
    let answer = WebSocketAnswer::status(200);
    chosen.map_or(WebSocketAnswer::status(200), |chosen| answer.header("Sec-WebSocket-Protocol", chosen))
}
