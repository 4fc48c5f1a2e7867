//! Connections, subscriptions and messages in memory, with the same promises as those in DynamoDB.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use channels::{
    Caps, Channel, Connection, ConnectionId, HISTORY_S, Holder, Message, Publication, Shard, Tally,
    ports::{
        ConnectionStore, History, MessageStore, Opening, Page, StoreError, Subscriber, SubscriberStore, Subscribing,
    },
    recent,
};

#[derive(Default)]
struct State {
    connections: BTreeMap<ConnectionId, Connection>,
    tallies: BTreeMap<Holder, Tally>,
    subscribers: BTreeMap<(Channel, Shard), BTreeMap<ConnectionId, String>>,
    messages: BTreeMap<Channel, BTreeMap<u64, Message>>,
    cut_off: bool,
}

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct MemoryChannels(RefCell<State>);

impl MemoryChannels {
    /// From now on it answers nothing but [`StoreError::Unavailable`].
    pub fn cut_off(&self) {
        self.0.borrow_mut().cut_off = true;
    }

    /// The ids of all open connections.
    pub fn open_connections(&self) -> BTreeSet<ConnectionId> {
        self.0.borrow().connections.keys().cloned().collect()
    }

    /// How many subscriptions there are in all.
    pub fn subscriptions(&self) -> usize {
        self.0.borrow().subscribers.values().map(BTreeMap::len).sum()
    }

    fn answer<T>(&self, with: impl FnOnce(&mut State) -> T) -> Result<T, StoreError> {
        let mut state = self.0.borrow_mut();
        if state.cut_off { Err(StoreError::Unavailable("cut off".to_owned())) } else { Ok(with(&mut state)) }
    }
}

impl ConnectionStore for &MemoryChannels {
    async fn open(&self, connection: &Connection, caps: Caps) -> Result<Opening, StoreError> {
        self.answer(|state| {
            if state.connections.contains_key(&connection.id) {
                return Opening::Open;
            }
            let now_s = connection.connected_at_s;
            let mut counted: Vec<Holder> = Vec::new();
            for holder in connection.holders() {
                let tally = state.tallies.entry(holder.clone()).or_default();
                tally.expired(now_s).into_iter().for_each(|(bucket, _)| tally.sweep(bucket));
                if !tally.admit(now_s, holder.cap(&caps)) {
                    counted.iter().for_each(|other| release(&mut state.tallies, other, now_s));
                    return Opening::Full(holder);
                }
                counted.push(holder);
            }
            state.connections.insert(connection.id.clone(), connection.clone());
            Opening::Open
        })
    }

    async fn find(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.answer(|state| state.connections.get(id).cloned())
    }

    async fn close(&self, id: &ConnectionId) -> Result<bool, StoreError> {
        self.answer(|state| {
            let Some(connection) = state.connections.remove(id) else { return false };
            for holder in connection.holders() {
                release(&mut state.tallies, &holder, connection.connected_at_s);
            }
            for place in connection.subscriptions {
                state.subscribers.entry(place).or_default().remove(id);
            }
            true
        })
    }

    async fn subscribe(
        &self,
        connection: &Connection,
        channel: &Channel,
        shard: Shard,
        cap: u32,
    ) -> Result<Subscribing, StoreError> {
        self.answer(|state| {
            let Some(stored) = state.connections.get_mut(&connection.id) else { return Subscribing::Unknown };
            let known = stored.subscriptions.contains_key(channel);
            if !known && stored.subscriptions.len() >= cap as usize {
                return Subscribing::Full;
            }
            stored.subscriptions.insert(channel.clone(), shard);
            let member = stored.principal.member().to_owned();
            state.subscribers.entry((channel.clone(), shard)).or_default().insert(connection.id.clone(), member);
            Subscribing::Subscribed
        })
    }

    async fn unsubscribe(&self, id: &ConnectionId, channel: &Channel) -> Result<bool, StoreError> {
        self.answer(|state| {
            let stored = state.connections.get_mut(id);
            let Some(shard) = stored.and_then(|stored| stored.subscriptions.remove(channel)) else { return false };
            state.subscribers.entry((channel.clone(), shard)).or_default().remove(id);
            true
        })
    }
}

fn release(tallies: &mut BTreeMap<Holder, Tally>, holder: &Holder, at_s: u64) {
    if let Some(tally) = tallies.get_mut(holder) {
        tally.release(at_s);
    }
}

impl SubscriberStore for &MemoryChannels {
    async fn page(
        &self,
        channel: &Channel,
        shard: Shard,
        after: Option<&ConnectionId>,
        limit: u16,
    ) -> Result<Page, StoreError> {
        self.answer(|state| {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let Some(shard) = state.subscribers.get(&(channel.clone(), shard)) else { return Page::default() };
            let mut rest = shard.range::<ConnectionId, _>((from, Bound::Unbounded));
            let some = rest.by_ref().take(usize::from(limit));
            let subscribers: Vec<Subscriber> =
                some.map(|(id, member)| Subscriber { connection: id.clone(), member: member.clone() }).collect();
            let next = rest.next().and(subscribers.last()).map(|last| last.connection.clone());
            Page { subscribers, next }
        })
    }

    async fn remove(&self, channel: &Channel, shard: Shard, id: &ConnectionId) -> Result<(), StoreError> {
        self.answer(|state| {
            if let Some(subscribers) = state.subscribers.get_mut(&(channel.clone(), shard)) {
                subscribers.remove(id);
            }
        })
    }
}

impl MessageStore for &MemoryChannels {
    async fn append(&self, publication: &Publication, now_ms: u64) -> Result<Message, StoreError> {
        self.answer(|state| {
            let messages = state.messages.entry(publication.channel.clone()).or_default();
            let sequence = messages.last_key_value().map_or(0, |(latest, _)| *latest) + 1;
            let Publication { channel, id, data } = publication.clone();
            let message = Message { channel, id, sequence, at_ms: now_ms, data };
            messages.insert(sequence, message.clone());
            message
        })
    }

    async fn latest(&self, channel: &Channel) -> Result<u64, StoreError> {
        self.answer(|state| {
            state.messages.get(channel).and_then(|messages| messages.last_key_value()).map_or(0, |(latest, _)| *latest)
        })
    }

    async fn since(&self, channel: &Channel, after: u64, now_ms: u64) -> Result<History, StoreError> {
        let latest = self.latest(channel).await?;
        self.answer(|state| {
            let Some(messages) = state.messages.get(channel) else { return History::default() };
            let fresh = messages.range((after + 1).max(recent(latest))..).map(|(_, message)| message);
            let messages = fresh.filter(|message| message.at_ms + HISTORY_S * 1000 > now_ms).cloned().collect();
            History { messages, more: false }
        })
    }
}
