//! Escapes within strings: found, undone, and written.

use std::{borrow::Cow, fmt::Write as _};

use crate::error::Failure;

const UNENDED: &str = "the text ends within a string";
const HALF: &str = "half a surrogate pair stands for no character: write both halves, or the character itself";

/// Where the string whose contents begin at `at` has its closing quote, and whether it has escapes.
pub(crate) fn scan(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Failure> {
    let mut escaped = false;
    loop {
        at += ordinary(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => (at, escaped) = (escape(bytes, at)?, true),
            Some(_) => return Err(Failure { at, message: "control characters in strings are written as escapes" }),
            None => return Err(Failure { at: bytes.len(), message: UNENDED }),
        }
    }
}

/// How many bytes from `at` on are neither quote, backslash nor control character; eight at a time.
fn ordinary(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let (eights, _) = rest.as_chunks::<8>();
    let mut count = 0;
    for eight in eights {
        let special = special(u64::from_le_bytes(*eight));
        if special != 0 {
            return count + special.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    count + rest.iter().skip(count).take_while(|byte| **byte >= b' ' && **byte != b'"' && **byte != b'\\').count()
}

/// Has the top bit of each byte that is a quote, a backslash or below a space. Bytes above the first such may be marked
/// wrongly (the subtraction borrows), the first never is.
fn special(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let below_space = eight.wrapping_sub(ONES * 0x20) & !eight;
    (below_space | zero(eight ^ (ONES * 0x22)) | zero(eight ^ (ONES * 0x5C))) & TOPS
}

/// Behind the escape that begins at `at`.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Failure> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let unit = unit(bytes, at).ok_or(Failure { at, message: "four hexadecimal digits follow \\u" })?;
            match unit {
                0xDC00..=0xDFFF => Err(Failure { at, message: HALF }),
                0xD800..=0xDBFF if !matches!(unit_of_pair(bytes, at + 6), Some(0xDC00..=0xDFFF)) => {
                    Err(Failure { at, message: HALF })
                }
                0xD800..=0xDBFF => Ok(at + 12),
                _ => Ok(at + 6),
            }
        }
        Some(_) => Err(Failure { at, message: "there is no such escape in JSON" }),
        None => Err(Failure { at: bytes.len(), message: UNENDED }),
    }
}

fn unit_of_pair(bytes: &[u8], at: usize) -> Option<u16> {
    if bytes.get(at..at + 2) == Some(b"\\u") { unit(bytes, at) } else { None }
}

/// The UTF-16 unit of the `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at + 2..at + 6)?;
    digits.iter().try_fold(0, |sum: u16, digit| {
        let digit = (*digit as char).to_digit(16)?;
        Some(sum << 4 | u16::try_from(digit).ok()?)
    })
}

/// The text that `raw`, a string's contents as [`scan`] found them, stands for.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some((plain, _)) = raw.split_once('\\') else { return Cow::Borrowed(raw) };
    let mut text = String::with_capacity(raw.len());
    text.push_str(plain);
    let mut at = plain.len();
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        text.push_str(rest.get(..plain).unwrap_or_default());
        at += plain;
        let (character, length) = character(raw.as_bytes(), at);
        text.extend(character);
        at += length;
    }
    Cow::Owned(text)
}

/// The character that the escape at `at` stands for, and the escape's length; at the end, nothing.
fn character(bytes: &[u8], at: usize) -> (Option<char>, usize) {
    let character = match bytes.get(at + 1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let units = [unit(bytes, at).unwrap_or_default(), unit_of_pair(bytes, at + 6).unwrap_or_default()];
            let first = char::decode_utf16(units).next().and_then(Result::ok);
            return (first, 6 * first.map_or(1, char::len_utf16));
        }
        Some(byte) => *byte as char,
        None => return (None, 2),
    };
    (Some(character), 2)
}

/// Appends `text` as a JSON string with its quotes. Only what must be escaped is.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let plain = ordinary(rest.as_bytes(), 0);
        out.push_str(rest.get(..plain).unwrap_or_default());
        let mut special = rest.get(plain..).unwrap_or_default().chars();
        let Some(character) = special.next() else { break };
        write_escape(character, out);
        rest = special.as_str();
    }
    out.push('"');
}

fn write_escape(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        control => {
            let _ = write!(out, "\\u{:04x}", u32::from(control));
        }
    }
}
