//! What was measured, as Markdown for people and JSON for comparisons.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::aggregates::Aggregates;
use crate::cgroup::{PARTS, quota_us};
use crate::comparisons;
use crate::machine::Machine;
use crate::measure::{Starts, Trips};
use crate::standin::Transport;
use crate::{PERIODS, Period};

/// One run.
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) rows: Vec<Measured>,
    /// The aggregate beside its slowest part, where the router was measured.
    pub(crate) aggregates: Option<Aggregates>,
    /// What a busy loop got in each period, or why nothing was held.
    pub(crate) holding: Result<Vec<f64>, String>,
    pub(crate) missing: Vec<&'static str>,
}

/// One row of it.
pub(crate) struct Measured {
    pub(crate) label: &'static str,
    /// `None` where nothing is called.
    pub(crate) transport: Option<Transport>,
    pub(crate) size_bytes: u64,
    pub(crate) starts: Starts,
    pub(crate) trips: Trips,
    /// One for each of [`PERIODS`], or none.
    pub(crate) held: Vec<Starts>,
    pub(crate) target_ms: Option<f64>,
}

/// The columns of the first table, each with how many decimals it deserves.
const COLUMNS: [(&str, usize); 7] = [
    ("start → first answer, ms", 2),
    ("CPU of that, ms", 2),
    ("round trip p50, µs", 0),
    ("p99, µs", 0),
    ("CPU a request, µs", 0),
    ("peak, MiB", 1),
    ("binary, MiB", 2),
];

impl Measured {
    fn figures(&self) -> [f64; 7] {
        [
            self.start_ms(),
            self.starts.cpu_ms.percentile(50),
            self.round_trip_us(),
            self.trips.us.percentile(99),
            self.trips.cpu_us_per_request(),
            self.peak_mib(),
            self.size_bytes as f64 / 1024.0 / 1024.0,
        ]
    }

    /// How it reached AWS; empty where nothing is called.
    pub(crate) fn over(&self) -> &'static str {
        match self.transport {
            None => "",
            Some(Transport::Plain) => "HTTP",
            Some(Transport::Tls) => "TLS",
        }
    }

    /// The median start at full speed.
    pub(crate) fn start_ms(&self) -> f64 {
        self.starts.ms.percentile(50)
    }

    /// The median round trip.
    pub(crate) fn round_trip_us(&self) -> f64 {
        self.trips.us.percentile(50)
    }

    pub(crate) fn peak_mib(&self) -> f64 {
        self.trips.peak_kib as f64 / 1024.0
    }

    fn names(&self) -> Vec<String> {
        vec![self.label.to_owned(), self.over().to_owned()]
    }

    /// Whether it met its target, in the period that the kernel has by default. One that could not be held has not.
    pub(crate) fn misses_target(&self) -> bool {
        let met = |target| self.held.first().is_some_and(|held| held.ms.percentile(50) < target);
        self.target_ms.is_some_and(|target| !met(target))
    }
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let machine = &self.machine;
        let mut text = format!("{}, {} cores, Linux {}.", machine.cpu, machine.cores, machine.kernel);
        if machine.was_busy() {
            let taken = machine.taken;
            let _ = write!(text, " Other work kept {taken:.1} of them busy meanwhile: absolute figures are high.");
        }
        for name in &self.missing {
            let _ = write!(text, " `{name}` was not built.");
        }
        let samples = self.rows.first().map_or((0, 0), |row| (row.starts.ms.len(), row.trips.us.len()));
        let _ = write!(text, " Medians of {} starts; {} round trips on one core.\n\n", samples.0, samples.1);
        text.push_str(&self.figures());
        if let Some(ratios) = self.ratios() {
            let _ = write!(text, "\nThe same as multiples of the floor:\n\n{ratios}");
        }
        for comparison in comparisons::all(&self.rows) {
            let _ = write!(text, "\n- {}", comparison.verdict());
        }
        let _ = write!(text, "\n\n{}", self.held());
        if let Some(aggregates) = &self.aggregates {
            let _ = write!(text, "\n{}\n\n{}", aggregates.verdict(), joined(aggregates));
        }
        text
    }

    fn figures(&self) -> String {
        let head = ["function", "AWS over"].into_iter().chain(COLUMNS.iter().map(|(name, _)| *name));
        let rows = self.rows.iter().map(|row| {
            let figures =
                row.figures().into_iter().zip(COLUMNS).map(|(figure, (_, decimals))| format!("{figure:.decimals$}"));
            let calls = format!("{:.2}", row.trips.calls_per_request());
            row.names().into_iter().chain(figures).chain([calls]).collect()
        });
        table(head.chain(["calls to AWS a request"]), rows)
    }

    fn ratios(&self) -> Option<String> {
        let (floor, others) =
            self.rows.split_first().filter(|(floor, others)| floor.label.starts_with("floor") && !others.is_empty())?;
        let head = ["function", "AWS over"].into_iter().chain(COLUMNS.iter().map(|(name, _)| *name));
        let rows = others.iter().map(|row| {
            let ratios = row.figures().into_iter().zip(floor.figures()).map(|(figure, floor)| figure / floor);
            row.names().into_iter().chain(ratios.map(|ratio| format!("{ratio:.2}"))).collect()
        });
        Some(table(head, rows))
    }

    fn held(&self) -> String {
        let shares = match &self.holding {
            Err(reason) => return format!("Not held to the CPU of 128 MB: {reason}.\n"),
            Ok(shares) => shares,
        };
        let mut text =
            format!("Start → first answer, ms, held to 1/{PARTS} of a core, as at 128 MB, from the exec on:");
        for (Period { name, length }, share) in PERIODS.iter().zip(shares) {
            let (quota, whole) = (quota_us(*length), length.as_micros());
            let _ = write!(text, " {name} is {quota} of every {whole} µs (a busy loop got 1/{:.1});", 1.0 / share);
        }
        text.push_str(" \"stopped\" counts the starts that used up a quota.\n\n");
        let of_period = PERIODS.iter().flat_map(|Period { name, .. }| {
            [format!("{name}: p50"), "p90".to_owned(), "max".to_owned(), "stopped".to_owned()]
        });
        let head = ["function", "AWS over", "full speed p50"].map(str::to_owned).into_iter().chain(of_period);
        let rows = self.rows.iter().map(|row| {
            let full = format!("{:.2}", row.starts.ms.percentile(50));
            let held = row.held.iter().flat_map(|held| {
                let ms = [50, 90, 100].map(|percent| format!("{:.1}", held.ms.percentile(percent)));
                ms.into_iter().chain([format!("{}/{}", held.stopped, held.ms.len())])
            });
            let target = row.target_ms.map_or_else(String::new, |target| {
                format!("< {target:.0}: {}", if row.misses_target() { "missed" } else { "met" })
            });
            row.names().into_iter().chain([full]).chain(held).chain([target]).collect()
        });
        text.push_str(&table(head.chain(["target".to_owned()]), rows));
        text
    }

    pub(crate) fn json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(Measured::json).collect();
        let holding = match &self.holding {
            Ok(shares) => json!({ "parts": PARTS, "busy_loop_shares": shares }),
            Err(reason) => json!({ "not_held": reason }),
        };
        let Machine { cpu, cores, kernel, taken } = &self.machine;
        json!({
            "machine": { "cpu": cpu, "cores": cores, "kernel": kernel, "taken_cores": taken },
            "holding": holding,
            "missing": self.missing,
            "aggregate_ms": self.aggregates.as_ref().map(|aggregates| {
                aggregates.rows().map(|(name, samples)| json!({ "name": name, "round_trip_ms": percentiles(samples) }))
            }),
            "rows": rows,
        })
    }
}

impl Measured {
    fn json(&self) -> Value {
        let held = PERIODS
            .iter()
            .zip(&self.held)
            .map(|(period, held)| json!({ "period_us": period.length.as_micros() as u64, "start": starts(held) }));
        json!({
            "function": self.label,
            "aws_over": self.transport.map(|transport| format!("{transport:?}").to_lowercase()),
            "binary_bytes": self.size_bytes,
            "start": starts(&self.starts),
            "held": held.collect::<Vec<_>>(),
            "round_trip_us": percentiles(&self.trips.us),
            "cpu_us_per_request": self.trips.cpu_us_per_request(),
            "aws_calls_per_request": self.trips.calls_per_request(),
            "peak_kib": self.trips.peak_kib,
            "target_ms": self.target_ms,
        })
    }
}

fn starts(starts: &Starts) -> Value {
    json!({
        "ms": percentiles(&starts.ms),
        "cpu_ms": percentiles(&starts.cpu_ms),
        "count": starts.ms.len(),
        "stopped": starts.stopped,
    })
}

fn percentiles(samples: &crate::stats::Samples) -> Value {
    json!({
        "min": samples.percentile(0),
        "p50": samples.percentile(50),
        "p90": samples.percentile(90),
        "p99": samples.percentile(99),
        "max": samples.percentile(100),
    })
}

/// Medians of an aggregate and of what it is compared with.
fn joined(aggregates: &Aggregates) -> String {
    let rows = aggregates.rows().map(|(name, samples)| {
        let over = samples.percentile(50) - aggregates.alone.percentile(50);
        let figures = [50, 99].map(|percent| format!("{:.2}", samples.percentile(percent)));
        [name, String::new()].into_iter().chain(figures).chain([format!("{over:.2}")]).collect()
    });
    table(["called", "", "round trip p50, ms", "p99, ms", "beyond the server, ms"].into_iter(), rows.into_iter())
}

/// A Markdown table that also reads well as it is: padded columns, figures to the right.
fn table(head: impl Iterator<Item = impl Into<String>>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let head: Vec<String> = head.map(Into::into).collect();
    let rows: Vec<Vec<String>> = rows.collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| rows.iter().chain([&head]).filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max())
        .map(|width| width.unwrap_or_default().max(3))
        .collect();
    let rule = widths.iter().enumerate().map(|(at, width)| match at {
        0 | 1 => "-".repeat(*width),
        _ => format!("{}:", "-".repeat(width - 1)),
    });
    let lines = [head, rule.collect()].into_iter().chain(rows);
    lines.fold(String::new(), |mut text, line| {
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let _ = if at < 2 { write!(text, "| {cell:<width$} ") } else { write!(text, "| {cell:>width$} ") };
        }
        text + "|\n"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_and_aligned() {
        let rows = [vec!["a".to_owned(), String::new(), "1.5".to_owned()]];
        let text = table(["function", "over", "µs"].into_iter(), rows.into_iter());
        assert_eq!(text, "| function | over |  µs |\n| -------- | ---- | --: |\n| a        |      | 1.5 |\n");
    }

    #[test]
    fn what_was_not_held_has_no_figure() {
        let report = Report {
            machine: Machine { cpu: String::new(), cores: 2, kernel: String::new(), taken: 0.0 },
            rows: Vec::new(),
            aggregates: None,
            holding: Err("no control group".to_owned()),
            missing: vec!["cart"],
        };
        let text = report.markdown();
        assert!(text.contains("Not held to the CPU of 128 MB: no control group."), "{text}");
        assert!(text.contains("`cart` was not built."), "{text}");
        assert!(!text.contains("stopped"), "{text}");
    }
}
