//! Counts as an answer tells them. They only grow within their hour, day or month: what two answers differ by was counted
//! between them.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;
use usage::{By, Hour, Row, UsageRecord, report};

/// The most routes that an answer names, the busiest first.
const MAX_ROUTES: usize = 100;

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    pub(crate) requests: u64,
    units: u64,
    errors: u64,
    throttled: u64,
    cache_hits: u64,
    bytes_in: u64,
    bytes_out: u64,
    p50_micros: Option<u64>,
    p95_micros: Option<u64>,
    p99_micros: Option<u64>,
}

/// What was counted of something with a name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OfRoute {
    route: String,
    #[serde(flatten)]
    figures: Figures,
}

/// What was counted in an hour.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OfHour {
    from: String,
    #[serde(flatten)]
    figures: Figures,
}

/// What was used since a moment.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Used {
    /// When it began, as RFC 3339.
    from: String,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    /// Requests by class: `{"2xx": 7}`.
    statuses: BTreeMap<String, u64>,
    /// The busiest first.
    routes: Vec<OfRoute>,
}

impl Figures {
    fn of(row: &Row) -> Self {
        let Row { totals, errors, .. } = row;
        Figures {
            requests: totals.requests,
            units: totals.units,
            errors: *errors,
            throttled: totals.throttled,
            cache_hits: totals.cache_hits,
            bytes_in: totals.bytes_in,
            bytes_out: totals.bytes_out,
            p50_micros: totals.latency.quantile(500),
            p95_micros: totals.latency.quantile(950),
            p99_micros: totals.latency.quantile(990),
        }
    }
}

impl Used {
    /// What of these was used from an hour on.
    pub(crate) fn since(from: Hour, records: &[UsageRecord]) -> Self {
        let records = || records.iter().filter(|record| record.key.hour >= from);
        let mut routes = report(records(), &[By::Route]);
        routes.sort_by_key(|row| Reverse(row.totals.requests));
        routes.truncate(MAX_ROUTES);
        Used {
            from: begin(from),
            figures: report(records(), &[]).first().map(Figures::of).unwrap_or_default(),
            statuses: named(report(records(), &[By::Status]))
                .map(|(class, row)| (class, row.totals.requests))
                .collect(),
            routes: named(routes).map(|(route, row)| OfRoute { route, figures: Figures::of(&row) }).collect(),
        }
    }
}

/// Each hour from one to before another, also those in which nothing was used.
pub(crate) fn by_hour((from, to): (Hour, Hour), records: &[UsageRecord]) -> Vec<OfHour> {
    let rows: BTreeMap<String, Row> = named(report(records, &[By::Hour])).collect();
    let hours = (from.0..to.0).map(Hour);
    let figures = |hour: Hour| rows.get(&hour.to_string()).map(Figures::of).unwrap_or_default();
    hours.map(|hour| OfHour { from: begin(hour), figures: figures(hour) }).collect()
}

/// When an hour begins, as RFC 3339.
pub(crate) fn begin(hour: Hour) -> String {
    format!("{hour}:00:00Z")
}

/// Rows that have one name each, by it.
fn named(rows: Vec<Row>) -> impl Iterator<Item = (String, Row)> {
    rows.into_iter().map(|mut row| (row.names.pop().unwrap_or_default(), row))
}
