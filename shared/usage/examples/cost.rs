//! What counting costs: requests at random times to random sandboxes, told to a queue that is read as Lambda reads it.
//!
//! `cargo run --release -p usage --example cost`
#![allow(clippy::print_stdout, clippy::panic, reason = "it is a table for people")]

use std::{
    cell::RefCell,
    collections::BTreeSet,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use usage::{Answered, Delivery, Message, Queue, QueueError, RecordKey, Source, Telling};

/// Prices of us-east-1 in dollars, in part third party and unverified: SQS a million calls, DynamoDB a million write units
/// on demand, Lambda a million calls, Lambda a GB-second on arm64.
const SQS: f64 = 0.40;
const WRITE: f64 = 0.625;
const CALL: f64 = 0.20;
const GB_SECOND: f64 = 0.000_013_333_4;

/// How long a router of 128 MB waits for the queue, and a metering function of 128 MB for a batch's writes, in seconds.
const SEND_S: f64 = 0.008;
const BATCH_S: f64 = 0.030;

/// What the template's event source takes at once, and for how long it waits for more.
const BATCH: usize = 100;
const WINDOW_MS: u64 = 1_000;

const SIMULATED_MS: u64 = 120_000;

/// Keys and routes that are called, each as often.
const RECORDS: u64 = 10;

#[derive(Default)]
struct Messages(RefCell<Vec<String>>);

impl Queue for Messages {
    async fn send(&self, message: &str) -> Result<(), QueueError> {
        self.0.borrow_mut().push(message.to_owned());
        Ok(())
    }
}

fn main() {
    println!(
        "| told | requests a second | sandboxes | messages a request | writes a request | USD per million requests |"
    );
    println!("| --- | --: | --: | --: | --: | --: |");
    for delivery in [Delivery::Strict, Delivery::Batched] {
        for (rate, sandboxes) in [(1, 1), (10, 1), (10, 5), (100, 1), (100, 10), (1_000, 10), (1_000, 100)] {
            simulate(delivery, rate, sandboxes);
        }
    }
}

fn simulate(delivery: Delivery, rate: u64, sandboxes: u64) {
    let tellings: Vec<Telling> = (0..sandboxes).map(|_| Telling::new(delivery)).collect();
    let (mut random, mut requests, mut sent) = (Random(42), 0u64, 0u64);
    let (mut batches, mut writes) = (0u64, 0u64);
    let mut waiting: Vec<(u64, String)> = Vec::new();
    for now_ms in 0..SIMULATED_MS {
        for _ in 0..arrivals(&mut random, rate) {
            requests += 1;
            let sandbox = random.below(sandboxes);
            let Some(telling) = tellings.get(usize::try_from(sandbox).unwrap_or_default()) else { continue };
            let key = format!("key-{}", random.below(RECORDS));
            let answered = Answered { tenant: "acme", key: &key, status: 200, ..Answered::default() };
            telling.count(&answered, now_ms, || Ok::<_, String>(sandbox)).unwrap_or_else(|error| panic!("{error}"));
            let queue = Messages::default();
            done(telling.tell_due(&queue, now_ms)).unwrap_or_else(|error| panic!("{error}"));
            let messages = queue.0.into_inner();
            sent += u64::try_from(messages.len()).unwrap_or_default();
            waiting.extend(messages.into_iter().map(|message| (now_ms, message)));
        }
        let oldest = waiting.first().is_some_and(|(since_ms, _)| now_ms - since_ms >= WINDOW_MS);
        if oldest || waiting.len() >= BATCH {
            let batch = waiting.drain(..waiting.len().min(BATCH));
            batches += 1;
            writes += written(batch.map(|(_, message)| message));
        }
    }
    print(delivery, rate, sandboxes, [requests, sent, batches, writes]);
}

/// How many requests come in a millisecond: a thousandth of those of a second, by chance.
fn arrivals(random: &mut Random, rate: u64) -> u64 {
    rate / 1_000 + u64::from(random.below(1_000) < rate % 1_000)
}

/// How many entries a batch writes: one for each record and source.
fn written(batch: impl Iterator<Item = String>) -> u64 {
    let mut entries: BTreeSet<(RecordKey, Source)> = BTreeSet::new();
    for message in batch {
        let message = Message::parse(&message).unwrap_or_else(|error| panic!("{error}"));
        entries.extend(message.into_entries().map(|entry| (entry.record.key, entry.source)));
    }
    u64::try_from(entries.len()).unwrap_or_default()
}

fn print(delivery: Delivery, rate: u64, sandboxes: u64, counted: [u64; 4]) {
    let [requests, sent, batches, writes] = counted.map(|count| count as f64);
    // One call sends a message, a tenth of one receives it, and a tenth deletes it.
    let queue = sent * 1.2 * SQS / 1e6;
    let lambda = batches * CALL / 1e6 + (sent * SEND_S + batches * BATCH_S) * 0.125 * GB_SECOND;
    let usd = (queue + lambda + writes * WRITE / 1e6) / requests * 1e6;
    let told = if delivery == Delivery::Strict { "strict" } else { "batched" };
    println!("| {told} | {rate} | {sandboxes} | {:.3} | {:.3} | {usd:.3} |", sent / requests, writes / requests);
}

/// The answer of a future that never waits.
fn done<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits"),
    }
}

/// Knuth's MMIX generator: the same table each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}
