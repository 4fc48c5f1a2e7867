//! Posts a channel's messages to its subscribers: the jobs of the broadcast queue.
//!
//! A publication gets its sequence and is kept; then each shard of the channel is one job. A job reads subscribers page by page
//! and posts to a bounded number at once, so that its memory does not grow with the channel. Who answers 410 is removed, 429
//! makes all posts wait, what fails is tried again: at once a few times, and then by a job that names those alone. A job that
//! runs out of time queues the rest of itself.
//!
//! A job may be done twice, whole or in part: a copy of a message has the same id. None is lost: a job leaves the queue only
//! once everybody it names has the message, is gone, or stands in another job that the queue has taken.

mod batch;
mod config;
mod posting;

use channels::{
    Channel, ConnectionId, Job, JobProblem, Message, MessageId, Publication, Rules, Shard,
    ports::{ConnectionStore, JobQueue, MessageStore, Posts, StoreError, SubscriberStore},
};
use futures_util::{StreamExt as _, future::join_all, stream};
use tokio::time::{Duration, Instant};
use tracing::Instrument as _;

pub use batch::{BatchAnswer, ItemFailure, SqsEvent, SqsRecord};
pub use config::{Config, Limits};
pub use posting::Posting;

/// What is left of an invocation when no further post begins: the last posts with their waits, and queueing the rest.
const RESERVE: Duration = Duration::from_secs(8);

/// After so many jobs that tried in vain the queue's own redelivery goes on, and then its dead-letter queue.
const LAST_ATTEMPT: u32 = 4;

/// What broadcasts need.
pub struct Broadcaster<S, Q, P> {
    /// Connections, subscriptions and messages.
    pub store: S,
    /// Where jobs go.
    pub queue: Q,
    /// Says over how many shards a channel is spread.
    pub rules: Rules,
    /// The way to open sockets.
    pub posting: Posting<P>,
    /// The time in milliseconds since 1970.
    pub clock_ms: fn() -> u64,
}

/// Why a job stays in the queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It is none. It will end in the dead-letter queue, where somebody looks.
    #[error(transparent)]
    Problem(#[from] JobProblem),
    /// Something behind did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some connections could not be posted to for too long.
    #[error("{0} connections could not be posted to")]
    Undelivered(usize),
}

impl<S: ConnectionStore + SubscriberStore + MessageStore, Q: JobQueue, P: Posts> Broadcaster<S, Q, P> {
    /// Does a batch of jobs, all at once, until shortly before `deadline`; names those that must come again.
    pub async fn handle(&self, event: SqsEvent, deadline: Instant) -> BatchAnswer {
        let outcomes = join_all(event.records.iter().map(|record| self.record(record, deadline))).await;
        let failed = event.records.into_iter().zip(outcomes).filter(|(_, done)| !done);
        BatchAnswer { batch_item_failures: failed.map(|(record, _)| ItemFailure::of(record)).collect() }
    }

    async fn record(&self, record: &SqsRecord, deadline: Instant) -> bool {
        let span = tracing::info_span!("broadcast", jobId = record.message_id);
        async {
            match self.job(record, deadline).await {
                Ok(()) => true,
                Err(failure) => {
                    tracing::error!(error = %failure, received = record.receive_count(), "not done");
                    false
                }
            }
        }
        .instrument(span)
        .await
    }

    async fn job(&self, record: &SqsRecord, deadline: Instant) -> Result<(), Failure> {
        match Job::parse(&record.body, &record.message_id)? {
            Job::Publish(publication) => {
                let message = self.sequenced(&publication, record.receive_count() > 1).await?;
                self.spread(message, deadline).await
            }
            Job::Shard { message, shard, after } => self.shard(message, shard, after, deadline).await,
            Job::Retry { message, shard, connections, attempt } => {
                self.retry(message, shard, connections, attempt, deadline).await
            }
        }
    }

    /// The publication as a message. One that was received before may have its sequence already.
    async fn sequenced(&self, publication: &Publication, again: bool) -> Result<Message, StoreError> {
        let now_ms = (self.clock_ms)();
        if again && let Some(message) = self.known(&publication.channel, &publication.id, now_ms).await? {
            return Ok(message);
        }
        self.store.append(publication, now_ms).await
    }

    async fn known(&self, channel: &Channel, id: &MessageId, now_ms: u64) -> Result<Option<Message>, StoreError> {
        let mut after = 0;
        loop {
            let history = self.store.since(channel, after, now_ms).await?;
            let last = history.messages.last().map(|message| message.sequence);
            let found = history.messages.into_iter().find(|message| message.id == *id);
            match last {
                Some(last) if found.is_none() && history.more => after = last,
                _ => return Ok(found),
            }
        }
    }

    /// A channel of one shard is served at once, one of several by a job each.
    async fn spread(&self, message: Message, deadline: Instant) -> Result<(), Failure> {
        let shards = self.rules.shards(&message.channel);
        if shards == 1 {
            return self.shard(message, 0, None, deadline).await;
        }
        let jobs: Vec<Job> =
            (0..shards).map(|shard| Job::Shard { message: message.clone(), shard, after: None }).collect();
        Ok(self.queue.send(&jobs, 0).await?)
    }

    async fn shard(
        &self,
        message: Message,
        shard: Shard,
        after: Option<ConnectionId>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let round = self.round(message, shard, 0, deadline);
        let mut reader = Reader { broadcaster: self, round: &round, more: true, last: after };
        let mut failed = Vec::new();
        {
            let ids = stream::unfold(&mut reader, async |reader| {
                let read = reader.read().await?;
                Some((read, reader))
            });
            let ids = ids.flat_map(|read| match read {
                Ok(ids) => stream::iter(ids.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            });
            let posts = ids.map(async |id| match id {
                Ok(id) => Ok(self.posting.deliver(&self.store, &round, id).await),
                Err(error) => Err(error),
            });
            let mut outcomes = std::pin::pin!(posts.buffer_unordered(self.posting.at_once()));
            while let Some(outcome) = outcomes.next().await {
                failed.extend(outcome?);
                self.give_back(&round, &mut failed, channels::MAX_RETRIED).await?;
            }
        }
        self.give_back(&round, &mut failed, 1).await?;
        if let (true, Some(last)) = (reader.more, reader.last) {
            tracing::info!("the rest is another job's");
            let rest = Job::Shard { message: round.message.clone(), shard, after: Some(last) };
            self.queue.send(&[rest], 0).await?;
        }
        round.log();
        Ok(())
    }

    async fn retry(
        &self,
        message: Message,
        shard: Shard,
        connections: Vec<ConnectionId>,
        attempt: u32,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let round = self.round(message, shard, attempt, deadline);
        let posts = stream::iter(connections).map(|id| self.posting.deliver(&self.store, &round, id));
        let mut failed: Vec<ConnectionId> =
            posts.buffer_unordered(self.posting.at_once()).filter_map(async |failed| failed).collect().await;
        round.log();
        if attempt >= LAST_ATTEMPT && !failed.is_empty() {
            return Err(Failure::Undelivered(failed.len()));
        }
        Ok(self.give_back(&round, &mut failed, 1).await?)
    }

    fn round(&self, message: Message, shard: Shard, attempt: u32, deadline: Instant) -> posting::Round<P::Payload> {
        let stop = deadline.checked_sub(RESERVE).unwrap_or(deadline);
        posting::Round::new(self.posting.payload(message.frame()), message, shard, attempt, stop)
    }

    /// Queues a job for those that failed, once there are `enough` of them.
    async fn give_back(
        &self,
        round: &posting::Round<P::Payload>,
        failed: &mut Vec<ConnectionId>,
        enough: usize,
    ) -> Result<(), StoreError> {
        if failed.len() < enough {
            return Ok(());
        }
        let (message, attempt) = (round.message.clone(), round.attempt + 1);
        let connections = std::mem::take(failed);
        let job = Job::Retry { message, shard: round.shard, connections, attempt };
        // 1, 2, 4, 8 seconds and up to as many more.
        let wait_s = 1u32 << round.attempt.min(8);
        self.queue.send(&[job], wait_s + fastrand::u32(0..=wait_s)).await
    }
}

/// Reads a shard page by page.
struct Reader<'r, S, Q, P: Posts> {
    broadcaster: &'r Broadcaster<S, Q, P>,
    round: &'r posting::Round<P::Payload>,
    /// There may be subscribers after the last.
    more: bool,
    /// The last that was read: where the rest begins when time runs out.
    last: Option<ConnectionId>,
}

impl<S: SubscriberStore, Q, P: Posts> Reader<'_, S, Q, P> {
    /// The next page's connections; nothing when all have been read or time is up. The first page is always read, so that
    /// every job makes some way.
    async fn read(&mut self) -> Option<Result<Vec<ConnectionId>, StoreError>> {
        if !self.more || (self.round.has_begun() && self.round.is_over()) {
            return None;
        }
        let (channel, limit) = (&self.round.message.channel, self.broadcaster.posting.page());
        let page = self.broadcaster.store.page(channel, self.round.shard, self.last.as_ref(), limit).await;
        self.more = page.as_ref().is_ok_and(|page| page.next.is_some());
        let page = match page {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        self.last = page.next.or_else(|| page.subscribers.last().map(|last| last.connection.clone()));
        Some(Ok(page.subscribers.into_iter().map(|subscriber| subscriber.connection).collect()))
    }
}
