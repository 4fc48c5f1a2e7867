//! A connection that was closed leaves nothing.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use channels::{Caps, Channel, Connection, ConnectionId, Principal, ports::ConnectionStore as _};
use disconnect::disconnect;
use testkit::{channels::MemoryChannels, events};

#[tokio::test]
async fn a_closed_connection_and_its_subscriptions_are_gone_however_often_it_is_said() {
    let store = MemoryChannels::default();
    let connection = Connection {
        id: ConnectionId::parse("L0SM9cOFvHcCIhw=").expect("an id"),
        principal: Principal::from_context([("tenant".to_owned(), "demo".to_owned())].into()).expect("a principal"),
        api_id: String::new(),
        stage: String::new(),
        connected_at_s: 1_769_860_800,
        subscriptions: [].into(),
    };
    (&store).open(&connection, Caps { per_tenant: 1, per_key: 1 }).await.expect("open");
    let channel = Channel::parse("orders/demo/42").expect("a channel");
    (&store).subscribe(&connection, &channel, 0, 1).await.expect("subscribed");
    for name in ["unknown-connection", "closed", "closed"] {
        let before = store.subscriptions();
        let event = events("disconnect").into_iter().find(|event| event.name == name).expect("the event");
        let event = serde_json::from_value(event.payload).expect("a WebSocket event");
        assert_eq!(disconnect(event, &&store).await.expect("an answer").status_code, 200);
        assert_eq!(store.subscriptions(), if name == "closed" { 0 } else { before });
    }
    assert!(store.open_connections().is_empty());
}
