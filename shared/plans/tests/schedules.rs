//! Random schedules in which answers get lost, calls are repeated, delayed and doubled, clocks differ, sandboxes are frozen,
//! killed and restored from snapshots: no more than the limit is ever used, and all of it can be.
//!
//! `cargo run --release -p plans --example simulate -- --schedules 100000` runs more of them.
#![allow(clippy::indexing_slicing, reason = "a test: what panics here is a broken promise")]
#![allow(dead_code, reason = "the parts are shared with the example")]

#[path = "../examples/simulate/random.rs"]
mod random;
#[path = "../examples/simulate/schedule.rs"]
mod schedule;
#[path = "../examples/simulate/store.rs"]
mod store;
#[path = "../examples/simulate/world.rs"]
mod world;

fn run(first: u64, count: u64) {
    for seed in first..first + count {
        let outcome = std::panic::catch_unwind(|| schedule::run(seed));
        assert!(outcome.is_ok(), "the schedule of seed {seed} breaks a promise");
    }
}

#[test]
fn no_schedule_admits_more_than_the_limit_or_loses_a_unit() {
    run(0, 1_000);
}

#[test]
fn no_other_schedule_does_either() {
    run(1_000_000, 1_000);
}
