//! The queue of broadcast jobs in SQS.

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use channels::{
    Job,
    ports::{JobQueue, StoreError},
};

use crate::{Connection, chain};

/// What one batch may hold. (SQS developer guide, `quotas-messages`; 256 KiB hold in every region and for old queues.)
const BATCH_ENTRIES: usize = 10;
const BATCH_BYTES: usize = 256 * 1024;

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

    async fn send_batch(&self, bodies: &[String], delay_s: i32) -> Result<(), StoreError> {
        let entries = bodies.iter().enumerate().map(|(at, body)| {
            let entry = SendMessageBatchRequestEntry::builder().id(at.to_string()).message_body(body);
            entry.delay_seconds(delay_s).build().map_err(|error| StoreError::Unavailable(error.to_string()))
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let send = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let output = Box::pin(send.send()).await.map_err(|error| StoreError::Unavailable(chain(&error)))?;
        match output.failed.first() {
            None => Ok(()),
            Some(failed) => Err(StoreError::Unavailable(format!("SQS took a part of a batch only: {}", failed.code))),
        }
    }
}

impl JobQueue for JobsQueue {
    async fn send(&self, jobs: &[Job], delay_s: u32) -> Result<(), StoreError> {
        // SQS delays by 15 minutes at most.
        let delay_s = i32::try_from(delay_s.min(900)).unwrap_or(900);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for body in jobs.iter().map(Job::body) {
            if batch.len() == BATCH_ENTRIES || (!batch.is_empty() && bytes + body.len() > BATCH_BYTES) {
                self.send_batch(&std::mem::take(&mut batch), delay_s).await?;
                bytes = 0;
            }
            bytes += body.len();
            batch.push(body);
        }
        if batch.is_empty() { Ok(()) } else { self.send_batch(&batch, delay_s).await }
    }
}
