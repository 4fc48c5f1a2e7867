//! What a store of channels promises, as one suite that runs over the one in memory and over tables.

use std::collections::BTreeSet;

use channels::{
    BUCKET_S, Caps, Channel, Connection, ConnectionId, HISTORY_LENGTH, HISTORY_S, Holder, Json, LIFETIME_S, MessageId,
    Principal, Publication,
    ports::{ConnectionStore, History, MessageStore, Opening, SubscriberStore, Subscribing},
};

/// More than any connection of the suite meets.
const ROOM: Caps = Caps { per_tenant: 1_000, per_key: 1_000 };

/// Runs every promise over `store`. `run` is a text of letters and digits that no other run over this store has had, and
/// `now_s` the time: a table removes what is over.
///
/// # Panics
/// When a promise is broken.
pub async fn suite(store: &(impl ConnectionStore + SubscriberStore + MessageStore), run: &str, now_s: u64) {
    let run = Run { name: run, now_s };
    a_connection_is_found_as_it_was_stored(store, &run).await;
    a_cap_holds_in_a_race_and_a_close_makes_room(store, &run).await;
    what_nobody_closed_stops_counting(store, &run).await;
    a_subscription_is_there_from_when_it_is_made(store, &run).await;
    subscriptions_have_a_cap(store, &run).await;
    a_closed_connection_leaves_nothing(store, &run).await;
    pages_show_every_subscriber_once(store, &run).await;
    each_message_has_its_own_sequence(store, &run).await;
    history_ends(store, &run).await;
}

/// Names of one run.
struct Run<'r> {
    name: &'r str,
    now_s: u64,
}

impl Run<'_> {
    fn connection(&self, name: &str, tenant: &str) -> Connection {
        self.opened_at(name, tenant, self.now_s)
    }

    fn opened_at(&self, name: &str, tenant: &str, connected_at_s: u64) -> Connection {
        let tenant = format!("{}{tenant}", self.name);
        let attributes = [("tenant", tenant.clone()), ("keyId", format!("key-of-{tenant}"))];
        Connection {
            id: ConnectionId::parse(&format!("{}{name}=", self.name)).expect("an id"),
            principal: Principal::from_context(attributes.map(|(name, value)| (name.to_owned(), value)).into())
                .expect("a principal"),
            api_id: "a1b2c3".to_owned(),
            stage: "live".to_owned(),
            connected_at_s,
            subscriptions: [].into(),
        }
    }

    fn channel(&self, name: &str) -> Channel {
        Channel::parse(&format!("contract/{}/{name}", self.name)).expect("a channel")
    }

    fn publication(&self, channel: &str, id: &str, data: &str) -> Publication {
        let (id, data) = (MessageId::parse(id).expect("an id"), Json::parse(data).expect("JSON"));
        Publication { channel: self.channel(channel), id, data }
    }
}

async fn a_connection_is_found_as_it_was_stored(store: &impl ConnectionStore, run: &Run<'_>) {
    let connection = run.connection("found", "found");
    assert_eq!(store.find(&connection.id).await, Ok(None));
    assert_eq!(store.open(&connection, ROOM).await, Ok(Opening::Open));
    assert_eq!(store.find(&connection.id).await, Ok(Some(connection.clone())));
    assert_eq!(store.close(&connection.id).await, Ok(true));
    assert_eq!(store.close(&connection.id).await, Ok(false), "a repeat finds none");
    assert_eq!(store.find(&connection.id).await, Ok(None));
}

async fn a_cap_holds_in_a_race_and_a_close_makes_room(store: &impl ConnectionStore, run: &Run<'_>) {
    let caps = Caps { per_tenant: 2, per_key: 1_000 };
    let [one, two, three, four] = ["one", "two", "three", "four"].map(|name| run.connection(name, "race"));
    let (a, b, c, d) =
        tokio::join!(store.open(&one, caps), store.open(&two, caps), store.open(&three, caps), store.open(&four, caps));
    let full = Ok(Opening::Full(Holder::Tenant(one.principal.tenant().to_owned())));
    let opened: Vec<_> =
        [(a, one), (b, two), (c, three), (d, four)].into_iter().filter(|(outcome, _)| *outcome != full).collect();
    assert!(opened.len() == 2 && opened.iter().all(|(outcome, _)| *outcome == Ok(Opening::Open)), "{opened:?}");
    let late = run.connection("late", "race");
    assert_eq!(store.open(&late, caps).await, full, "refused as long as there are two");
    assert_eq!(store.find(&late.id).await, Ok(None), "and not stored");
    let (_, first) = &opened[0];
    assert_eq!(store.open(first, caps).await, Ok(Opening::Open), "a repeat is let in, and counts nothing");
    assert_eq!(store.close(&first.id).await, Ok(true));
    assert_eq!(store.open(&late, caps).await, Ok(Opening::Open), "a close makes room for one");
    assert_eq!(store.open(first, caps).await, full, "and for one only");
    let by_key = Caps { per_tenant: 1_000, per_key: 2 };
    let key = Holder::Key(first.principal.key_id().expect("a key").to_owned());
    assert_eq!(store.open(first, by_key).await, Ok(Opening::Full(key)), "a key has a cap of its own");
    let three = Caps { per_tenant: 3, per_key: 3 };
    assert_eq!(store.open(first, three).await, Ok(Opening::Open), "whose refusal did not count for the tenant");
}

async fn what_nobody_closed_stops_counting(store: &impl ConnectionStore, run: &Run<'_>) {
    let caps = Caps { per_tenant: 1, per_key: 1 };
    let old = run.opened_at("old", "leak", run.now_s - LIFETIME_S - BUCKET_S);
    assert_eq!(store.open(&old, caps).await, Ok(Opening::Open));
    let new = run.connection("new", "leak");
    assert_eq!(store.open(&new, caps).await, Ok(Opening::Open), "the old one cannot be open any longer");
    store.close(&old.id).await.expect("closed");
    let more = run.connection("more", "leak");
    assert!(
        matches!(store.open(&more, caps).await, Ok(Opening::Full(_))),
        "its close took off nothing of the new one's"
    );
}

async fn a_subscription_is_there_from_when_it_is_made(store: &(impl ConnectionStore + SubscriberStore), run: &Run<'_>) {
    let (connection, channel) = (run.connection("subscriber", "subscriber"), run.channel("here"));
    assert_eq!(store.subscribe(&connection, &channel, 0, 9).await, Ok(Subscribing::Unknown));
    store.open(&connection, ROOM).await.expect("open");
    for _ in 0..2 {
        assert_eq!(store.subscribe(&connection, &channel, 3, 9).await, Ok(Subscribing::Subscribed));
        let page = store.page(&channel, 3, None, 10).await.expect("a page");
        let seen: Vec<_> = page.subscribers.iter().map(|one| (&one.connection, one.member.as_str())).collect();
        assert_eq!(seen, [(&connection.id, connection.principal.member())], "once, however often");
        assert_eq!(page.next, None);
    }
    let stored = store.find(&connection.id).await.expect("an answer").expect("the connection");
    assert_eq!(stored.subscriptions, [(channel.clone(), 3)].into());
    assert_eq!(store.page(&channel, 0, None, 10).await.expect("a page").subscribers, [], "in its shard alone");
    assert_eq!(store.unsubscribe(&connection.id, &channel).await, Ok(true));
    assert_eq!(store.unsubscribe(&connection.id, &channel).await, Ok(false));
    assert_eq!(store.page(&channel, 3, None, 10).await.expect("a page").subscribers, []);
    assert_eq!(store.unsubscribe(&run.connection("nobody", "x").id, &channel).await, Ok(false));
}

async fn subscriptions_have_a_cap(store: &impl ConnectionStore, run: &Run<'_>) {
    let connection = run.connection("capped", "capped");
    store.open(&connection, ROOM).await.expect("open");
    for (name, expected) in [
        ("1", Subscribing::Subscribed),
        ("2", Subscribing::Subscribed),
        ("3", Subscribing::Full),
        ("2", Subscribing::Subscribed),
    ] {
        assert_eq!(store.subscribe(&connection, &run.channel(name), 0, 2).await, Ok(expected), "{name}");
    }
    assert_eq!(store.unsubscribe(&connection.id, &run.channel("1")).await, Ok(true));
    assert_eq!(store.subscribe(&connection, &run.channel("3"), 0, 2).await, Ok(Subscribing::Subscribed));
}

async fn a_closed_connection_leaves_nothing(store: &(impl ConnectionStore + SubscriberStore), run: &Run<'_>) {
    let (connection, channels) = (run.connection("closed", "closed"), ["a", "b", "c"].map(|name| run.channel(name)));
    store.open(&connection, ROOM).await.expect("open");
    for channel in &channels {
        assert_eq!(store.subscribe(&connection, channel, 1, 9).await, Ok(Subscribing::Subscribed));
    }
    assert_eq!(store.close(&connection.id).await, Ok(true));
    for channel in &channels {
        assert_eq!(store.page(channel, 1, None, 10).await.expect("a page").subscribers, []);
    }
    assert_eq!(store.subscribe(&connection, &channels[0], 1, 9).await, Ok(Subscribing::Unknown));
    assert_eq!(store.page(&channels[0], 1, None, 10).await.expect("a page").subscribers, []);
}

async fn pages_show_every_subscriber_once(store: &(impl ConnectionStore + SubscriberStore), run: &Run<'_>) {
    let channel = run.channel("pages");
    let mut expected = BTreeSet::new();
    for number in 0..7 {
        let connection = run.connection(&format!("page{number}"), "pages");
        store.open(&connection, ROOM).await.expect("open");
        store.subscribe(&connection, &channel, 0, 9).await.expect("subscribed");
        expected.insert(connection.id);
    }
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = store.page(&channel, 0, after.as_ref(), 3).await.expect("a page");
        assert!(page.subscribers.len() <= 3);
        seen.extend(page.subscribers.into_iter().map(|one| one.connection));
        pages += 1;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert!(pages <= 4 && seen.len() == 7 && seen.iter().cloned().collect::<BTreeSet<_>>() == expected, "{seen:?}");
    let gone = seen[0].clone();
    for _ in 0..2 {
        assert_eq!(store.remove(&channel, 0, &gone).await, Ok(()));
    }
    let left = store.page(&channel, 0, None, 100).await.expect("a page").subscribers;
    assert!(left.len() == 6 && left.iter().all(|one| one.connection != gone), "{left:?}");
}

async fn each_message_has_its_own_sequence(store: &impl MessageStore, run: &Run<'_>) {
    let (channel, now_ms) = (run.channel("messages"), run.now_s * 1000);
    assert_eq!(store.latest(&channel).await, Ok(0));
    assert_eq!(store.since(&channel, 0, now_ms).await, Ok(History::default()));
    let [a, b, c] = ["a", "b", "c"].map(|id| run.publication("messages", id, r#"{"text":"é\u0000\ud83d\ude00"}"#));
    let (a, b, c) = tokio::join!(store.append(&a, now_ms), store.append(&b, now_ms), store.append(&c, now_ms));
    let mut appended = [a, b, c].map(|message| message.expect("appended"));
    appended.sort_by_key(|message| message.sequence);
    assert_eq!(appended.clone().map(|message| message.sequence), [1, 2, 3]);
    assert_eq!(store.latest(&channel).await, Ok(3));
    assert_eq!(store.since(&channel, 0, now_ms).await, Ok(History { messages: appended.to_vec(), more: false }));
    assert_eq!(store.since(&channel, 2, now_ms).await, Ok(History { messages: appended[2..].to_vec(), more: false }));
    assert_eq!(store.since(&channel, 9, now_ms).await, Ok(History::default()));
}

async fn history_ends(store: &impl MessageStore, run: &Run<'_>) {
    let (channel, now_ms) = (run.channel("history"), run.now_s * 1000);
    for number in 0..HISTORY_LENGTH + 2 {
        let message = run.publication("history", &format!("m{number}"), "1");
        store.append(&message, now_ms).await.expect("appended");
    }
    let kept = store.since(&channel, 0, now_ms).await.expect("an answer").messages;
    assert_eq!((kept.len() as u64, kept[0].sequence), (HISTORY_LENGTH, 3), "after a hundred messages");
    let later = now_ms + HISTORY_S * 1000;
    assert_eq!(store.since(&channel, 0, later - 1).await.expect("an answer").messages.len() as u64, HISTORY_LENGTH);
    assert_eq!(store.since(&channel, 0, later).await, Ok(History::default()), "and after ten minutes");
}
