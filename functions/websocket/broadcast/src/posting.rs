//! One post to each connection, however often that takes.

use std::{
    cell::Cell,
    sync::{Mutex, PoisonError},
};

use channels::{
    ConnectionId, Message, Pace, Shard,
    ports::{ConnectionStore, Posted, Posts, SubscriberStore},
};
use tokio::{
    sync::Semaphore,
    time::{Duration, Instant, sleep},
};

use crate::Limits;

/// The way to open sockets, with what all jobs of this process share: how many posts may be under way, and how many may begin
/// in a second.
pub struct Posting<P> {
    posts: P,
    limits: Limits,
    pace: Mutex<Pace>,
    permits: Semaphore,
    since: Instant,
}

/// One message to one shard, or to some of it, in one invocation.
pub(crate) struct Round<F> {
    pub(crate) message: Message,
    pub(crate) shard: Shard,
    pub(crate) attempt: u32,
    payload: F,
    stop: Instant,
    delivered: Cell<u32>,
    gone: Cell<u32>,
    failed: Cell<u32>,
    posts: Cell<u32>,
}

impl<F> Round<F> {
    pub(crate) fn new(payload: F, message: Message, shard: Shard, attempt: u32, stop: Instant) -> Self {
        let (delivered, gone, failed, posts) = Default::default();
        Round { message, shard, attempt, payload, stop, delivered, gone, failed, posts }
    }

    /// Whether no further page is to be read.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.stop
    }

    /// Whether there was a post.
    pub(crate) fn has_begun(&self) -> bool {
        self.posts.get() > 0
    }

    /// One line for all its posts.
    pub(crate) fn log(&self) {
        let (delivered, gone, failed, posts) =
            (self.delivered.get(), self.gone.get(), self.failed.get(), self.posts.get());
        let (shard, attempt, id) = (self.shard, self.attempt, self.message.id.as_str());
        tracing::info!(messageId = id, shard, attempt, delivered, gone, failed, posts, "posted");
    }
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get().saturating_add(1));
}

impl<P: Posts> Posting<P> {
    /// Posts through `posts`.
    pub fn new(posts: P, limits: Limits) -> Self {
        Posting {
            posts,
            limits,
            pace: Mutex::new(Pace::new(limits.posts_per_second)),
            permits: Semaphore::new(limits.posts_at_once),
            since: Instant::now(),
        }
    }

    pub(crate) fn at_once(&self) -> usize {
        self.limits.posts_at_once
    }

    pub(crate) fn page(&self) -> u16 {
        self.limits.page
    }

    pub(crate) fn payload(&self, frame: String) -> P::Payload {
        self.posts.payload(frame)
    }

    /// Posts until it is delivered or the connection is gone and removed; gives the connection back when neither is so.
    pub(crate) async fn deliver(
        &self,
        store: &(impl ConnectionStore + SubscriberStore),
        round: &Round<P::Payload>,
        id: ConnectionId,
    ) -> Option<ConnectionId> {
        let mut tried = 0;
        if round.has_begun() && round.is_over() {
            count(&round.failed);
            return Some(id);
        }
        loop {
            match self.post(round, &id).await {
                Posted::Delivered => {
                    count(&round.delivered);
                    return None;
                }
                Posted::Gone => {
                    count(&round.gone);
                    bury(store, round, &id).await;
                    return None;
                }
                Posted::Throttled => self.pause(tried),
                Posted::Failed(why) => tracing::debug!(connectionId = id.as_str(), why, "failed"),
                Posted::Refused(why) => {
                    tracing::warn!(connectionId = id.as_str(), why, "refused");
                    tried = self.limits.backoff.tries;
                }
            }
            tried += 1;
            match self.limits.backoff.wait_ms(tried, fastrand::u64(..)) {
                Some(wait_ms) if !round.is_over() => sleep(Duration::from_millis(wait_ms)).await,
                _ => {
                    count(&round.failed);
                    return Some(id);
                }
            }
        }
    }

    async fn post(&self, round: &Round<P::Payload>, id: &ConnectionId) -> Posted {
        // Never closed; were it, posts would only not be bounded.
        let _permit = self.permits.acquire().await;
        let wait_us = self.with_pace(Pace::take);
        if wait_us > 0 {
            sleep(Duration::from_micros(wait_us)).await;
        }
        count(&round.posts);
        self.posts.post(id, &round.payload).await
    }

    /// All posts wait, not only the one that met the limit: each would only use up another request of the account.
    fn pause(&self, tried: u32) {
        let wait_ms = self.limits.backoff.wait_ms(tried + 1, fastrand::u64(..)).unwrap_or(self.limits.backoff.cap_ms);
        self.with_pace(|pace, now_us| pace.pause(now_us, wait_ms * 1000));
    }

    fn with_pace<T>(&self, with: impl FnOnce(&mut Pace, u64) -> T) -> T {
        let now_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        with(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner), now_us)
    }
}

/// Removes a connection that is gone. What is left when the store does not answer is removed by the next broadcast, or by its
/// TTL.
async fn bury<F>(store: &(impl ConnectionStore + SubscriberStore), round: &Round<F>, id: &ConnectionId) {
    let (closed, removed) = (store.close(id).await, store.remove(&round.message.channel, round.shard, id).await);
    if let Some(error) = closed.err().or(removed.err()) {
        tracing::warn!(connectionId = id.as_str(), %error, "gone, and not removed");
    }
}
