//! `load 60`: buys for so many seconds on the stack that `TOLLGATE_STACK` names, and checks the books. Ends with 1 where
//! they do not agree.

use std::{process::ExitCode, time::Duration};

use clap::Parser;

/// Buys in the shop on the local stack, many customers at once, and checks the books afterwards.
#[derive(Parser)]
struct Arguments {
    /// For how long customers come, in seconds.
    #[arg(default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// How many customers there are at once.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=64))]
    customers: u32,
}

fn main() -> ExitCode {
    let Arguments { seconds, customers } = Arguments::parse();
    let report = load::run(Duration::from_secs(seconds), customers);
    println!("{report}");
    if report.agrees() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
