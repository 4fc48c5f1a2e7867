//! What one process does at once, in a second, and before its time is up.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what panics here fails a test"
)]

mod stage;

use broadcast::SqsEvent;
use stage::{Stage, limits};
use testkit::events;
use tokio::time::{Duration, Instant};

const BODY: &str = r#"{"channel": "rooms/a", "data": 1}"#;

async fn broadcast(stage: &Stage, seconds: u64) -> usize {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let event = SqsEvent::of(&[("sqs-1".to_owned(), BODY.to_owned(), 0)]);
    stage.broadcaster().handle(event, deadline).await.batch_item_failures.len()
}

#[tokio::test(start_paused = true)]
async fn no_more_posts_are_under_way_than_may_be() {
    let stage = Stage::new(1, limits(16, 1_000_000)).await;
    stage.subscribe(1_000, "rooms/a").await;
    assert_eq!(broadcast(&stage, 30).await, 0);
    assert_eq!((stage.network.posts(), stage.network.most_in_flight.get()), (1_000, 16));
}

#[tokio::test(start_paused = true)]
async fn no_more_posts_begin_in_a_second_than_may() {
    let stage = Stage::new(1, limits(16, 500)).await;
    stage.subscribe(2_000, "rooms/a").await;
    let began = Instant::now();
    assert_eq!(broadcast(&stage, 30).await, 0);
    let took = began.elapsed();
    assert!((Duration::from_millis(3_900)..Duration::from_millis(4_400)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_accounts_limit_makes_all_posts_wait_and_loses_none() {
    let stage = Stage::new(1, limits(16, 100_000)).await;
    let ids = stage.subscribe(500, "rooms/a").await;
    stage.network.throttled.set(20);
    assert_eq!(broadcast(&stage, 300).await, 0);
    // A post that met the limit six times comes again with a job of its own.
    while let Some((id, body, received)) = { stage.queue.waiting.borrow_mut().pop_front() } {
        let event = SqsEvent::of(&[(id, body, received)]);
        let answer = stage.broadcaster().handle(event, Instant::now() + Duration::from_secs(300)).await;
        assert!(answer.batch_item_failures.is_empty());
    }
    assert_eq!(stage.network.received.borrow().len(), ids.len());
    assert!(stage.network.posts() < 1_000, "{} posts of the account's for 500", stage.network.posts());
}

#[tokio::test(start_paused = true)]
async fn a_job_that_runs_out_of_time_queues_the_rest_of_itself() {
    let stage = Stage::new(1, limits(16, 100)).await;
    let ids = stage.subscribe(5_000, "rooms/a").await;
    let began = Instant::now();
    assert_eq!(broadcast(&stage, 30).await, 0);
    assert!(began.elapsed() < Duration::from_secs(29), "{:?}", began.elapsed());
    let mut rounds = 0;
    while let Some((id, body, received)) = { stage.queue.waiting.borrow_mut().pop_front() } {
        let (began, event) = (Instant::now(), SqsEvent::of(&[(id, body, received)]));
        let answer = stage.broadcaster().handle(event, Instant::now() + Duration::from_secs(30)).await;
        assert!(answer.batch_item_failures.is_empty() && began.elapsed() < Duration::from_secs(29));
        rounds += 1;
        assert!(rounds < 10, "this job makes no way");
    }
    assert!((2..6).contains(&rounds), "{rounds} more");
    let received = stage.network.received.borrow();
    assert!(received.len() == ids.len() && received.values().all(|frames| frames.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn posts_that_fail_for_good_end_in_the_dead_letter_queue_and_hold_up_nobody() {
    let stage = Stage::new(1, limits(16, 100_000)).await;
    stage.subscribe(1_200, "rooms/a").await;
    stage.network.failing.set(100);
    assert_eq!(broadcast(&stage, 300).await, 0, "the job itself is done: others have what failed");
    let mut failures = 0;
    for _ in 0..100 {
        let Some((id, body, received)) = ({ stage.queue.waiting.borrow_mut().pop_front() }) else { break };
        let event = SqsEvent::of(&[(id, body, received)]);
        failures += stage
            .broadcaster()
            .handle(event, Instant::now() + Duration::from_secs(300))
            .await
            .batch_item_failures
            .len();
    }
    assert_eq!(failures, 3, "1,200 connections stand in three jobs");
    assert!(stage.queue.waiting.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_what_failed_comes_again() {
    let stage = Stage::new(1, limits(4, 1_000)).await;
    let event = events("broadcast").into_iter().find(|event| event.name == "no-job").expect("the event");
    let event: SqsEvent = serde_json::from_value(event.payload).expect("an SQS event");
    let first = event.records[0].message_id.clone();
    let answer = stage.broadcaster().handle(event, Instant::now() + Duration::from_secs(30)).await;
    let failed: Vec<_> = answer.batch_item_failures.into_iter().map(|item| item.item_identifier).collect();
    assert_eq!(failed, [first], "the body that is no job, and not its neighbour");
}

#[tokio::test(start_paused = true)]
async fn every_carrier_of_a_publication_is_understood() {
    for name in ["publication", "notification", "eventbridge"] {
        let stage = Stage::new(1, limits(4, 1_000)).await;
        stage.subscribe(1, "orders/demo/42").await;
        let event = events("broadcast").into_iter().find(|event| event.name == name).expect("the event");
        let event = serde_json::from_value(event.payload).expect("an SQS event");
        let answer = stage.broadcaster().handle(event, Instant::now() + Duration::from_secs(30)).await;
        assert!(answer.batch_item_failures.is_empty());
        let received = stage.network.received.borrow();
        let frame = received.values().next().expect("a subscriber")[0].clone();
        assert!(frame.ends_with(r#""data":{"status": "shipped"}}"#), "{name}: {frame}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_stays_in_the_queue_while_a_store_or_the_queue_does_not_answer() {
    let stage = Stage::new(2, limits(4, 1_000)).await;
    stage.queue.cut_off.set(true);
    assert_eq!(broadcast(&stage, 30).await, 1);
    let stage = Stage::new(1, limits(4, 1_000)).await;
    stage.store.cut_off();
    assert_eq!(broadcast(&stage, 30).await, 1);
}
