use proptest::prelude::*;

use super::*;
use crate::plan::Quota;

/// Milliseconds of a time in UTC, by adding up years and months.
fn ms(year: i64, month: usize, day: i64, hour: i64) -> i64 {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = |year| [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1970..year).map(|year| 365 + i64::from(leap(year))).sum();
    let years: i64 = years - (year..1970).map(|year| 365 + i64::from(leap(year))).sum::<i64>();
    let months: i64 = lengths(year)[..month - 1].iter().sum();
    ((years + months + day - 1) * 24 + hour) * 3_600_000
}

fn check(kind: PeriodType, at: i64, name: &str, start: i64, end: i64) {
    let period = Period::at(kind, at);
    assert_eq!((period.to_string().as_str(), period.start_ms(), period.end_ms()), (name, start, end));
}

#[test]
fn periods_follow_the_calendar_in_utc() {
    use PeriodType::{Day, Month, Week};
    check(Day, ms(2026, 11, 20, 13), "2026-11-20", ms(2026, 11, 20, 0), ms(2026, 11, 21, 0));
    check(Day, ms(2026, 12, 31, 23), "2026-12-31", ms(2026, 12, 31, 0), ms(2027, 1, 1, 0));
    check(Day, ms(2028, 2, 29, 0), "2028-02-29", ms(2028, 2, 29, 0), ms(2028, 3, 1, 0));
    check(Month, ms(2027, 2, 28, 23), "2027-02", ms(2027, 2, 1, 0), ms(2027, 3, 1, 0));
    check(Month, ms(2028, 2, 29, 23), "2028-02", ms(2028, 2, 1, 0), ms(2028, 3, 1, 0));
    check(Month, ms(2000, 2, 29, 1), "2000-02", ms(2000, 2, 1, 0), ms(2000, 3, 1, 0));
    check(Month, ms(2100, 3, 1, 0), "2100-03", ms(2100, 3, 1, 0), ms(2100, 4, 1, 0));
    check(Month, ms(2026, 12, 31, 23), "2026-12", ms(2026, 12, 1, 0), ms(2027, 1, 1, 0));
    check(Week, ms(2026, 11, 22, 23), "2026-W47", ms(2026, 11, 16, 0), ms(2026, 11, 23, 0));
    check(Week, ms(2026, 11, 23, 0), "2026-W48", ms(2026, 11, 23, 0), ms(2026, 11, 30, 0));
}

#[test]
fn weeks_at_a_turn_of_the_year_belong_to_one_year() {
    use PeriodType::Week;
    // 2020 and 2026 have 53 weeks; 2027-01-01 is a Friday of 2026's last.
    check(Week, ms(2027, 1, 1, 0), "2026-W53", ms(2026, 12, 28, 0), ms(2027, 1, 4, 0));
    check(Week, ms(2027, 1, 4, 0), "2027-W01", ms(2027, 1, 4, 0), ms(2027, 1, 11, 0));
    check(Week, ms(2021, 1, 3, 23), "2020-W53", ms(2020, 12, 28, 0), ms(2021, 1, 4, 0));
    check(Week, ms(2024, 12, 30, 0), "2025-W01", ms(2024, 12, 30, 0), ms(2025, 1, 6, 0));
}

#[test]
fn times_before_1970_and_far_ahead_have_their_periods() {
    use PeriodType::{Day, Month, Week};
    check(Day, -1, "1969-12-31", ms(1969, 12, 31, 0), 0);
    check(Week, -1, "1970-W01", ms(1969, 12, 29, 0), ms(1970, 1, 5, 0));
    check(Month, ms(1904, 2, 29, 0), "1904-02", ms(1904, 2, 1, 0), ms(1904, 3, 1, 0));
    for at in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
        for kind in [Day, Week, Month] {
            let period = Period::at(kind, at);
            let _ = (period.to_string(), period.start_ms(), period.end_ms(), period.next().next(), period.length_s());
        }
    }
}

proptest! {
    /// Periods lie one beside the other without a gap, and each time is in exactly one.
    #[test]
    fn every_time_lies_in_one_period(at in -8_000_000_000_000_000i64..8_000_000_000_000_000, kind in kinds()) {
        let period = Period::at(kind, at);
        prop_assert!(period.holds(at));
        prop_assert_eq!(Period::at(kind, period.start_ms()), period);
        prop_assert_eq!(Period::at(kind, period.end_ms() - 1), period);
        prop_assert_eq!(Period::at(kind, period.end_ms()), period.next());
        prop_assert_ne!(Period::at(kind, period.start_ms() - 1), period);
        prop_assert_ne!(period.to_string(), period.next().to_string());
    }

    /// A month has as many days as the calendar of the `time` of people says, a week seven from a Monday.
    #[test]
    fn periods_are_as_long_as_the_calendar_says(year in 1600i64..2600, month in 1usize..=12, day in 1i64..=28, hour in 0i64..24) {
        let at = ms(year, month, day, hour);
        let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let whole = Period::at(PeriodType::Month, at);
        prop_assert_eq!((whole.start_ms(), whole.end_ms()), (ms(year, month, 1, 0), ms(next_year, next_month, 1, 0)));
        prop_assert_eq!(whole.to_string(), format!("{year:04}-{month:02}"));
        let week = Period::at(PeriodType::Week, at);
        prop_assert_eq!(week.end_ms() - week.start_ms(), 7 * 86_400_000);
        // 2026-11-23 is a Monday.
        prop_assert_eq!((week.start_ms() - ms(2026, 11, 23, 0)).rem_euclid(7 * 86_400_000), 0);
    }

    /// `offset` takes from the first period of the plan and from no other, whatever it is changed to.
    #[test]
    fn an_offset_counts_in_the_first_period_only(
        limit in 0u64..1_000_000, offset in 0u64..2_000_000, kind in kinds(),
        since in 0i64..4_102_444_800_000, later in 0i64..4_102_444_800_000,
    ) {
        let quota = Quota { limit, offset, period: kind };
        let (first, other) = (Period::at(kind, since), Period::at(kind, later));
        prop_assert_eq!(quota.limit_in(first, since), limit.saturating_sub(offset));
        prop_assert_eq!(quota.limit_in(other, since), if other == first { limit.saturating_sub(offset) } else { limit });
    }
}

fn kinds() -> impl Strategy<Value = PeriodType> {
    prop_oneof![Just(PeriodType::Day), Just(PeriodType::Week), Just(PeriodType::Month)]
}
