//! Answers what clients send: `subscribe`, `unsubscribe`, `publish`, `presence`, `ping`.
//!
//! The answer is the function's body, which goes to the client as the route's response: it costs no call of its own. An error
//! is an answer too; the socket stays open.

mod config;

pub use config::Config;

use std::collections::BTreeMap;

use channels::{
    Answer, Asked, Channel, Connection, ConnectionId, Job, Json, MessageId, Presence, Publication, Refusal, Request,
    Right, Rules,
    ports::{ConnectionStore, History, JobQueue, MessageStore, StoreError, SubscriberStore, Subscribing},
    read, shard_of,
};
use runtime::websocket::{WebSocketAnswer, WebSocketEvent};
use tracing::Instrument as _;

/// How many subscribers `presence` looks at in each shard.
const PRESENCE: u16 = 200;

/// What answers need.
pub struct Messages<S, Q> {
    /// Connections, subscriptions and messages.
    pub store: S,
    /// Where publications go.
    pub queue: Q,
    /// Who may do what.
    pub rules: Rules,
    /// How many subscriptions a connection may have.
    pub subscription_cap: u32,
    /// The time in milliseconds since 1970.
    pub clock_ms: fn() -> u64,
    /// 128 random bits, if the system has any.
    pub random: fn() -> Option<u128>,
}

impl<S: ConnectionStore + SubscriberStore + MessageStore, Q: JobQueue> Messages<S, Q> {
    /// Answers one message.
    pub async fn answer(&self, event: WebSocketEvent) -> WebSocketAnswer {
        let context = &event.request_context;
        let span = tracing::info_span!("message", requestId = context.request_id, connectionId = context.connection_id);
        async {
            let asked = match event.text() {
                Some(text) => read(text),
                None => {
                    let binary = Refusal::NotAnObject("a binary frame".to_owned());
                    Asked { action: None, id: None, request: Err(binary) }
                }
            };
            let outcome = self.outcome(&context.connection_id, asked.request.clone()).await;
            let refusal = outcome.as_ref().err().map(Refusal::code);
            tracing::info!(action = asked.action, refusal, "answered");
            WebSocketAnswer::frame(Answer::frame(&asked, &outcome))
        }
        .instrument(span)
        .await
    }

    async fn outcome(&self, id: &str, request: Result<Request, Refusal>) -> Result<Answer, Refusal> {
        let request = request?;
        if request == Request::Ping {
            return Ok(Answer::Pong);
        }
        let id = ConnectionId::parse(id).ok_or(Refusal::UnknownConnection)?;
        let stored = self.store.find(&id).await.map_err(unavailable)?;
        let connection = stored.ok_or(Refusal::UnknownConnection)?;
        match request {
            Request::Subscribe { channel, after } => self.subscribe(&connection, channel, after).await,
            Request::Unsubscribe { channel } => {
                self.store.unsubscribe(&id, &channel).await.map_err(unavailable)?;
                Ok(Answer::Unsubscribed { channel })
            }
            Request::Publish { channel, message_id, data } => {
                self.publish(&connection, channel, message_id, data).await
            }
            Request::Presence { channel } => self.presence(&connection, channel).await,
            Request::Ping => Ok(Answer::Pong),
        }
    }

    fn allow(&self, who: &Connection, right: Right, word: &'static str, channel: &Channel) -> Result<(), Refusal> {
        let allowed = self.rules.allow(&who.principal, right, channel);
        if allowed { Ok(()) } else { Err(Refusal::Forbidden(word)) }
    }

    /// Subscribes first and reads the latest sequence then: whatever gets a later one is broadcast to this subscriber.
    async fn subscribe(&self, who: &Connection, channel: Channel, after: Option<u64>) -> Result<Answer, Refusal> {
        self.allow(who, Right::Subscribe, "subscribe", &channel)?;
        let shard = shard_of(&who.id, self.rules.shards(&channel));
        let subscribing = self.store.subscribe(who, &channel, shard, self.subscription_cap).await;
        match subscribing.map_err(unavailable)? {
            Subscribing::Subscribed => {}
            Subscribing::Full => return Err(Refusal::TooManySubscriptions(self.subscription_cap)),
            Subscribing::Unknown => return Err(Refusal::UnknownConnection),
        }
        let latest = self.store.latest(&channel).await.map_err(unavailable)?;
        let history = match after {
            // A client that is ahead knows the channel from before it began anew.
            Some(after) if after != latest => {
                let after = if after > latest { 0 } else { after };
                self.store.since(&channel, after, (self.clock_ms)()).await.map_err(unavailable)?
            }
            _ => History::default(),
        };
        Ok(Answer::Subscribed { channel, latest, history })
    }

    /// Taken once the queue has it: from then on it is delivered, whatever happens here.
    async fn publish(
        &self,
        who: &Connection,
        channel: Channel,
        message_id: Option<MessageId>,
        data: Json,
    ) -> Result<Answer, Refusal> {
        self.allow(who, Right::Publish, "publish", &channel)?;
        let id = message_id.or_else(|| MessageId::parse(&format!("{:032x}", (self.random)()?)));
        let id = id.ok_or(Refusal::Unavailable)?;
        let job = Job::Publish(Publication { channel: channel.clone(), id: id.clone(), data });
        self.queue.send(&[job], 0).await.map_err(unavailable)?;
        Ok(Answer::Published { channel, message_id: id })
    }

    async fn presence(&self, who: &Connection, channel: Channel) -> Result<Answer, Refusal> {
        self.allow(who, Right::Presence, "ask who is there", &channel)?;
        let mut presence = Presence { members: BTreeMap::new(), more: false };
        for shard in 0..self.rules.shards(&channel) {
            let page = self.store.page(&channel, shard, None, PRESENCE).await.map_err(unavailable)?;
            for subscriber in page.subscribers {
                *presence.members.entry(subscriber.member).or_default() += 1;
            }
            presence.more |= page.next.is_some();
            if presence.more {
                break;
            }
        }
        Ok(Answer::Present { channel, presence })
    }
}

/// Logged here, where it becomes an answer that tells nothing of it.
#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
fn unavailable(error: StoreError) -> Refusal {
    tracing::error!(%error, "not done");
    Refusal::Unavailable
}
