//! Cold starts, round trips, CPU, memory and size of the deployed functions, each a plain process on a Lambda Runtime
//! API of the benchmark's own, beside the least that a Rust function can be.
//!
//! Ratios within one run count; absolute figures belong to the machine. Nothing here is emulated but the two ends that a
//! function talks to, and both answer at once: what is left is the function's own time.

mod aggregates;
mod aws;
mod cgroup;
mod child;
mod comparisons;
mod expected;
mod failure;
mod http;
mod machine;
mod measure;
mod pin;
mod report;
mod runtime_api;
mod server;
mod standin;
mod stats;
mod subjects;
mod tables;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::aggregates::Aggregates;
use crate::cgroup::Cgroups;
use crate::comparisons::Comparison;
use crate::failure::{Context, Result};
use crate::machine::Watch;
use crate::measure::{Row, Scratch, Starts};
use crate::report::{Measured, Report};
use crate::standin::{Standin, Transport};
use crate::subjects::{Backend, Subject, Table};

/// A length of the kernel's bandwidth control.
struct Period {
    name: &'static str,
    length: Duration,
}

/// The kernel's own period, in which a start of less than 7 ms of CPU never stops; and a short one, which shows what a
/// start costs where Lambda's scheduler is less patient.
const PERIODS: [Period; 2] = [
    Period { name: "100 ms", length: Duration::from_millis(100) },
    Period { name: "20 ms", length: Duration::from_millis(20) },
];

/// Measures the release functions against a Runtime API on loopback.
#[derive(Parser)]
struct Options {
    /// Where the functions are: `<dir>/<binary>/bootstrap`.
    #[arg(long, default_value = "target/lambda-release")]
    dir: PathBuf,
    /// Only these binaries, which must be there. Without it, those that are.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Starts of each row, at each speed.
    #[arg(long, default_value_t = 30)]
    spawns: usize,
    /// Warm requests of each row.
    #[arg(long, default_value_t = 4000)]
    requests: usize,
    /// Speak with the stand-in for AWS over TLS only.
    #[arg(long, conflicts_with = "plain")]
    tls: bool,
    /// Speak with the stand-in for AWS over plain HTTP only.
    #[arg(long)]
    plain: bool,
    /// Also write every figure to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Also write the tables to this file.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Fail when a target is missed, or cannot be measured here.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    let watch = Watch::start();
    let scratch = Scratch::make()?;
    let (subjects, missing) = present(options)?;
    let standins = transports(options)
        .into_iter()
        .map(|transport| Standin::start(transport, scratch.path()))
        .collect::<Result<Vec<_>>>()?;
    let rows = rows(options, &subjects, &standins, &scratch)?;
    let (holding, measured) = measure(options, &rows, &scratch)?;
    let aggregates = aggregates(options, &subjects, &standins, &scratch)?;
    let report = Report { machine: watch.stop(), rows: measured, aggregates, holding, missing };

    let text = report.markdown();
    std::io::stdout().write_all(text.as_bytes()).context("cannot write")?;
    if let Some(path) = &options.markdown {
        fs::write(path, &text).context(path.display())?;
    }
    if let Some(path) = &options.json {
        fs::write(path, format!("{:#}\n", report.json())).context(path.display())?;
    }
    let is_missed = report.rows.iter().any(Measured::misses_target)
        || comparisons::all(&report.rows).iter().any(Comparison::misses_target)
        || report.aggregates.as_ref().is_some_and(Aggregates::misses_target);
    Ok(if options.check && is_missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn transports(options: &Options) -> Vec<Transport> {
    match (options.plain, options.tls) {
        (true, _) => vec![Transport::Plain],
        (_, true) => vec![Transport::Tls],
        _ => vec![Transport::Plain, Transport::Tls],
    }
}

/// The subjects whose function is built, and the functions that are not.
fn present(options: &Options) -> Result<(Vec<Subject>, Vec<&'static str>)> {
    let wanted = |subject: &Subject| options.only.is_empty() || options.only.iter().any(|name| name == subject.binary);
    let subjects: Vec<Subject> = subjects::all().into_iter().filter(wanted).collect();
    if let Some(unknown) = options.only.iter().find(|name| !subjects.iter().any(|subject| subject.binary == **name)) {
        return Err(format!("there is no function {unknown:?} to measure").into());
    }
    let built = |subject: &Subject| options.dir.join(subject.binary).join("bootstrap").is_file();
    let (present, absent): (Vec<_>, Vec<_>) = subjects.into_iter().partition(built);
    let mut missing: Vec<_> = absent.iter().map(|subject| subject.binary).collect();
    missing.dedup();
    if present.is_empty() || !(missing.is_empty() || options.only.is_empty()) {
        return Err(format!("not built in {}: {}", options.dir.display(), missing.join(", ")).into());
    }
    Ok((present, missing))
}

fn rows<'a>(
    options: &Options,
    subjects: &'a [Subject],
    standins: &'a [Standin],
    scratch: &Scratch,
) -> Result<Vec<Row<'a>>> {
    let dir = options.dir.canonicalize().context(options.dir.display())?;
    let transports = transports(options);
    let over = |subject: &'a Subject| {
        let transports = subject.transports(&transports);
        standins.iter().filter(move |standin| transports.contains(&standin.transport)).map(move |s| (subject, s))
    };
    let row = |(number, (subject, standin)): (usize, (&'a Subject, &'a Standin))| {
        let directory = dir.join(subject.binary);
        let task_root = match subject.table {
            Table::Packed => dir.join(subject.packed),
            Table::Operations(count) => {
                let folder = scratch.path().join(format!("operations-{count}"));
                tables::write(&folder, count)?;
                folder
            }
            Table::Keyed => {
                let folder = scratch.path().join("keyed");
                tables::write_keyed(&folder)?;
                folder
            }
        };
        let log = scratch.path().join(format!("{number}.log"));
        Ok(Row { subject, task_root, standin, directory, log })
    };
    subjects.iter().flat_map(over).enumerate().map(row).collect()
}

/// The aggregate beside its slowest part, where the router is measured.
fn aggregates(
    options: &Options,
    subjects: &[Subject],
    standins: &[Standin],
    scratch: &Scratch,
) -> Result<Option<Aggregates>> {
    let Some(standin) = standins.first().filter(|_| subjects.iter().any(|subject| subject.binary == "router")) else {
        return Ok(None);
    };
    let directory = options.dir.join("router").canonicalize().context(options.dir.display())?;
    aggregates::measure(&directory, scratch.path(), standin).map(Some)
}

/// What a busy loop gets in each period, or why nothing can be held.
type Holding = std::result::Result<Vec<f64>, String>;

fn measure(options: &Options, rows: &[Row<'_>], scratch: &Scratch) -> Result<(Holding, Vec<Measured>)> {
    let cgroups = Cgroups::find();
    let verify = |cgroups: &Cgroups| {
        PERIODS.iter().map(|period| cgroups.verify(period.length, scratch.path())).collect::<Result<Vec<_>>>()
    };
    let holding = cgroups.as_ref().map_err(ToString::to_string);
    let holding = holding.and_then(|cgroups| verify(cgroups).map_err(|error| error.to_string()));
    let cgroups = cgroups.ok().filter(|_| holding.is_ok());

    let fresh = || rows.iter().map(|_| Starts::default()).collect::<Vec<_>>();
    let (mut free, mut held) = (fresh(), PERIODS.map(|_| fresh()));
    eprintln!("{} starts of each of {} rows at each speed", options.spawns, rows.len());
    for _ in 0..options.spawns {
        measure::start_each(rows, None, &mut free)?;
        for (period, held) in PERIODS.iter().zip(&mut held).filter(|_| cgroups.is_some()) {
            let cgroups = cgroups.as_ref().map(|cgroups| (cgroups, period.length));
            measure::start_each(rows, cgroups, held)?;
        }
    }
    eprintln!("{} round trips of each", options.requests);
    let trips = measure::trips(rows, options.requests, measure::TURN)?;

    let mut held = held.map(Vec::into_iter);
    let measured = rows.iter().zip(free).zip(trips).map(|((row, starts), trips)| {
        let held = held.iter_mut().filter_map(Iterator::next).filter(|held| !held.ms.is_empty()).collect();
        Ok(Measured {
            label: row.subject.label,
            transport: (row.subject.backend == Backend::Aws).then_some(row.standin.transport),
            size_bytes: row.size_bytes()?,
            starts,
            trips,
            held,
            target_ms: row.subject.target_ms,
        })
    });
    Ok((holding, measured.collect::<Result<_>>()?))
}
