//! What must wait: stores, the queue, and the way to open sockets.

use std::future::Future;

use crate::{Caps, Channel, Connection, ConnectionId, Holder, Job, Message, Publication, Shard};

/// Why a store or the queue gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached or refused the call: a retry may help.
    #[error("the store of channels did not answer: {0}")]
    Unavailable(String),
    /// It holds something that is not what belongs there: a retry does not help.
    #[error("the store of channels holds a malformed {0}")]
    Corrupt(String),
}

/// How opening a connection went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is stored and counted.
    Open,
    /// Its holder has as many as it may; nothing of it is stored or counted.
    Full(Holder),
}

/// How subscribing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribing {
    /// It is subscribed now, or was before.
    Subscribed,
    /// It has as many subscriptions as it may.
    Full,
    /// There is no such connection.
    Unknown,
}

/// Open connections and what they are subscribed to.
pub trait ConnectionStore {
    /// Stores a connection and counts it for its holders, unless one of them has its cap. In a race for the last place one
    /// wins. A repeat with the same id counts nothing twice. A crash halfway may leave it counted, until its bucket of
    /// [`crate::Tally`] is over.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open(&self, connection: &Connection, caps: Caps) -> impl Future<Output = Result<Opening, StoreError>>;

    /// The connection, as the last write left it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&self, id: &ConnectionId) -> impl Future<Output = Result<Option<Connection>, StoreError>>;

    /// Removes a connection, its subscriptions and its count; says whether there was one. Of several that do so at once one
    /// takes off the count. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError`]: something of it may be left, for its TTL to remove.
    fn close(&self, id: &ConnectionId) -> impl Future<Output = Result<bool, StoreError>>;

    /// Subscribes a connection: from when this returns, a broadcast that begins finds it. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError`]: it may be subscribed or not.
    fn subscribe(
        &self,
        connection: &Connection,
        channel: &Channel,
        shard: Shard,
        cap: u32,
    ) -> impl Future<Output = Result<Subscribing, StoreError>>;

    /// Ends a subscription; says whether there was one. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError`]: it may be subscribed or not.
    fn unsubscribe(&self, id: &ConnectionId, channel: &Channel) -> impl Future<Output = Result<bool, StoreError>>;
}

/// One subscriber of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Its connection.
    pub connection: ConnectionId,
    /// Under which name others see it.
    pub member: String,
}

/// Some of a shard's subscribers, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// They.
    pub subscribers: Vec<Subscriber>,
    /// After whom the next page begins; nothing when this is the last.
    pub next: Option<ConnectionId>,
}

/// Who is subscribed to a channel.
pub trait SubscriberStore {
    /// At most `limit` of a shard's subscribers after `after`. It sees every subscription that was made before it began.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &self,
        channel: &Channel,
        shard: Shard,
        after: Option<&ConnectionId>,
        limit: u16,
    ) -> impl Future<Output = Result<Page, StoreError>>;

    /// Removes one entry, whether or not its connection is known. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(
        &self,
        channel: &Channel,
        shard: Shard,
        id: &ConnectionId,
    ) -> impl Future<Output = Result<(), StoreError>>;
}

/// Some of a channel's recent messages, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// They.
    pub messages: Vec<Message>,
    /// There are more after the last of them.
    pub more: bool,
}

/// The recent messages of channels.
pub trait MessageStore {
    /// Gives a publication the channel's next sequence and keeps it as a message. Of several at once each gets its own. A
    /// repeat gives another sequence: look into [`MessageStore::since`] first where one is possible.
    ///
    /// # Errors
    /// [`StoreError`]: a sequence may be missing from then on.
    fn append(&self, publication: &Publication, now_ms: u64) -> impl Future<Output = Result<Message, StoreError>>;

    /// The sequence of the channel's latest message, 0 when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn latest(&self, channel: &Channel) -> impl Future<Output = Result<u64, StoreError>>;

    /// The messages after `after` that are still history at `now_ms`, as many as one read gives. One that got its sequence a
    /// moment ago may be missing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn since(&self, channel: &Channel, after: u64, now_ms: u64) -> impl Future<Output = Result<History, StoreError>>;
}

/// The queue of jobs.
pub trait JobQueue {
    /// Queues jobs, to be done after `delay_s` seconds. A repeat queues them once more, which costs posts and does no harm.
    ///
    /// # Errors
    /// [`StoreError`]: some of them may be queued.
    fn send(&self, jobs: &[Job], delay_s: u32) -> impl Future<Output = Result<(), StoreError>>;
}

/// How a post to an open socket went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// API Gateway took it.
    Delivered,
    /// The socket is closed: 410.
    Gone,
    /// The account's requests are used up for the moment: 429.
    Throttled,
    /// It may work another time: 5xx, a broken connection, no answer in time.
    Failed(String),
    /// It will not work another time: any other 4xx.
    Refused(String),
}

/// The way to open sockets: API Gateway's `@connections`.
/// (API Gateway developer guide, `apigateway-how-to-call-websocket-api-connections`.)
pub trait Posts {
    /// Posts once. One that failed may have arrived.
    fn post(&self, id: &ConnectionId, payload: &Self::Payload) -> impl Future<Output = Posted>;

    /// What is posted, made ready once for all who get it.
    type Payload;

    /// Makes a frame ready.
    fn payload(&self, frame: String) -> Self::Payload;
}
