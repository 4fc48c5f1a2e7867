//! Posts a second of the broadcast function's code against a bare loop of the same HTTP client, both to a stand-in for
//! `@connections` on loopback; and what a broadcast takes and costs by the size of its channel.
//!
//! The two take turns, so that whatever else the machine does falls on both alike. Each runs on one thread, as the function
//! does; the stand-in has the other.

mod endpoint;
mod subjects;
mod table;

use std::{io::Write as _, process::ExitCode, time::Duration};

use clap::Parser;

use crate::{
    endpoint::Endpoint,
    subjects::{Failure, bare, broadcast},
};

/// The least share of the bare loop's posts a second that the function's code is to reach.
const TARGET: f64 = 0.8;

/// Measures broadcasts.
#[derive(Parser)]
struct Options {
    /// Connections in the channel.
    #[arg(long, default_value_t = 20_000)]
    subscribers: u64,
    /// Posts under way at once.
    #[arg(long, default_value_t = 64)]
    at_once: usize,
    /// How long the stand-in waits before each answer, in milliseconds; several, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 5, 20])]
    delay_ms: Vec<u64>,
    /// How often each is measured.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Print the table of times and costs alone.
    #[arg(long)]
    table: bool,
    /// Fail when the target is missed.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-broadcast: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the target was met, where that was asked.
#[tokio::main(flavor = "current_thread")]
async fn run(options: &Options) -> Result<bool, Failure> {
    let mut out = std::io::stdout();
    if options.table {
        out.write_all(table::markdown().as_bytes())?;
        return Ok(true);
    }
    let Options { subscribers, at_once, rounds, .. } = options;
    writeln!(out, "{subscribers} connections, {at_once} posts at once, medians of {rounds} rounds.\n")?;
    writeln!(
        out,
        "| answer after, ms | bare loop, posts/s | broadcast, posts/s | ratio | CPU a post, µs: bare | broadcast | peak, MiB |"
    )?;
    writeln!(out, "|--:|--:|--:|--:|--:|--:|--:|")?;
    let mut met = true;
    for delay_ms in &options.delay_ms {
        let row = measure(options, Duration::from_millis(*delay_ms)).await?;
        let Row { bare, broadcast, ratio, bare_cpu, broadcast_cpu } = row;
        let peak = peak_mib()?;
        writeln!(
            out,
            "| {delay_ms} | {bare:.0} | {broadcast:.0} | {ratio:.2} | {bare_cpu:.1} | {broadcast_cpu:.1} | {peak:.1} |"
        )?;
        met &= ratio >= TARGET;
    }
    writeln!(out, "\nTarget: a ratio of {TARGET} or more: {}.", if met { "met" } else { "missed" })?;
    let before = peak_mib()?;
    let endpoint = Endpoint::start(Duration::ZERO)?;
    broadcast(&endpoint.url(), subscribers * 10, *at_once).await?;
    writeln!(out, "A channel ten times as large: peak {:.1} MiB, {:.1} more.", peak_mib()?, peak_mib()? - before)?;
    Ok(met || !options.check)
}

struct Row {
    bare: f64,
    broadcast: f64,
    ratio: f64,
    bare_cpu: f64,
    broadcast_cpu: f64,
}

async fn measure(options: &Options, delay: Duration) -> Result<Row, Failure> {
    let Options { subscribers, at_once, rounds, .. } = options;
    let endpoint = Endpoint::start(delay)?;
    let (mut loops, mut broadcasts, mut ratios, mut cpu) =
        (Vec::new(), Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
    for _ in 0..*rounds {
        let (before, start) = (endpoint.posts(), cpu_us()?);
        let one = bare(&endpoint.url(), *subscribers, *at_once).await?;
        let between = cpu_us()?;
        let two = broadcast(&endpoint.url(), *subscribers, *at_once).await?;
        cpu.0.push((between - start) / *subscribers as f64);
        cpu.1.push((cpu_us()? - between) / *subscribers as f64);
        if endpoint.posts() != before + 2 * subscribers {
            return Err("not every subscriber was posted to once".into());
        }
        let per_second = |took: Duration| *subscribers as f64 / took.as_secs_f64();
        loops.push(per_second(one));
        broadcasts.push(per_second(two));
        ratios.push(one.as_secs_f64() / two.as_secs_f64());
    }
    let (bare_cpu, broadcast_cpu) = (median(cpu.0), median(cpu.1));
    Ok(Row { bare: median(loops), broadcast: median(broadcasts), ratio: median(ratios), bare_cpu, broadcast_cpu })
}

/// CPU time of this thread so far: all of the client's work is done on it, and none of the stand-in's.
fn cpu_us() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse::<f64>()? / 1_000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The most memory that this process has had resident, the stand-in's included.
fn peak_mib() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}
