//! Nobody misses a message, whatever fails: processes that end at any moment, messages of the queue that come twice, posts that
//! fail, connections that are dead.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what panics here fails a test"
)]

mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    pin::pin,
    task::Poll,
};

use broadcast::SqsEvent;
use serde_json::{Value, json};
use stage::{Stage, limits};
use tokio::time::{Duration, Instant};

/// A generator whose numbers are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Runs a process until it is done, or until it has been woken so often: then it is gone.
async fn until_killed<T>(future: impl Future<Output = T>, mut wakes: u64) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if wakes == 0 => Poll::Ready(None),
        Poll::Pending => {
            wakes -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Works off the queue as SQS and Lambda do, until it is empty: what fails or is lost comes again. Says how many processes
/// were killed.
async fn work_off(stage: &Stage, dice: &mut Dice, kills: bool) -> u64 {
    let mut killed = 0;
    loop {
        let batch: Vec<_> = (0..=dice.roll(3)).filter_map(|_| stage.queue.waiting.borrow_mut().pop_front()).collect();
        if batch.is_empty() {
            return killed;
        }
        assert!(batch.iter().all(|(_, _, received)| *received < 40), "this will never be done: {batch:.300?}");
        let event = SqsEvent::of(&batch);
        let wakes = if kills && dice.roll(3) == 0 { dice.roll(12) } else { u64::MAX };
        let deadline = Instant::now() + Duration::from_secs(30);
        let answer = until_killed(stage.broadcaster().handle(event, deadline), wakes).await;
        killed += u64::from(answer.is_none());
        let failed = answer.map(|answer| {
            answer.batch_item_failures.into_iter().map(|item| item.item_identifier).collect::<BTreeSet<_>>()
        });
        for (id, body, received) in batch {
            // One in twenty that were done comes again all the same.
            if failed.as_ref().is_none_or(|failed| failed.contains(&id)) || dice.roll(20) == 0 {
                stage.queue.waiting.borrow_mut().push_back((id, body, received + 1));
            }
        }
    }
}

fn publish(stage: &Stage, count: u64) {
    for number in 0..count {
        stage.queue.put(json!({"channel": "rooms/a", "messageId": format!("m-{number}"), "data": number}).to_string());
    }
}

/// Each live subscriber's messages by id, each with the sequences it came under; how many posts arrived in all.
fn received(stage: &Stage) -> (BTreeMap<String, BTreeMap<String, BTreeSet<u64>>>, usize) {
    let (mut all, mut arrived) = (BTreeMap::<_, BTreeMap<_, BTreeSet<_>>>::new(), 0);
    for (id, frames) in stage.network.received.borrow().iter() {
        for frame in frames {
            arrived += 1;
            let frame: Value = serde_json::from_str(frame).expect("JSON");
            let message = frame["messageId"].as_str().expect("an id").to_owned();
            let sequence = frame["sequence"].as_u64().expect("a sequence");
            all.entry(id.to_string()).or_default().entry(message).or_default().insert(sequence);
        }
    }
    (all, arrived)
}

async fn check(seed: u64, kills: bool, failing: u64) -> (u64, f64) {
    const SUBSCRIBERS: usize = 200;
    const MESSAGES: u64 = 20;
    let stage = Stage::new(4, limits(16, 100_000)).await;
    let ids = stage.subscribe(SUBSCRIBERS, "rooms/a").await;
    let dead: BTreeSet<_> = ids.iter().step_by(10).cloned().collect();
    stage.network.dead.borrow_mut().extend(dead.iter().cloned());
    stage.network.failing.set(failing);
    publish(&stage, MESSAGES);
    let mut dice = Dice(seed);
    let killed = work_off(&stage, &mut dice, kills).await;

    let (all, arrived) = received(&stage);
    let live: Vec<_> = ids.iter().filter(|id| !dead.contains(id)).collect();
    for id in &live {
        let got = all.get(id.as_str()).map_or(0, BTreeMap::len);
        assert_eq!(got as u64, MESSAGES, "seed {seed}: {id} misses messages");
    }
    let copies = arrived as f64 / (live.len() as f64 * MESSAGES as f64);
    assert_eq!(
        stage.store.open_connections(),
        live.into_iter().cloned().collect(),
        "the dead are gone, and nobody else"
    );
    assert_eq!(stage.store.subscriptions(), SUBSCRIBERS - dead.len());
    (killed, copies)
}

#[tokio::test(start_paused = true)]
async fn failing_posts_and_dead_connections_lose_nothing_and_few_come_twice() {
    for seed in 0..10 {
        // 2.5 % of posts arrive and fail. One publication and one job in twenty are done twice.
        let (_, copies) = check(seed, false, 5).await;
        assert!(copies < 1.3, "seed {seed}: {copies:.2} copies of each message");
    }
}

#[tokio::test(start_paused = true)]
async fn posts_that_fail_more_often_than_not_lose_nothing() {
    for seed in 0..5 {
        // One in twenty fails six times in a row, and stands in a job of its own then.
        check(seed, false, 60).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_at_any_moment_loses_nothing() {
    let mut all = 0;
    for seed in 0..30 {
        let (killed, copies) = check(seed, true, 5).await;
        all += killed;
        assert!(copies < 3.0, "seed {seed}: {copies:.2} copies of each message after {killed} were killed");
    }
    assert!(all > 200, "{all} processes were killed");
}

#[tokio::test(start_paused = true)]
async fn a_redelivered_publication_keeps_its_sequence() {
    let stage = Stage::new(1, limits(4, 100_000)).await;
    stage.subscribe(3, "rooms/a").await;
    publish(&stage, 1);
    let (id, body, _) = stage.queue.waiting.borrow_mut().pop_front().expect("a message");
    for received in 0..3 {
        let event = SqsEvent::of(&[(id.clone(), body.clone(), received)]);
        stage.broadcaster().handle(event, Instant::now() + Duration::from_secs(30)).await;
    }
    let (all, arrived) = received(&stage);
    assert_eq!(arrived, 9);
    assert!(all.values().all(|messages| *messages == [("m-0".to_owned(), [1].into())].into()), "{all:?}");
}
