//! Routers as processes of their own that are killed with `SIGKILL` while they answer: what the ledger holds in the end, of
//! the answers that were posted.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

#[path = "killed/sandbox.rs"]
mod sandbox;

use std::{slice, thread, time::Duration};

use sandbox::{Kill, Outcome, live_until};
use testkit::MemoryLedger;
use usage::{Hour, Ledger as _, Message, SpanKind, read};

/// How many answers a batched sandbox keeps to itself.
const BATCH: u64 = 100;

/// What the ledger counts when each message came twice, the last first.
fn counted(told: &[Vec<String>]) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let ledger = MemoryLedger::default();
        let mut hours: Vec<Hour> = Vec::new();
        for message in told.iter().flatten().rev().chain(told.iter().flatten()) {
            for entry in Message::parse(message).expect("a message").into_entries() {
                hours.push(entry.key().hour);
                ledger.keep(&entry).await.expect("kept");
            }
        }
        let (Some(first), Some(last)) = (hours.iter().min(), hours.iter().max()) else { return 0 };
        let records = read(&ledger, "", (*first, last.plus(1)), SpanKind::Hour).await.expect("records");
        records.iter().map(|record| record.totals.requests).sum()
    })
}

/// Lives of sandboxes, several at once.
fn lives(delivery: &'static str, kills: &[Kill]) -> Vec<Outcome> {
    thread::scope(|scope| {
        let lives: Vec<_> = kills.iter().map(|kill| scope.spawn(move || live_until(*kill, delivery))).collect();
        lives.into_iter().map(|life| life.join().expect("a life")).collect()
    })
}

#[test]
fn strict_loses_the_answer_that_was_just_posted_at_most_and_nothing_of_a_sandbox_that_waits() {
    for (kill, lost) in [(Kill::WhenPosted as fn(usize) -> Kill, 1), (Kill::WhenTold, 0), (Kill::WhenWaiting, 0)] {
        let kills = [1, 2, 5, 17].map(kill);
        let outcomes = lives("strict", &kills);
        for (outcome, kill) in outcomes.iter().zip(kills) {
            assert_eq!(outcome.posted.len() as u64 - counted(slice::from_ref(&outcome.told)), lost, "{kill:?}");
        }
    }
}

#[test]
fn strict_counts_every_answer_but_the_last_and_never_more_whenever_sandboxes_are_killed() {
    const ROUNDS: usize = 5;
    for round in 0..ROUNDS {
        let kills = [3, 11, 40, 90].map(|after| Kill::Anywhere(after + round));
        let outcomes = lives("strict", &kills);
        for outcome in &outcomes {
            let (posted, counted) = (outcome.posted.len() as u64, counted(slice::from_ref(&outcome.told)));
            assert!((posted - 1..=posted).contains(&counted), "{counted} of {posted}");
        }
        // All together, as one ledger has them.
        let posted: u64 = outcomes.iter().map(|outcome| outcome.posted.len() as u64).sum();
        let told: Vec<Vec<String>> = outcomes.into_iter().map(|outcome| outcome.told).collect();
        assert!((posted - kills.len() as u64..=posted).contains(&counted(&told)), "round {round}");
    }
}

#[test]
fn batched_loses_what_was_counted_in_the_last_second_at_most_and_never_counts_more() {
    let kills = [1, 99, 100, 101, 250, 437].map(Kill::Anywhere);
    for outcome in lives("batched", &kills) {
        let counted = counted(slice::from_ref(&outcome.told));
        let posted = outcome.posted.len() as u64;
        let last = outcome.posted.last().expect("an answer");
        let recent = outcome.posted.iter().filter(|at| **at + Duration::from_secs(1) >= *last).count() as u64;
        assert!(counted <= posted, "{counted} of {posted}");
        assert!(posted - counted <= recent.min(BATCH), "{counted} of {posted}, {recent} of them in the last second");
    }
}

#[test]
fn a_sandbox_that_is_ended_in_good_order_loses_nothing() {
    for delivery in ["strict", "batched"] {
        let outcome = live_until(Kill::InGoodOrder(42), delivery);
        assert_eq!((counted(slice::from_ref(&outcome.told)), outcome.posted.len()), (42, 42), "{delivery}");
    }
}
