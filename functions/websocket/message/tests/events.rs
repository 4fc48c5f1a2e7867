//! Every event of `events/message` is answered, and nothing that is sent closes the socket.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what panics here fails a test"
)]

use channels::{
    Caps, Channel, Connection, ConnectionId, Json, MessageId, Principal, Publication, Rules,
    ports::{ConnectionStore as _, MessageStore as _},
};
use message::Messages;
use serde_json::{Value, json};
use testkit::{
    channels::{MemoryChannels, MemoryQueue},
    events,
};

const RULES: &str = r#"[{"channel": "orders/{tenant}/*", "allow": ["subscribe", "presence"], "shards": 3},
    {"channel": "rooms/{tenant}/*", "allow": ["subscribe", "publish"]}]"#;
const NOW_MS: u64 = 1_769_860_800_000;

struct Stage {
    store: MemoryChannels,
    queue: MemoryQueue,
}

impl Stage {
    async fn new() -> Self {
        let stage = Stage { store: MemoryChannels::default(), queue: MemoryQueue::default() };
        let attributes = [("tenant", "demo"), ("keyId", "key-demo"), ("planId", "starter")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let connection = Connection {
            id: ConnectionId::parse("L0SM9cOFvHcCIhw=").expect("an id"),
            principal: Principal::from_context(attributes.into()).expect("a principal"),
            api_id: "a1b2c3d4e5".to_owned(),
            stage: "live".to_owned(),
            connected_at_s: NOW_MS / 1000,
            subscriptions: [].into(),
        };
        (&stage.store).open(&connection, Caps { per_tenant: 9, per_key: 9 }).await.expect("open");
        stage
    }

    async fn send(&self, event: Value) -> Value {
        let messages = Messages {
            store: &self.store,
            queue: &self.queue,
            rules: Rules::decode(RULES).expect("rules"),
            subscription_cap: 2,
            clock_ms: || NOW_MS,
            random: || Some(7),
        };
        let answer = messages.answer(serde_json::from_value(event).expect("a WebSocket event")).await;
        assert_eq!(answer.status_code, 200);
        serde_json::from_str(&answer.body.expect("a frame")).expect("JSON")
    }

    async fn event(&self, name: &str) -> Value {
        let event = events("message").into_iter().find(|event| event.name == name).expect("the event");
        self.send(event.payload).await
    }

    async fn frame(&self, frame: &Value) -> Value {
        let mut event = events("message").remove(0).payload;
        event["body"] = json!(frame.to_string());
        event["isBase64Encoded"] = json!(false);
        self.send(event).await
    }
}

#[tokio::test]
async fn every_event_gets_its_answer() {
    let stage = Stage::new().await;
    let mut seen = Vec::new();
    for event in events("message") {
        let answer = stage.event(&event.name).await;
        seen.push(format!("{} {}", event.name, answer["error"]["code"].as_str().unwrap_or("ok")));
    }
    assert_eq!(
        seen,
        [
            "binary NOT_JSON",
            "long-channel BAD_CHANNEL",
            "not-json NOT_JSON",
            "odd-channel BAD_CHANNEL",
            "other-tenant FORBIDDEN",
            "ping ok",
            "presence ok",
            "publish ok",
            "publish-without-right FORBIDDEN",
            "subscribe ok",
            "unknown-action UNKNOWN_ACTION",
            "unsubscribe ok",
        ]
    );
}

#[tokio::test]
async fn a_publication_is_queued_with_an_id_and_whole() {
    let stage = Stage::new().await;
    let answer = stage.event("publish").await;
    let id = "00000000000000000000000000000007";
    assert_eq!(
        answer,
        json!({"action": "publish", "id": 2, "ok": true, "channel": "rooms/demo/lobby", "messageId": id})
    );
    let (_, body, _) = stage.queue.waiting.borrow_mut().pop_front().expect("a job");
    assert_eq!(body, format!(r#"{{"channel":"rooms/demo/lobby","messageId":"{id}","data":{{"text": "hello"}}}}"#));
    stage.queue.cut_off.set(true);
    assert_eq!(stage.event("publish").await["error"]["code"], "UNAVAILABLE", "what is not queued is not published");
}

#[tokio::test]
async fn a_subscriber_that_was_away_gets_what_it_missed() {
    let stage = Stage::new().await;
    let channel = Channel::parse("orders/demo/42").expect("a channel");
    for number in 1..=5 {
        let id = MessageId::parse(&format!("m-{number}")).expect("an id");
        let data = Json::parse(&number.to_string()).expect("JSON");
        (&stage.store).append(&Publication { channel: channel.clone(), id, data }, NOW_MS).await.expect("appended");
    }
    for (after, missed) in [(None, vec![]), (Some(3), vec![4, 5]), (Some(5), vec![]), (Some(99), vec![1, 2, 3, 4, 5])] {
        let mut request = json!({"action": "subscribe", "channel": "orders/demo/42"});
        if let Some(after) = after {
            request["after"] = json!(after);
        }
        let answer = stage.frame(&request).await;
        let messages = answer["messages"].as_array().expect("messages");
        let data: Vec<_> = messages.iter().map(|message| message["data"].as_u64().expect("a number")).collect();
        assert_eq!((data, &answer["sequence"]), (missed, &json!(5)), "after {after:?}");
    }
    assert_eq!(stage.store.subscriptions(), 1, "however often it subscribes");
    let presence = stage.frame(&json!({"action": "presence", "channel": "orders/demo/42"})).await;
    assert_eq!(presence["members"], json!([{"member": "key-demo", "connections": 1}]));
}

#[tokio::test]
async fn a_connection_that_is_not_known_is_told_to_connect_again() {
    let stage = Stage::new().await;
    let mut event = events("message").into_iter().find(|event| event.name == "subscribe").expect("the event").payload;
    event["requestContext"]["connectionId"] = json!("Unknown9vHcCIhw=");
    assert_eq!(stage.send(event).await["error"]["code"], "UNKNOWN_CONNECTION");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_an_answer_too() {
    let stage = Stage::new().await;
    stage.store.cut_off();
    let answer = stage.event("subscribe").await;
    assert_eq!(answer["error"], json!({"code": "UNAVAILABLE", "message": "this could not be done now; try again"}));
    assert_eq!(stage.event("ping").await["ok"], true, "a ping needs no store");
}

#[tokio::test]
async fn subscriptions_beyond_the_cap_are_refused() {
    let stage = Stage::new().await;
    for (number, code) in [(1, Value::Null), (2, Value::Null), (3, json!("TOO_MANY_SUBSCRIPTIONS")), (1, Value::Null)] {
        let answer = stage.frame(&json!({"action": "subscribe", "channel": format!("rooms/demo/{number}")})).await;
        assert_eq!(answer["error"]["code"], code, "{number}");
    }
}
