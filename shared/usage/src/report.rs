//! Reports: records added up by what is asked.

use std::{collections::HashMap, fmt::Write as _};

use crate::{RecordKey, Span, SpanKind, Totals, UsageRecord};

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

    /// Writes a record's name over another's.
    fn write(self, name: &mut String, RecordKey { tenant, key, plan, stage, route, class, hour }: &RecordKey) {
        name.clear();
        let span = |name: &mut String, kind| write!(name, "{}", Span::of(kind, *hour));
        // A text takes whatever is written.
        let _ = match self {
            By::Tenant => name.write_str(tenant),
            By::Key => name.write_str(key),
            By::Plan => name.write_str(plan),
            By::Stage => name.write_str(stage),
            By::Route => name.write_str(route),
            By::Status => write!(name, "{class}"),
            By::Hour => span(name, SpanKind::Hour),
            By::Day => span(name, SpanKind::Day),
            By::Month => span(name, SpanKind::Month),
        };
    }
}

impl Row {
    /// Errors in ten thousand answers.
    pub fn error_rate(&self) -> u64 {
        let rate = u128::from(self.errors) * 10_000 / u128::from(self.totals.requests.max(1));
        u64::try_from(rate).unwrap_or(10_000)
    }
}

/// A report that is added up record by record, of which it keeps none.
#[derive(Debug)]
pub struct Report {
    by: Vec<By>,
    /// The names of the record that is added, in texts that are used again.
    names: Vec<String>,
    rows: Vec<Row>,
    places: HashMap<Vec<String>, usize>,
    /// Where the last record was added: of sorted records, the next one often belongs there too.
    last: usize,
}

impl Report {
    /// One that has a row for each combination of these that occurs; of none, one row of everything.
    pub fn new(by: &[By]) -> Self {
        let names = vec![String::new(); by.len()];
        Report { by: by.to_vec(), names, rows: Vec::new(), places: HashMap::new(), last: 0 }
    }

    /// Adds what was counted of a record.
    pub fn add(&mut self, record: &UsageRecord) {
        for (by, name) in self.by.iter().zip(&mut self.names) {
            by.write(name, &record.key);
        }
        self.last = self.place();
        let Some(row) = self.rows.get_mut(self.last) else { return };
        row.totals.merge(&record.totals);
        if record.key.class.is_error() {
            row.errors = row.errors.saturating_add(record.totals.requests);
        }
    }

    /// The place of the row with the present names.
    fn place(&mut self) -> usize {
        if self.rows.get(self.last).is_some_and(|row| row.names == self.names) {
            return self.last;
        }
        if let Some(place) = self.places.get(&self.names) {
            return *place;
        }
        self.places.insert(self.names.clone(), self.rows.len());
        self.rows.push(Row { names: self.names.clone(), totals: Totals::default(), errors: 0 });
        self.rows.len() - 1
    }

    /// The rows, sorted by their names.
    pub fn into_rows(self) -> Vec<Row> {
        let mut rows = self.rows;
        rows.sort_unstable_by(|a, b| a.names.cmp(&b.names));
        rows
    }
}

/// The rows of a [`Report`] of these records.
pub fn report<'r>(records: impl IntoIterator<Item = &'r UsageRecord>, by: &[By]) -> Vec<Row> {
    let mut report = Report::new(by);
    records.into_iter().for_each(|record| report.add(record));
    report.into_rows()
}
