//! The two that are compared: the broadcast function's code, and a loop that does nothing but post.

use std::time::{Duration, Instant};

use aws::{AwsSettings, Connection, ConnectionsApi, PostClient};
use broadcast::{Broadcaster, Limits, Posting, SqsEvent};
use bytes::Bytes;
use channels::{
    Backoff, Caps, Channel, ConnectionId, Job, Json, Message, MessageId, Publication, Rules, Shard,
    ports::{
        ConnectionStore, History, JobQueue, MessageStore, Opening, Page, StoreError, Subscriber, SubscriberStore,
        Subscribing,
    },
};
use futures_util::{StreamExt as _, stream};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use settings::Settings;

/// Why nothing could be measured.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Credentials of a length that nobody is given: a longer token is more to send for both.
const TOKEN: &str = "bench";
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=bench/20260131/us-east-1/execute-api/aws4_request, \
    SignedHeaders=host;x-amz-date;x-amz-security-token, \
    Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A channel of any size that takes no memory.
pub(crate) struct Crowd(pub(crate) u64);

/// What every subscriber gets: some 200 bytes.
pub(crate) fn message() -> Result<Message, Failure> {
    let data = format!(r#"{{"status":"shipped","note":"{}"}}"#, "x".repeat(60));
    Ok(Message {
        channel: Channel::parse("orders/acme/42")?,
        id: MessageId::parse("059f36b4-87a3-44ab-83d2-661975830a7d").ok_or("no id")?,
        sequence: 1,
        at_ms: 1_769_860_800_000,
        data: Json::parse(&data).ok_or("no JSON")?,
    })
}

/// The function's code: pages, signatures, pacing, one job for the whole channel.
pub(crate) async fn broadcast(url: &str, subscribers: u64, at_once: usize) -> Result<Duration, Failure> {
    let mut settings = Settings::new(|name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some(TOKEN.to_owned()),
        _ => None,
    });
    let aws = AwsSettings::load(&mut settings);
    let connection = Connection::new(&settings.finish(aws)?)?;
    let limits = Limits { posts_per_second: 1_000_000, posts_at_once: at_once, page: 1_000, backoff: Backoff::POST };
    let broadcaster = Broadcaster {
        store: Crowd(subscribers),
        queue: NoQueue,
        rules: Rules::default(),
        posting: Posting::new(ConnectionsApi::new(&connection, url)?, limits),
        clock_ms: || 1_769_860_800_000,
    };
    let body = Job::Shard { message: message()?, shard: 0, after: None }.body();
    let event = SqsEvent::of(&[("sqs-1".to_owned(), body, 0)]);
    let began = Instant::now();
    let answer = broadcaster.handle(event, tokio::time::Instant::now() + Duration::from_secs(3_600)).await;
    if answer.batch_item_failures.is_empty() { Ok(began.elapsed()) } else { Err("the job failed".into()) }
}

/// The same client in a loop: as many posts of the same frame, as many at once, with headers of the same size. They are not
/// signed one by one, nor paced, nor tried again.
pub(crate) async fn bare(url: &str, subscribers: u64, at_once: usize) -> Result<Duration, Failure> {
    let client = aws::post_client();
    let frame = Bytes::from(message()?.frame());
    let began = Instant::now();
    let posts = stream::iter(0..subscribers).map(|number| post(&client, url, number, frame.clone()));
    let mut outcomes = std::pin::pin!(posts.buffer_unordered(at_once));
    while let Some(outcome) = outcomes.next().await {
        outcome?;
    }
    Ok(began.elapsed())
}

async fn post(client: &PostClient, url: &str, number: u64, frame: Bytes) -> Result<(), Failure> {
    let url = format!("{url}/@connections/{}", name(number));
    let request = Request::post(url)
        .header("x-amz-date", "20260131T120000Z")
        .header("x-amz-security-token", TOKEN)
        .header("authorization", AUTHORIZATION);
    let response = client.request(request.body(Full::new(frame))?).await?;
    response.into_body().collect().await?;
    Ok(())
}

fn name(number: u64) -> String {
    format!("L{number:013}FvA")
}

impl SubscriberStore for Crowd {
    async fn page(&self, _: &Channel, _: Shard, after: Option<&ConnectionId>, limit: u16) -> Result<Page, StoreError> {
        let digits = after.and_then(|after| after.as_str().get(1..14)?.parse::<u64>().ok());
        let from = digits.map_or(0, |last| last + 1);
        let to = self.0.min(from + u64::from(limit));
        let ids = (from..to).filter_map(|number| ConnectionId::parse(&name(number)));
        let subscribers: Vec<_> = ids.map(|connection| Subscriber { connection, member: String::new() }).collect();
        let next = subscribers.last().filter(|_| to < self.0).map(|last| last.connection.clone());
        Ok(Page { subscribers, next })
    }

    async fn remove(&self, _: &Channel, _: Shard, _: &ConnectionId) -> Result<(), StoreError> {
        Err(unasked())
    }
}

/// Nothing else is asked for in a broadcast that nothing goes wrong in.
fn unasked() -> StoreError {
    StoreError::Unavailable("the benchmark was asked for something else".to_owned())
}

impl ConnectionStore for Crowd {
    async fn open(&self, _: &channels::Connection, _: Caps) -> Result<Opening, StoreError> {
        Err(unasked())
    }

    async fn find(&self, _: &ConnectionId) -> Result<Option<channels::Connection>, StoreError> {
        Err(unasked())
    }

    async fn close(&self, _: &ConnectionId) -> Result<bool, StoreError> {
        Err(unasked())
    }

    async fn subscribe(
        &self,
        _: &channels::Connection,
        _: &Channel,
        _: Shard,
        _: u32,
    ) -> Result<Subscribing, StoreError> {
        Err(unasked())
    }

    async fn unsubscribe(&self, _: &ConnectionId, _: &Channel) -> Result<bool, StoreError> {
        Err(unasked())
    }
}

impl MessageStore for Crowd {
    async fn append(&self, _: &Publication, _: u64) -> Result<Message, StoreError> {
        Err(unasked())
    }

    async fn latest(&self, _: &Channel) -> Result<u64, StoreError> {
        Err(unasked())
    }

    async fn since(&self, _: &Channel, _: u64, _: u64) -> Result<History, StoreError> {
        Err(unasked())
    }
}

struct NoQueue;

impl JobQueue for NoQueue {
    async fn send(&self, _: &[Job], _: u32) -> Result<(), StoreError> {
        Err(unasked())
    }
}
