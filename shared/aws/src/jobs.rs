//! The queue of broadcast jobs in SQS.

use aws_sdk_sqs::Client;
use channels::{
    Job, Publication,
    ports::{JobQueue, StoreError},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::{Connection, chain};

/// Jobs that are sent at once. Not as a batch: ten bodies of 128 KB do not fit into one.
const AT_ONCE: usize = 10;

/// Jobs in a queue.
#[derive(Clone)]
pub struct JobsQueue {
    client: Client,
    url: String,
}

impl JobsQueue {
    /// The queue at `url`.
    pub fn new(connection: &Connection, url: String) -> Self {
        JobsQueue { client: Client::new(connection.shared()), url }
    }

    /// Queues one publication, as [`JobQueue::send`] does; but this future may go from thread to thread.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may be queued.
    pub async fn publish(&self, publication: Publication) -> Result<(), StoreError> {
        self.send_one(Job::Publish(publication).body(), 0).await
    }

    async fn send_one(&self, body: String, delay_s: i32) -> Result<(), StoreError> {
        let send = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(delay_s);
        Box::pin(send.send()).await.map_err(|error| StoreError::Unavailable(chain(&error)))?;
        Ok(())
    }
}

impl JobQueue for JobsQueue {
    async fn send(&self, jobs: &[Job], delay_s: u32) -> Result<(), StoreError> {
        // SQS delays by 15 minutes at most.
        let delay_s = i32::try_from(delay_s.min(900)).unwrap_or(900);
        let sends = stream::iter(jobs).map(|job| self.send_one(job.body(), delay_s));
        sends.buffer_unordered(AT_ONCE).try_collect().await
    }
}
