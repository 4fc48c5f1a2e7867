//! A broadcast function among ports in memory.
#![allow(dead_code, reason = "each test file takes what it needs")]

use broadcast::{Broadcaster, Limits, Posting};
use channels::{
    Backoff, Caps, Channel, Connection, ConnectionId, Principal, Rules,
    ports::{ConnectionStore as _, Subscribing},
    shard_of,
};
use testkit::channels::{FakeNetwork, MemoryChannels, MemoryQueue};

pub(crate) struct Stage {
    pub(crate) store: MemoryChannels,
    pub(crate) queue: MemoryQueue,
    pub(crate) network: FakeNetwork,
    rules: Rules,
    limits: Limits,
}

pub(crate) fn limits(posts_at_once: usize, posts_per_second: u32) -> Limits {
    Limits { posts_per_second, posts_at_once, page: 7, backoff: Backoff::POST }
}

impl Stage {
    /// A stage whose channels have that many shards.
    pub(crate) async fn new(shards: u16, limits: Limits) -> Self {
        let rules = format!(r#"[{{"channel": "**", "allow": ["subscribe"], "shards": {shards}}}]"#);
        let (store, queue, network) = Default::default();
        Stage { store, queue, network, rules: Rules::decode(&rules).unwrap(), limits }
    }

    /// A process: it shares nothing with another but the ports.
    pub(crate) fn broadcaster(&self) -> Broadcaster<&MemoryChannels, &MemoryQueue, &FakeNetwork> {
        Broadcaster {
            store: &self.store,
            queue: &self.queue,
            rules: self.rules.clone(),
            posting: Posting::new(&self.network, self.limits),
            clock_ms: || 1_769_860_800_000,
        }
    }

    /// Opens that many connections and subscribes them.
    pub(crate) async fn subscribe(&self, count: usize, channel: &str) -> Vec<ConnectionId> {
        let channel = Channel::parse(channel).unwrap();
        let mut ids = Vec::new();
        for number in 0..count {
            let attributes = [("tenant".to_owned(), "acme".to_owned())];
            let connection = Connection {
                id: ConnectionId::parse(&format!("{number:06}Socket=")).unwrap(),
                principal: Principal::from_context(attributes.into()).unwrap(),
                api_id: String::new(),
                stage: String::new(),
                connected_at_s: 1_769_860_000,
                subscriptions: [].into(),
            };
            (&self.store).open(&connection, Caps { per_tenant: u32::MAX, per_key: u32::MAX }).await.unwrap();
            let shard = shard_of(&connection.id, self.rules.shards(&channel));
            let subscribed = (&self.store).subscribe(&connection, &channel, shard, 9).await;
            assert_eq!(subscribed, Ok(Subscribing::Subscribed));
            ids.push(connection.id);
        }
        ids
    }
}
