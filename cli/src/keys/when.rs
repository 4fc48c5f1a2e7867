//! When a key ends, as people write it.

use identity::date;

/// A moment, by itself or from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Milliseconds since 1970.
    At(u64),
    /// So many milliseconds from now.
    In(u64),
}

/// When a key ends, or that it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It does not.
    Never,
    /// Then.
    At(When),
}

/// The units of durations, in seconds.
const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];

impl When {
    /// The moment, in milliseconds since 1970.
    ///
    /// # Errors
    /// When it is not after `now_ms`.
    pub(crate) fn after(self, now_ms: u64) -> Result<u64, String> {
        let at_ms = match self {
            When::At(at_ms) => at_ms,
            When::In(ms) => now_ms.saturating_add(ms),
        };
        if at_ms > now_ms {
            return Ok(at_ms);
        }
        Err(format!("{} is over already: it is {}", date::show(at_ms), date::show(now_ms)))
    }
}

/// Reads a date, `2027-01-31`, a time, `2027-01-31T12:00:00Z`, or a duration, `90d`.
pub(crate) fn moment(text: &str) -> Result<When, String> {
    if !text.contains('-') {
        return duration_ms(text).map(When::In);
    }
    // A date that ends before its day is a month or a year.
    let at_ms = (text.len() >= 10).then(|| date::parse(text)).flatten().and_then(|at_ms| u64::try_from(at_ms).ok());
    at_ms.map(When::At).ok_or_else(|| "write a date, 2027-01-31 or 2027-01-31T12:00:00Z, or a duration, 90d".to_owned())
}

/// Reads what [`moment`] reads, or `never`.
pub(crate) fn end(text: &str) -> Result<End, String> {
    if text == "never" { Ok(End::Never) } else { moment(text).map(End::At) }
}

/// Reads a duration in milliseconds: `45s`, `30m`, `12h`, `90d`, `2w`.
pub(crate) fn duration_ms(text: &str) -> Result<u64, String> {
    let read = || {
        let unit = text.chars().last()?;
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let digits = text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        let number: u64 = digits.parse().ok().filter(|number| *number > 0)?;
        number.checked_mul(seconds * 1_000)
    };
    read().ok_or_else(|| "write a number and its unit, s, m, h, d or w: 90d, 12h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;

    #[test]
    fn a_moment_is_a_date_a_time_or_a_duration() {
        for (text, expected) in [
            ("1970-01-02", Some(When::At(DAY_MS))),
            ("1970-01-02T12:00:00Z", Some(When::At(DAY_MS * 3 / 2))),
            ("1970-01-02T02:00:00+02:00", Some(When::At(DAY_MS))),
            ("90d", Some(When::In(90 * DAY_MS))),
            ("1w", Some(When::In(7 * DAY_MS))),
            ("45s", Some(When::In(45_000))),
            ("30m", Some(When::In(1_800_000))),
            ("12h", Some(When::In(DAY_MS / 2))),
            ("2027-01", None),
            ("1969-12-31", None),
            ("2027-02-30", None),
            ("2027", None),
            ("90", None),
            ("d", None),
            ("0d", None),
            ("-5d", None),
            ("+5d", None),
            ("5y", None),
            ("99999999999999999999d", None),
            ("9999999999999999w", None),
            ("é", None),
            ("never", None),
            ("", None),
        ] {
            assert_eq!(moment(text).ok(), expected, "{text}");
        }
        assert_eq!((end("never"), end("1w")), (Ok(End::Never), Ok(End::At(When::In(7 * DAY_MS)))));
    }

    #[test]
    fn what_is_over_ends_no_key() {
        assert_eq!(When::In(5).after(DAY_MS), Ok(DAY_MS + 5));
        assert_eq!(When::At(DAY_MS + 1).after(DAY_MS), Ok(DAY_MS + 1));
        let over = Err("1970-01-02T00:00:00Z is over already: it is 1970-01-02T00:00:00Z".to_owned());
        assert_eq!(When::At(DAY_MS).after(DAY_MS), over);
    }
}
