//! The Gregorian calendar in UTC, by day numbers: day 0 is 1970-01-01, a Thursday.
//!
//! The year is counted from March, so that a leap day is the last day of its year and months before it keep their places;
//! an era is the 400 years after which the calendar repeats itself.

/// Days in 400 years.
const ERA_DAYS: i64 = 146_097;

/// From 0000-03-01, where the first era begins, to 1970-01-01.
const ERA_TO_EPOCH: i64 = 719_468;

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: i64,
    /// 1 to 31.
    pub(crate) day: i64,
}

impl Date {
    /// The date of a day number.
    pub(crate) fn of(day_number: i64) -> Date {
        let days = day_number.saturating_add(ERA_TO_EPOCH);
        let era = days.div_euclid(ERA_DAYS);
        let day_of_era = days.rem_euclid(ERA_DAYS);
        // Leap days: one every 1,461 days, but for every 36,524th and with every 146,097th.
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // From March, five months have 153 days.
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Date { year: era * 400 + year_of_era + i64::from(month <= 2), month, day }
    }

    /// The day number of a date.
    pub(crate) fn day_number(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let year_of_era = year.rem_euclid(400);
        let march_month = (self.month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        year.div_euclid(400) * ERA_DAYS + day_of_era - ERA_TO_EPOCH
    }

    /// The first of this date's month.
    pub(crate) fn month_start(self) -> Date {
        Date { day: 1, ..self }
    }

    /// The first of the month after this date's.
    pub(crate) fn next_month(self) -> Date {
        let december = self.month == 12;
        let (year, month) = if december { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        Date { year, month, day: 1 }
    }
}

/// The Monday on or before a day.
pub(crate) fn monday(day_number: i64) -> i64 {
    day_number - (day_number.saturating_add(3)).rem_euclid(7)
}

/// The year and week of ISO 8601 that begin on this Monday: a week belongs to the year in which its Thursday lies.
pub(crate) fn iso_week(monday: i64) -> (i64, i64) {
    let thursday = monday + 3;
    let year = Date::of(thursday).year;
    let new_year = Date { year, month: 1, day: 1 }.day_number();
    (year, (thursday - new_year) / 7 + 1)
}
