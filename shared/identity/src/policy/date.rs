//! Dates as policies write them: the W3C's profile of ISO 8601, or seconds since 1970.
//! (IAM user guide, `reference_policies_elements_condition_operators`; <https://www.w3.org/TR/NOTE-datetime>.)

/// Reads a date, in milliseconds since 1970. Digits alone are seconds since 1970, four of them a year.
pub(crate) fn parse(text: &str) -> Option<i64> {
    if text.len() != 4 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok()?.checked_mul(1000);
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |month| digits(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 2))?;
    let complete = date.len() == 10;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let ms = match time {
        Some(time) if complete => time_of_day(time)?,
        Some(_) => return None,
        None => 0,
    };
    Some(days_since_1970(year, month, day) * 86_400_000 + ms)
}

/// The time as `aws:CurrentTime` has it: `2026-01-31T12:00:00Z`.
pub(crate) fn show(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s` with a zone, `Z` or `+hh:mm`, in milliseconds from midnight UTC.
fn time_of_day(text: &str) -> Option<i64> {
    let zone_at = text.find(['Z', '+', '-'])?;
    let (time, zone) = text.split_at_checked(zone_at)?;
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let mut parts = time.split(':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = parts.next().map(|second| digits(second, 2).filter(|second| *second < 60));
    if parts.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let second = second.unwrap_or(Some(0))?;
    let ms = fraction.map_or(Some(0), milliseconds)?;
    Some(((hour * 60 + minute) * 60 + second) * 1000 + ms - offset_minutes(zone)? * 60_000)
}

fn offset_minutes(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, offset) =
        if let Some(east) = zone.strip_prefix('+') { (1, east) } else { (-1, zone.strip_prefix('-')?) };
    let (hour, minute) = offset.split_once(':')?;
    let hour = digits(hour, 2).filter(|hour| *hour < 24)?;
    let minute = digits(minute, 2).filter(|minute| *minute < 60)?;
    Some(sign * (hour * 60 + minute))
}

fn milliseconds(fraction: &str) -> Option<i64> {
    let known = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let padded: String = fraction.chars().chain("00".chars()).take(3).collect();
    known.then(|| padded.parse().ok()).flatten()
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let exact = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    exact.then(|| text.parse().ok()).flatten()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar. A year begins in March here, so that the leap day is its last; the months
/// from March on then begin at day (153 × month + 2) / 5, and 400 years have 146,097 days.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    const FROM_YEAR_0: i64 = 719_468;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - FROM_YEAR_0
}

/// Year, month and day of a day since 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_each_of_its_forms() {
        for (text, ms) in [
            ("1970", Some(0)),
            ("1970-02", Some(31 * 86_400_000)),
            ("1970-01-02", Some(86_400_000)),
            ("2000-02-29T12:00Z", Some(951_825_600_000)),
            ("2026-07-31T23:59:59Z", Some(1_785_542_399_000)),
            ("2026-07-31T23:59:59.25Z", Some(1_785_542_399_250)),
            ("2026-08-01T01:59:59+02:00", Some(1_785_542_399_000)),
            ("2026-07-31T18:29:59-05:30", Some(1_785_542_399_000)),
            ("1785542399", Some(1_785_542_399_000)),
            ("1900-02-29", None),
            ("2026-13-01", None),
            ("2026-07-31T24:00Z", None),
            ("2026-07-31T12:00", None),
            ("2026-07T12:00Z", None),
            ("2026-07-31T12:00.5Z", None),
            ("2026-07-31T12:00:00+2:00", None),
            ("99999999999999999999", None),
            ("next week", None),
            ("", None),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
    }

    #[test]
    fn a_time_that_is_shown_is_read_as_itself() {
        for at_s in [0, 951_782_400, 951_868_799, 1_785_542_399, 4_102_444_800, 13_569_465_600] {
            assert_eq!(parse(&show(at_s * 1000)), Some(at_s as i64 * 1000), "{at_s}");
        }
        assert_eq!(show(1_785_542_399_999), "2026-07-31T23:59:59Z");
    }
}
