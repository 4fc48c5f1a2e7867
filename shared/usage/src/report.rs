//! Reports: records added up by what is asked.

use std::collections::BTreeMap;

use crate::{Hour, Span, SpanKind, Totals, UsageRecord};

/// What a report has a row for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Each tenant.
    Tenant,
    /// Each API key.
    Key,
    /// Each usage plan.
    Plan,
    /// Each stage.
    Stage,
    /// Each route.
    Route,
    /// Each class of statuses.
    Status,
    /// Each hour.
    Hour,
    /// Each day.
    Day,
    /// Each month.
    Month,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is of, in the order of the question; an empty text where requests had no such thing.
    pub names: Vec<String>,
    /// What was counted.
    pub totals: Totals,
    /// Answers with a status of 400 or more.
    pub errors: u64,
}

impl By {
    /// The longest span that tells apart what this does.
    pub fn coarsest(self) -> SpanKind {
        match self {
            By::Hour => SpanKind::Hour,
            By::Day => SpanKind::Day,
            _ => SpanKind::Month,
        }
    }

    fn name(self, record: &UsageRecord) -> String {
        let key = &record.key;
        let span = |kind, hour: Hour| Span::of(kind, hour).to_string();
        match self {
            By::Tenant => key.tenant.clone(),
            By::Key => key.key.clone(),
            By::Plan => key.plan.clone(),
            By::Stage => key.stage.clone(),
            By::Route => key.route.clone(),
            By::Status => key.class.to_string(),
            By::Hour => span(SpanKind::Hour, key.hour),
            By::Day => span(SpanKind::Day, key.hour),
            By::Month => span(SpanKind::Month, key.hour),
        }
    }
}

impl Row {
    /// Errors in ten thousand answers.
    pub fn error_rate(&self) -> u64 {
        let rate = u128::from(self.errors) * 10_000 / u128::from(self.totals.requests.max(1));
        u64::try_from(rate).unwrap_or(10_000)
    }
}

/// One row for each combination that occurs, sorted by its names; with nothing asked, one row of everything.
pub fn report<'r>(records: impl IntoIterator<Item = &'r UsageRecord>, by: &[By]) -> Vec<Row> {
    let mut rows: BTreeMap<Vec<String>, (Totals, u64)> = BTreeMap::new();
    for record in records {
        let names = by.iter().map(|by| by.name(record)).collect();
        let (totals, errors) = rows.entry(names).or_default();
        totals.merge(&record.totals);
        if record.key.class.is_error() {
            *errors = errors.saturating_add(record.totals.requests);
        }
    }
    rows.into_iter().map(|(names, (totals, errors))| Row { names, totals, errors }).collect()
}
