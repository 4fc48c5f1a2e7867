//! `format`: the formats that draft 4 has.
//!
//! The developer guide says of formats only that `int32`, `int64` and `decimal` are not supported. Messages that its users
//! report are those of a checker whose formats are on ([`validation_error_string`](crate::validation_error_string)), and
//! they report that `email` is checked. So the six formats of draft 4, section 7.3, are checked, and no other: not `date`,
//! `uuid`, `byte`, `int32` or `regex`. Where the checker's own rules are not known they are taken widely, so that no body is
//! refused that API Gateway lets through.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    DateTime,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Uri,
}

impl Format {
    /// The format of this name, if it is checked.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Some(match name {
            "date-time" => Format::DateTime,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "uri" => Format::Uri,
            _ => return None,
        })
    }

    /// Whether `text` has this format.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            Format::DateTime => is_date_time(text.as_bytes()).is_some(),
            Format::Email => is_email(text),
            Format::Hostname => is_hostname(text),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Uri => is_uri(text),
        }
    }

    /// What is said of a `text` that has not.
    pub(crate) fn message(self, text: &str) -> String {
        let of = match self {
            Format::DateTime => {
                return format!(
                    "string \"{text}\" is invalid against requested date format(s) \
                     [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{{1,12}}Z]"
                );
            }
            Format::Email => "email address",
            Format::Hostname => "hostname",
            Format::Ipv4 => "IPv4 address",
            Format::Ipv6 => "IPv6 address",
            Format::Uri => "URI",
        };
        format!("string \"{text}\" is not a valid {of}")
    }
}

/// RFC 3339, section 5.6; offsets with and without a colon.
fn is_date_time(text: &[u8]) -> Option<()> {
    let (date, time) = text.split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let [b'T' | b't', h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = time else { return None };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let month = number(&[*m1, *m2]).filter(|month| (1..=12).contains(month))?;
    number(&[*d1, *d2]).filter(|day| (1..=days(year, month)).contains(day))?;
    number(&[*h1, *h2]).filter(|hour| *hour < 24)?;
    number(&[*n1, *n2]).filter(|minute| *minute < 60)?;
    // A minute may have a leap second.
    number(&[*s1, *s2]).filter(|second| *second <= 60)?;
    is_offset(without_fraction(rest)?)
}

fn without_fraction(rest: &[u8]) -> Option<&[u8]> {
    let [b'.', fraction @ ..] = rest else { return Some(rest) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { None } else { fraction.get(digits..) }
}

fn is_offset(text: &[u8]) -> Option<()> {
    let (hour, minute) = match text {
        [b'Z' | b'z'] => return Some(()),
        [b'+' | b'-', h1, h2, b':', m1, m2] | [b'+' | b'-', h1, h2, m1, m2] => ([*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    number(&hour).filter(|hour| *hour < 24)?;
    number(&minute).filter(|minute| *minute < 60).map(|_| ())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| Some(sum * 10 + (*digit as char).to_digit(10)?))
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A name, an `@` and a domain, which may be a single label. (RFC 5322, section 3.4.1, without its comments.)
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let quoted = name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>,;:\\\"[]@".contains(c);
    let dots = |text: &str| text.split('.').all(|part| !part.is_empty());
    let literal = domain.starts_with('[') && domain.ends_with(']');
    (quoted || dots(name) && name.chars().all(plain)) && (literal || dots(domain) && domain.chars().all(plain))
}

/// Labels of letters, digits, `-` and `_`. (RFC 1034, section 3.1.)
fn is_hostname(text: &str) -> bool {
    let label = |label: &str| {
        let within = label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        within && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.strip_suffix('.').unwrap_or(text).split('.').all(label)
}

/// Only the characters that a URI or a reference to one may have. (RFC 3986, section 2.)
fn is_uri(text: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c);
    let escaped = |part: &str| part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    !text.contains(forbidden) && text.split('%').skip(1).all(escaped) && text.matches('#').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_fit_as_draft_4_says() {
        let check = |name: &str, good: &[&str], bad: &[&str]| {
            let format = Format::find(name).unwrap();
            good.iter().for_each(|text| assert!(format.fits(text), "{name} {text}"));
            bad.iter().for_each(|text| assert!(!format.fits(text), "{name} {text}"));
        };
        check(
            "date-time",
            &["2024-02-29T23:59:60Z", "1996-12-19T16:39:57-08:00", "2020-01-01T00:00:00.123456+0100"],
            &[
                "2023-02-29T00:00:00Z",
                "2020-01-01",
                "2020-01-01T00:00:00",
                "2020-01-01 00:00:00Z",
                "2020-13-01T00:00:00Z",
            ],
        );
        check(
            "date-time",
            &[],
            &["2020-01-01T24:00:00Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00+1:00", "", "é"],
        );
        check(
            "email",
            &["a@b.example", "a@b", "\"a b\"@c.d", "a@[127.0.0.1]"],
            &["a", "@b", "a@", "a b@c", "a@b..c", ""],
        );
        check("hostname", &["a", "a-1.example", "a_b.c."], &["", "-a", "a-", "a..b", "a b", "a/b"]);
        check("ipv4", &["127.0.0.1"], &["127.0.0", "256.0.0.1", "127.0.0.1.1", "::1", "01.2.3.4"]);
        check("ipv6", &["::1", "::ffff:1.2.3.4"], &["1.2.3.4", ":::", "12345::"]);
        check("uri", &["https://a.example/b?c=d#e", "urn:a:b", "/relative", "a%20b"], &["a b", "a%2", "<a>", "a#b#c"]);
        assert_eq!(Format::find("int32"), None);
    }
}
