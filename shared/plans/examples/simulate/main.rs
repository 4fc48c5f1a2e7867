//! Simulates sandboxes and their store: `--schedules N` runs random schedules in which everything goes wrong that can,
//! `--table` prints what leases cost.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test: what panics here is a broken promise, with its seed"
)]
#![allow(dead_code, reason = "the parts are shared with the tests")]

mod random;
mod schedule;
mod store;
mod table;
mod world;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    if let Some(schedules) = number("--schedules") {
        let first = number("--first").unwrap_or(0);
        return schedules_from(first, schedules);
    }
    if arguments.iter().any(|argument| argument == "--table") {
        return println!("{}", table::write());
    }
    println!("usage: simulate --schedules N [--first SEED] | --table");
}

fn schedules_from(first: u64, count: u64) {
    let mut total = schedule::Outcome::default();
    for seed in first..first + count {
        let outcome = std::panic::catch_unwind(|| schedule::run(seed));
        let Ok(outcome) = outcome else { panic!("the schedule of seed {seed} breaks a promise") };
        total.admitted += outcome.admitted;
        total.refused += outcome.refused;
        total.calls += outcome.calls;
        total.killed += outcome.killed;
        total.stranded += outcome.stranded;
    }
    println!("{count} schedules: {total:?}");
}
