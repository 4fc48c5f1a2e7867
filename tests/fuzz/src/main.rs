//! The command line of the loop: wiring only.
//!
//! Exit status: 0 nothing was found, 1 a target failed, 2 wrong usage.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use clap::{Parser, builder::PossibleValuesParser};
use fuzz::{
    corpus::{Seed, root},
    replay::{Limits, guarded},
    supervisor::{Found, Hunt},
    targets::{TARGETS, Target, find},
    worker::{self, Round},
};

/// Looks for inputs that break a target.
#[derive(Parser)]
#[command(name = "fuzz")]
struct Arguments {
    /// What to run: see `fuzz::targets`.
    #[arg(value_parser = PossibleValuesParser::new(TARGETS.map(|target| target.name)))]
    target: String,
    /// Inputs to begin with, beside the seeds of the repository.
    files: Vec<PathBuf>,
    /// How long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many inputs at most.
    #[arg(long, default_value_t = u64::MAX)]
    inputs: u64,
    /// Which inputs are made: the same seed, the same inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only run FILES.
    #[arg(long)]
    replay: bool,
    /// Where failing inputs go.
    #[arg(long, default_value_os_t = root().join("target/fuzz"))]
    failures: PathBuf,
    /// Seconds that one input may take.
    #[arg(long, default_value_t = 60)]
    patience: u64,
    /// Megabytes that a worker may have.
    #[arg(long, default_value_t = 4096)]
    memory: u64,
    /// Seconds for making a failing input smaller.
    #[arg(long, default_value_t = 60)]
    minimise: u64,
    /// How a worker is called: where the input goes that it runs.
    #[arg(long, hide = true)]
    worker: Option<PathBuf>,
    /// How long a worker runs.
    #[arg(long, hide = true, default_value_t = 0)]
    millis: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match find(&arguments.target) {
        Some(target) if arguments.replay => replay(target, &arguments).map(|()| None),
        Some(target) => match &arguments.worker {
            Some(current) => work(target, &arguments, current).map(|()| None),
            None => hunt(target, arguments),
        },
        None => Ok(None),
    };
    match done {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(found)) => {
            tell(&found);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn limits(arguments: &Arguments) -> Limits {
    Limits { patience_s: arguments.patience, memory_mb: arguments.memory }
}

fn own(arguments: &Arguments) -> io::Result<Vec<Seed>> {
    let read = |file: &PathBuf| Ok(Seed { name: file.display().to_string(), bytes: fs::read(file)? });
    arguments.files.iter().map(read).collect()
}

fn replay(target: Target, arguments: &Arguments) -> io::Result<()> {
    static STEPS: AtomicU64 = AtomicU64::new(0);
    let inputs = own(arguments)?;
    guarded(limits(arguments), &STEPS, move || {
        for input in inputs {
            STEPS.fetch_add(1, Ordering::Relaxed);
            (target.run)(&input.bytes);
        }
    })
}

fn work(target: Target, arguments: &Arguments, current: &std::path::Path) -> io::Result<()> {
    let time = Duration::from_millis(arguments.millis);
    let inputs = arguments.inputs.min(target.round);
    let round = Round { target, seed: arguments.seed, inputs, time, limits: limits(arguments), own: own(arguments)? };
    worker::run(round, current)
}

fn hunt(target: Target, arguments: Arguments) -> io::Result<Option<Found>> {
    let hunt = Hunt {
        target,
        seed: arguments.seed,
        inputs: arguments.inputs,
        time: Duration::from_secs(arguments.seconds),
        minimise: Duration::from_secs(arguments.minimise),
        limits: limits(&arguments),
        files: arguments.files,
        folder: arguments.failures,
    };
    let found = hunt.run()?;
    if let Some(found) = &found {
        let replay = format!("cargo run --package fuzz -- {} --replay {}", target.name, found.file.display());
        writeln!(io::stdout(), "again: {replay}")?;
    }
    Ok(found)
}

fn tell(found: &Found) {
    let (bytes, before) = found.bytes;
    eprintln!("{}\nfailed: {}", found.said.trim_end(), found.failure.0);
    eprintln!("input: {}, {bytes} bytes, made smaller from {before}", found.file.display());
}
