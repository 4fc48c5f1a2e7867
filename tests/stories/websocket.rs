//! WebSocket channels, from the handshake to the last subscriber.

mod handshakes;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use aws::{ChannelStore, ChannelTables};
use channels::{
    Channel, ConnectionId,
    ports::{ConnectionStore as _, SubscriberStore as _},
};
use e2e::{Call, Socket, Stack};
use serde_json::{Value, json};

fn store() -> ChannelStore {
    let stack = Stack::get();
    let table = |name: &str| stack.tables[name].clone();
    let (connections, subscriptions, messages) = (table("connections"), table("subscriptions"), table("messages"));
    ChannelStore::new(stack.connection().dynamodb(), ChannelTables { connections, subscriptions, messages })
}

#[allow(clippy::disallowed_methods, reason = "the stack's clock is this machine's")]
pub(crate) fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs()
}

/// A tenant that no other run over this stack has had.
fn fresh(name: &str) -> String {
    format!("{name}-{}-{}", now_s(), std::process::id())
}

fn key(tenant: &str) -> String {
    Stack::get().new_key(tenant, true)
}

/// Everybody who is subscribed to a channel of one or two shards.
#[tokio::main(flavor = "current_thread")]
async fn subscribers(channel: &str) -> Vec<ConnectionId> {
    let (store, channel) = (store(), Channel::parse(channel).expect("a channel"));
    let mut all = Vec::new();
    for shard in 0..2 {
        let page = store.page(&channel, shard, None, 1_000).await.expect("a page");
        all.extend(page.subscribers.into_iter().map(|subscriber| subscriber.connection));
    }
    all
}

#[tokio::main(flavor = "current_thread")]
async fn is_stored(id: &ConnectionId) -> bool {
    store().find(id).await.expect("an answer").is_some()
}

/// Sends a body to the queue of broadcasts, as any service may.
#[tokio::main(flavor = "current_thread")]
async fn queue(body: &Value) {
    let stack = Stack::get();
    let client = aws_sdk_sqs::Client::new(stack.connection().shared());
    let send = client.send_message().queue_url(&stack.broadcast_queue_url).message_body(body.to_string());
    send.send().await.expect("queued");
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
    }
}

#[test]
fn both_clients_of_a_channel_get_what_one_publishes() {
    let tenant = fresh("talk");
    let (key, channel, members) = (key(&tenant), format!("rooms/{tenant}/lobby"), format!("key-of-{tenant}"));
    let (mut one, mut two) = (Socket::with_key(&key), Socket::with_key(&key));
    for socket in [&mut one, &mut two] {
        assert_eq!(socket.subscribe(&channel)["sequence"], 0);
    }
    let data = json!({"text": "Grüße 👋", "quoted": "\"\\\u{0}"});
    let published = one.ask(json!({"action": "publish", "channel": channel, "data": data}));
    assert_eq!(published["ok"], true, "{published}");
    for socket in [&mut one, &mut two] {
        let message = socket.message();
        assert_eq!(message["data"], data);
        assert_eq!((&message["sequence"], &message["messageId"]), (&json!(1), &published["messageId"]));
    }
    let presence = two.ask(json!({"action": "presence", "channel": channel}));
    assert_eq!(presence["members"], json!([{"member": members, "connections": 2}]), "{presence}");

    let unsubscribed = two.ask(json!({"action": "unsubscribe", "channel": channel}));
    assert_eq!(unsubscribed["ok"], true);
    one.ask(json!({"action": "publish", "channel": channel, "data": 2, "messageId": "second"}));
    assert_eq!(one.message()["messageId"], "second");
    let back = two.ask(json!({"action": "subscribe", "channel": channel, "after": 1}));
    assert_eq!((&back["sequence"], &back["messages"][0]["messageId"]), (&json!(2), &json!("second")), "{back}");
}

#[test]
fn any_service_can_publish_through_the_queue() {
    let mut socket = Socket::with_key(&Stack::get().new_key_with("service", "staff"));
    socket.subscribe("orders/service/42");
    queue(&json!({"channel": "orders/service/42", "data": "plain", "messageId": "mine"}));
    let plain = socket.message();
    assert_eq!((&plain["data"], &plain["messageId"]), (&json!("plain"), &json!("mine")));
    let inner = json!({"channel": "orders/service/42", "data": "notified"}).to_string();
    queue(&json!({"Type": "Notification", "MessageId": "sns-1", "Message": inner}));
    assert_eq!(socket.message()["messageId"], "sns-1");
    let detail = json!({"channel": "orders/service/42", "data": "event"});
    queue(&json!({"id": "event-1", "detail-type": "Shipped", "source": "shop", "detail": detail}));
    assert_eq!(socket.message()["messageId"], "event-1");
}

#[test]
fn an_error_is_an_answer_and_the_socket_stays_open() {
    let mut socket = Socket::with_key(&key("careless"));
    let long = "x".repeat(10_240);
    for (frame, code) in [
        ("hello".to_owned(), "NOT_JSON"),
        ("[1]".to_owned(), "NOT_JSON"),
        (json!({"action": "shout"}).to_string(), "UNKNOWN_ACTION"),
        (json!({"action": 5}).to_string(), "UNKNOWN_ACTION"),
        (json!({"action": "subscribe"}).to_string(), "BAD_REQUEST"),
        (json!({"action": "subscribe", "channel": "orders/careless/\u{202e}42\u{0}"}).to_string(), "BAD_CHANNEL"),
        (json!({"action": "subscribe", "channel": long}).to_string(), "BAD_CHANNEL"),
        (json!({"action": "subscribe", "channel": "orders/other/42"}).to_string(), "FORBIDDEN"),
        (json!({"action": "subscribe", "channel": "orders/careless/42"}).to_string(), "FORBIDDEN"),
        (json!({"action": "publish", "channel": "orders/careless/42", "data": 1}).to_string(), "FORBIDDEN"),
        (json!({"action": "presence", "channel": "orders/other/42"}).to_string(), "FORBIDDEN"),
        (
            json!({"action": "publish", "channel": "rooms/careless/a", "data": "x".repeat(131_000)}).to_string(),
            "TOO_LARGE",
        ),
    ] {
        socket.say(&frame);
        let answer = socket.read();
        assert_eq!((&answer["ok"], &answer["error"]["code"]), (&json!(false), &json!(code)), "{frame:.60}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|said| said.len() > 10), "{answer}");
    }
    assert_eq!(socket.ask(json!({"action": "ping"}))["ok"], true);
}

#[test]
fn a_large_message_arrives_and_a_larger_one_ends_the_connection() {
    let mut socket = Socket::with_key(&key("large"));
    socket.subscribe("rooms/large/a");
    let data = "é".repeat(60_000);
    socket.ask(json!({"action": "publish", "channel": "rooms/large/a", "data": data}));
    assert_eq!(socket.message()["data"], data);
    socket.say(&json!({"action": "publish", "channel": "rooms/large/a", "data": "x".repeat(131_072)}).to_string());
    assert_eq!(socket.closed_with(), 1009);
    let mut socket = Socket::with_key(&key("large"));
    socket.say_binary(&[0, 1, 2]);
    assert_eq!(socket.closed_with(), 1003);
}

#[test]
fn a_connection_has_a_hundred_subscriptions_at_most() {
    let mut socket = Socket::with_key(&key("greedy"));
    let mut codes = BTreeSet::new();
    for number in 0..1_000 {
        let answer = socket.ask(json!({"action": "subscribe", "channel": format!("rooms/greedy/{number}")}));
        assert_eq!(answer["ok"], number < 100, "{number}: {answer}");
        codes.insert(answer["error"]["code"].to_string());
    }
    assert_eq!(codes, ["\"TOO_MANY_SUBSCRIPTIONS\"".to_owned(), "null".to_owned()].into());
    socket.ask(json!({"action": "unsubscribe", "channel": "rooms/greedy/7"}));
    socket.subscribe("rooms/greedy/more");
}

#[test]
fn one_that_vanished_is_gone_after_the_next_broadcast() {
    let tenant = fresh("vanish");
    let (key, [a, b]) = (key(&tenant), ["a", "b"].map(|name| format!("rooms/{tenant}/{name}")));
    let (mut stays, mut vanishes) = (Socket::with_key(&key), Socket::with_key(&key));
    stays.subscribe(&a);
    let staying = subscribers(&a);
    vanishes.subscribe(&a);
    vanishes.subscribe(&b);
    let gone = subscribers(&b).remove(0);
    vanishes.vanish();
    // API Gateway may need a moment to notice; a message before that is lost with the socket.
    let end = Instant::now() + Duration::from_secs(30);
    while is_stored(&gone) {
        assert!(Instant::now() < end, "the vanished connection is still there");
        stays.ask(json!({"action": "publish", "channel": a, "data": 1}));
        assert_eq!(stays.message()["data"], 1);
    }
    assert_eq!(subscribers(&a), staying);
    assert_eq!(subscribers(&b), [], "its other subscriptions as well");
}

#[test]
fn one_that_says_goodbye_is_gone_at_once() {
    let tenant = fresh("goodbye");
    let (mut socket, channel) = (Socket::with_key(&key(&tenant)), format!("rooms/{tenant}/a"));
    socket.subscribe(&channel);
    let id = subscribers(&channel).remove(0);
    assert!(is_stored(&id));
    socket.close();
    until("the closed connection is removed", || !is_stored(&id) && subscribers(&channel).is_empty());
}

#[test]
fn what_is_posted_over_http_reaches_those_who_listen() {
    let stack = Stack::get();
    let (mut socket, name) = (Socket::with_key(&stack.key), fresh("http"));
    socket.subscribe(&format!("rooms/demo/{name}"));
    let post = |name: &str, body: String| {
        let call = Call::new("POST", &format!("/channels/{name}/messages")).body("application/json", body);
        stack.call_with_key(call)
    };
    let data = json!({"text": "it's \"4\" \\ 5 / €\u{1f600}\n", "list": [1, null, {"a": true}]});
    let answer = post(&name, json!({"data": data, "messageId": "m-1"}).to_string());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let message = socket.message();
    assert_eq!((&message["data"], &message["messageId"]), (&data, &json!("m-1")));
    let answer = post(&name, json!({"data": "once more"}).to_string());
    let message = socket.message();
    assert_eq!((&message["data"], &message["messageId"]), (&json!("once more"), &answer.json()["jobId"]));

    let large = json!({"data": "x".repeat(30_000)}).to_string();
    for (name, body) in [
        (name.as_str(), "{".to_owned()),
        (&name, r#"{"messageId": "m-2"}"#.to_owned()),
        (&name, r#"{"data": 1, "messageId": "no id"}"#.to_owned()),
        (&name, r#"{"data": 1, "channel": "orders/other/1"}"#.to_owned()),
        (&name, large),
        ("no%20name", r#"{"data": 1}"#.to_owned()),
        ("%22%2C%22data%22", r#"{"data": 1}"#.to_owned()),
    ] {
        let answer = post(name, body.clone());
        assert_eq!(answer.status, 400, "{name} {body:.60}: {}", answer.text());
    }
    let without_key = Call::new("POST", &format!("/channels/{name}/messages")).body("application/json", "{}");
    assert_eq!(stack.call(without_key).status, 401);
}

#[test]
fn thirty_clients_lose_nothing_in_a_minute() {
    let key = key("crowd");
    let mut sockets: Vec<Socket> = (0..30).map(|_| Socket::with_key(&key)).collect();
    sockets.iter_mut().for_each(|socket| {
        socket.subscribe("rooms/crowd/a");
    });
    let end = Instant::now() + Duration::from_secs(60);
    let mut published = 0u64;
    while Instant::now() < end {
        for publisher in 0..3 {
            let data = published + publisher;
            let answer =
                sockets[publisher as usize].ask(json!({"action": "publish", "channel": "rooms/crowd/a", "data": data}));
            assert_eq!(answer["ok"], true, "{answer}");
        }
        for socket in &mut sockets {
            let got: BTreeSet<u64> = (0..3).map(|_| socket.message()["data"].as_u64().expect("a number")).collect();
            assert_eq!(got, (published..published + 3).collect());
        }
        published += 3;
    }
    assert!(published > 30, "{published} in a minute");
}
