//! JSON as cases compare it.

use serde_json::{Number, Value};

use crate::{Failure, expectation::ANYTHING};

/// Whether `got` is the value that is `expected`.
///
/// # Errors
/// The first place below `what` where it is not.
pub(crate) fn check_equal(what: &str, expected: &Value, got: &Value) -> Result<(), Failure> {
    check(what, expected, Some(got), Objects::Equal)
}

/// Whether `got` is the value that is `expected`, but for keys that its objects have beside.
///
/// # Errors
/// The first place below `what` where it is not.
pub(crate) fn check_subset(what: &str, expected: &Value, got: &Value) -> Result<(), Failure> {
    check(what, expected, Some(got), Objects::MayHaveMore)
}

/// The text of a JSON value without the white space between its tokens.
pub(crate) fn compact(json: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    let keeps = |c: &char| {
        if in_text {
            in_text = escaped || *c != '"';
            escaped = !escaped && *c == '\\';
            return true;
        }
        in_text = *c == '"';
        !c.is_ascii_whitespace()
    };
    json.chars().filter(keeps).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Objects {
    Equal,
    MayHaveMore,
}

fn check(what: &str, expected: &Value, got: Option<&Value>, objects: Objects) -> Result<(), Failure> {
    let differs = || {
        let got = got.map_or_else(|| "nothing".to_owned(), Value::to_string);
        Err(Failure::differs(what, expected, got))
    };
    match (expected, got) {
        (Value::String(text), got) if text == ANYTHING => {
            let there = got.is_some_and(|got| !got.is_null() && got.as_str() != Some(""));
            if there { Ok(()) } else { differs() }
        }
        (Value::Object(expected), Some(Value::Object(got))) => {
            for (key, value) in expected {
                check(&format!("{what}.{key}"), value, got.get(key), objects)?;
            }
            let more = got.iter().find(|(key, _)| objects == Objects::Equal && !expected.contains_key(*key));
            more.map_or(Ok(()), |(key, value)| Err(Failure::differs(&format!("{what}.{key}"), "nothing", value)))
        }
        (Value::Array(expected), Some(Value::Array(got))) if expected.len() == got.len() => {
            let mut pairs = (0..).zip(expected.iter().zip(got));
            pairs.try_for_each(|(at, (expected, got)): (usize, _)| {
                check(&format!("{what}[{at}]"), expected, Some(got), objects)
            })
        }
        (Value::Number(expected), Some(Value::Number(got))) if same_number(expected, got) => Ok(()),
        (expected, Some(got)) if expected == got => Ok(()),
        _ => differs(),
    }
}

/// `1` and `1.0` are the same; whole numbers are compared to the last digit.
fn same_number(a: &Number, b: &Number) -> bool {
    if a.is_f64() || b.is_f64() { a.as_f64() == b.as_f64() } else { a == b }
}

#[cfg(test)]
mod tests;
