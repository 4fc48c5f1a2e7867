//! The time for which a quota holds: a day, a week from Monday, or a month, all in UTC.
//! (API Gateway developer guide, `api-gateway-api-usage-plans`; API reference, `QuotaSettings`. That periods follow the
//! calendar in UTC and weeks begin on Monday is not in the documentation; it is what third parties report.)

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::{Date, iso_week, monday};

const DAY_MS: i64 = 86_400_000;

/// AWS's `QuotaPeriodType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PeriodType {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

/// One period: 2026-11-20, or the week or month that holds it.
///
/// It is shown as `2026-11-20`, `2026-W47` or `2026-11`, which is its name in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    kind: PeriodType,
    first_day: i64,
}

impl Period {
    /// The period that holds a time, in milliseconds since 1970. Any time has one.
    pub fn at(kind: PeriodType, now_ms: i64) -> Self {
        let day = now_ms.div_euclid(DAY_MS);
        let first_day = match kind {
            PeriodType::Day => day,
            PeriodType::Week => monday(day),
            PeriodType::Month => Date::of(day).month_start().day_number(),
        };
        Period { kind, first_day }
    }

    /// Its first millisecond.
    pub fn start_ms(self) -> i64 {
        self.first_day.saturating_mul(DAY_MS)
    }

    /// The first millisecond after it.
    pub fn end_ms(self) -> i64 {
        self.next().start_ms()
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        let first_day = match self.kind {
            PeriodType::Day => self.first_day + 1,
            PeriodType::Week => self.first_day + 7,
            PeriodType::Month => Date::of(self.first_day).next_month().day_number(),
        };
        Period { first_day, ..self }
    }

    /// Whether a time lies in it.
    pub fn holds(self, now_ms: i64) -> bool {
        (self.start_ms()..self.end_ms()).contains(&now_ms)
    }

    /// How long it lasts, in whole seconds.
    pub fn length_s(self) -> u64 {
        let days = self.next().first_day - self.first_day;
        u64::try_from(days).unwrap_or_default() * 86_400
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = Date::of(self.first_day);
        match self.kind {
            PeriodType::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
            PeriodType::Month => write!(f, "{year:04}-{month:02}"),
            PeriodType::Week => {
                let (year, week) = iso_week(self.first_day);
                write!(f, "{year:04}-W{week:02}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
