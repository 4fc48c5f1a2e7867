//! The hour that a record belongs to, and the hours, days and months that records are folded and reported by, all in UTC.

use std::fmt;

use plans::{Period, PeriodType};
use serde::{Deserialize, Serialize};

const HOUR_MS: u64 = 3_600_000;

/// An hour, by its number since 1970-01-01T00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hour(pub u32);

/// How long a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanKind {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month of the calendar.
    Month,
}

/// An hour, a day or a month. It is shown as `2026-11-20T13`, `2026-11-20` or `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    kind: SpanKind,
    first: Hour,
}

impl Hour {
    /// The hour that holds a time, in milliseconds since 1970.
    pub fn at_ms(now_ms: u64) -> Self {
        Hour(u32::try_from(now_ms / HOUR_MS).unwrap_or(u32::MAX))
    }

    /// Its first millisecond.
    pub fn start_ms(self) -> u64 {
        u64::from(self.0) * HOUR_MS
    }

    /// Its first second.
    pub fn start_s(self) -> u64 {
        self.start_ms() / 1_000
    }

    /// The hour so many hours later.
    #[must_use]
    pub fn plus(self, hours: u32) -> Self {
        Hour(self.0.saturating_add(hours))
    }

    /// The hour so many hours earlier.
    #[must_use]
    pub fn minus(self, hours: u32) -> Self {
        Hour(self.0.saturating_sub(hours))
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}", period(PeriodType::Day, *self), self.0 % 24)
    }
}

impl Span {
    /// The span of a kind that holds an hour.
    pub fn of(kind: SpanKind, hour: Hour) -> Self {
        let first = match kind {
            SpanKind::Hour => hour,
            SpanKind::Day => hour.minus(hour.0 % 24),
            SpanKind::Month => hour_of(period(PeriodType::Month, hour).start_ms()),
        };
        Span { kind, first }
    }

    /// Reads a span as it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
        let (year, month) = (number(0, 4)?, number(5, 7)?);
        let (day, hour) = (number(8, 10), number(11, 13));
        // The middle of such a month, near enough; what is shown of it decides.
        let days = (year.checked_sub(1970)? * 1461 / 4).checked_add(month.checked_sub(1)? * 61 / 2 + 15)?;
        let month = Span::of(SpanKind::Month, Hour(days.checked_mul(24)?));
        let day_start = |day: u32| Some(month.first.plus(day.checked_sub(1)?.checked_mul(24)?));
        let span = match (text.len(), day, hour) {
            (7, ..) => month,
            (10, Some(day), _) => Span::of(SpanKind::Day, day_start(day)?),
            (13, Some(day), Some(hour)) => Span::of(SpanKind::Hour, day_start(day)?.plus(hour)),
            _ => return None,
        };
        (span.to_string() == text).then_some(span)
    }

    /// What it is.
    pub fn kind(self) -> SpanKind {
        self.kind
    }

    /// Its first hour.
    pub fn first(self) -> Hour {
        self.first
    }

    /// The first hour after it.
    pub fn end(self) -> Hour {
        match self.kind {
            SpanKind::Hour => self.first.plus(1),
            SpanKind::Day => self.first.plus(24),
            SpanKind::Month => hour_of(period(PeriodType::Month, self.first).end_ms()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SpanKind::Hour => self.first.fmt(f),
            SpanKind::Day => period(PeriodType::Day, self.first).fmt(f),
            SpanKind::Month => period(PeriodType::Month, self.first).fmt(f),
        }
    }
}

fn period(kind: PeriodType, hour: Hour) -> Period {
    Period::at(kind, i64::try_from(hour.start_ms()).unwrap_or(i64::MAX))
}

fn hour_of(ms: i64) -> Hour {
    Hour::at_ms(u64::try_from(ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, end: &str) {
        let span = Span::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((span.to_string().as_str(), span.end().to_string().as_str()), (text, end));
    }

    #[test]
    fn a_span_is_read_as_it_is_shown() {
        check("2026-11-20T13", "2026-11-20T14");
        check("2026-12-31T23", "2027-01-01T00");
        check("2028-02-29", "2028-03-01T00");
        check("2028-02", "2028-03-01T00");
        for month in 1..=12 {
            for year in [1970, 1999, 2000, 2026, 2099, 2300] {
                assert!(Span::parse(&format!("{year}-{month:02}")).is_some(), "{year}-{month}");
            }
        }
        for no in
            ["", "2026", "2026-13", "2026-02-29", "2026-11-20T24", "2026-11-0", "9999-99-99T99", "1969-01", "é26-1-"]
        {
            assert_eq!(Span::parse(no), None, "{no}");
        }
    }
}
