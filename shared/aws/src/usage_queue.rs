//! The usage queue in SQS.

use aws_sdk_sqs::{Client, error::SdkError};
use usage::{Queue, QueueError};

use crate::chain;

/// The queue that the metering function is fed from.
#[derive(Clone)]
pub struct UsageQueue {
    client: Client,
    url: String,
}

impl UsageQueue {
    /// The queue with that URL.
    pub fn new(client: Client, url: String) -> Self {
        UsageQueue { client, url }
    }
}

impl Queue for UsageQueue {
    async fn send(&self, message: &str) -> Result<(), QueueError> {
        let send = self.client.send_message().queue_url(&self.url).message_body(message);
        Box::pin(send.send()).await.map(|_| ()).map_err(unavailable)
    }
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> QueueError {
    QueueError(chain(&error))
}
