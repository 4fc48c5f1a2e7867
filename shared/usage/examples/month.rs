//! How long a report of a large month takes, and how much memory: `cargo run --release -p usage --example month`.
//!
//! The ledger is generated, as folding leaves it: ten million entries of a tenant's 10,000 keys and 50 routes, one for each of
//! these on each of twenty days, folded to days; then the month is folded by the same rules that the metering function follows.
//! It lies in memory in the form in which DynamoDB answers, JSON with the bytes in base64, is decoded with each call, and each
//! call takes [`DELAY`], sixteen at once: what the network and DynamoDB take, assumed.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "an example says what it found")]

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use usage::{
    By, Entry, Hour, Ledger, LedgerError, RecordKey, Report, Run, Span, SpanKind, StatusClass, Totals, UsageRecord,
    fold, packed, scan,
};

const KEYS: u32 = 10_000;
const ROUTES: u32 = 50;
const DAYS: u32 = 20;

/// How long a call takes, beside what its answer takes to decode.
const DELAY: Duration = Duration::from_millis(15);

/// How many parts of a run are read at once.
const AT_ONCE: usize = 16;

/// 2026-11-01T00.
const FIRST: Hour = Hour(498_192);

/// A run, and the answers that hold its parts.
type Written = (Run, Vec<String>);

/// A table.
#[derive(Default)]
struct Table {
    runs: RefCell<HashMap<(SpanKind, Hour), Written>>,
    calls: Cell<u64>,
    /// Of 4 KB each.
    read_units: Cell<u64>,
}

impl Table {
    async fn call(&self, bytes: usize) {
        self.calls.set(self.calls.get() + 1);
        self.read_units.set(self.read_units.get() + u64::try_from(bytes.div_ceil(4_096).max(1)).unwrap_or(u64::MAX));
        tokio::time::sleep(DELAY).await;
    }

    async fn part(&self, run: &Run, part: usize) -> Result<Vec<u8>, LedgerError> {
        let answer = self
            .runs
            .borrow()
            .get(&(run.span.kind(), run.span.first()))
            .and_then(|(_, parts)| parts.get(part).cloned());
        let answer = answer.ok_or_else(|| LedgerError::Corrupt("no such part".to_owned()))?;
        self.call(answer.len() * 3 / 4).await;
        let item: Value = serde_json::from_str(&answer).expect("JSON");
        let bytes = item.pointer("/Item/records/B").and_then(Value::as_str).expect("bytes");
        Ok(STANDARD.decode(bytes).expect("base64"))
    }
}

impl Ledger for Table {
    async fn keep(&self, _entry: &Entry) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn entries(&self, _tenant: &str, _hour: Hour) -> Result<Vec<Entry>, LedgerError> {
        Ok(Vec::new())
    }

    async fn tenants(&self, _hour: Hour) -> Result<Vec<String>, LedgerError> {
        Ok(Vec::new())
    }

    async fn all_tenants(&self) -> Result<Vec<String>, LedgerError> {
        Ok(vec!["acme".to_owned()])
    }

    async fn hours(&self, _tenant: &str, _from: Hour, _to: Hour) -> Result<Vec<Hour>, LedgerError> {
        self.call(0).await;
        Ok(Vec::new())
    }

    async fn runs(&self, _tenant: &str, kind: SpanKind, from: Hour, to: Hour) -> Result<Vec<Run>, LedgerError> {
        self.call(0).await;
        let runs = self.runs.borrow();
        let mut found: Vec<Run> = runs.values().map(|(run, _)| *run).collect();
        found.retain(|run| run.span.kind() == kind && (from..to).contains(&run.span.first()));
        found.sort_by_key(|run| run.span.first());
        Ok(found)
    }

    async fn write(&self, _tenant: &str, span: Span, version: u64, records: &[UsageRecord]) -> Result<(), LedgerError> {
        let parts = packed::pack(records).expect("packed");
        let item = |part: &Vec<u8>| json!({"Item": {"records": {"B": STANDARD.encode(part)}}}).to_string();
        let requests = records.iter().map(|record| record.totals.requests).sum();
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let run = Run { span, version, parts: count, requests };
        self.runs.borrow_mut().insert((span.kind(), span.first()), (run, parts.iter().map(item).collect()));
        Ok(())
    }

    async fn visit(&self, _tenant: &str, run: &Run, show: &mut impl FnMut(&UsageRecord)) -> Result<(), LedgerError> {
        let parts = (0..usize::try_from(run.parts).unwrap_or_default()).map(|part| self.part(run, part));
        let mut parts = stream::iter(parts).buffered(AT_ONCE);
        while let Some(part) = parts.try_next().await? {
            packed::visit(&part, show).ok_or_else(|| LedgerError::Corrupt("no part".to_owned()))?;
        }
        Ok(())
    }
}

/// A day's records: each has a request of a latency of its own.
fn day(number: u32) -> Vec<UsageRecord> {
    let record = |key: u32, route: u32| {
        let mut totals = Totals { requests: 1, units: 1, bytes_out: 512, ..Totals::default() };
        totals.latency.add(1_000 + u64::from((key * 31 + route * 7 + number) % 5_000) * 20);
        let [tenant, plan, stage] = ["acme", "gold", "$default"].map(str::to_owned);
        let (key, route) = (format!("key-{key:06}"), format!("GET /things/{route:02}/{{id}}"));
        let class = StatusClass(2);
        UsageRecord { key: RecordKey { tenant, key, plan, stage, route, class, hour: FIRST.plus(24 * number) }, totals }
    };
    (0..KEYS).flat_map(|key| (0..ROUTES).map(move |route| record(key, route))).collect()
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let table = Table::default();
    runtime.block_on(async {
        for number in 0..DAYS {
            let span = Span::of(SpanKind::Day, FIRST.plus(24 * number));
            table.write("acme", span, u64::from(number), &day(number)).await.expect("written");
        }
    });
    println!(
        "| the month is | report by | rows | CPU, s | CPU and waits, s | took, s | calls | read units | most memory, MB |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    tell(&runtime, &table, "open");
    let began = Instant::now();
    let month = Span::of(SpanKind::Month, FIRST);
    runtime.block_on(fold(&table, "acme", month, 99)).expect("folded");
    let folded = began.elapsed();
    tell(&runtime, &table, "folded");
    println!("\nFolding the month took {:.1} s.", folded.as_secs_f64());
}

/// A line for each report.
fn tell(runtime: &tokio::runtime::Runtime, table: &Table, month: &str) {
    for (name, by) in [("key", &[By::Key][..]), ("route", &[By::Route]), ("key, route", &[By::Key, By::Route])] {
        table.calls.set(0);
        table.read_units.set(0);
        let (began, before) = (Instant::now(), cpu());
        let mut rows = 0;
        let memory = allocation_counter::measure(|| rows = runtime.block_on(report(table, by)));
        let (seconds, spent) = (began.elapsed().as_secs_f64(), (cpu() - before).as_secs_f64());
        let (calls, units, memory) = (table.calls.get(), table.read_units.get(), memory.bytes_max / 1_000_000);
        let alone = spent + DELAY.as_secs_f64() * f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / 16.0;
        println!(
            "| {month} | {name} | {rows} | {spent:.1} | {alone:.1} | {seconds:.1} | {calls} | {units} | {memory} |"
        );
    }
}

/// How many rows a report of the month has.
async fn report(table: &Table, by: &[By]) -> usize {
    let mut report = Report::new(by);
    let month = Span::of(SpanKind::Month, FIRST);
    let hours = (month.first(), month.end());
    scan(table, "acme", hours, SpanKind::Month, &mut |record| report.add(record)).await.expect("a report");
    report.into_rows().len()
}

/// The CPU time of this thread so far; none where the system does not say.
fn cpu() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(status.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default())
}
