//! Headers as cases compare them.

use gateway::Headers;

use crate::{
    Failure,
    expectation::{ANYTHING, HeaderExpectation, quoted},
};

/// Whether `got` has what is `expected`, and lacks what must be absent.
///
/// # Errors
/// The first name that differs.
pub(crate) fn check(expected: &HeaderExpectation, got: &Headers) -> Result<(), Failure> {
    for (name, expected) in expected {
        let got = joined(got, name);
        let met = match expected {
            Some(expected) => is_met(&without_gaps(expected), got.as_deref().map(without_gaps).as_deref()),
            None => got.is_none(),
        };
        if !met {
            let shown = |text: &Option<String>| text.as_ref().map_or("nothing".to_owned(), |t| quoted(t.as_bytes()));
            return Err(Failure::differs(&format!("headers.{name}"), shown(expected), shown(&got)));
        }
    }
    Ok(())
}

/// Whether a text is the one that is expected, or any where any will do.
pub(crate) fn is_met(expected: &str, got: Option<&str>) -> bool {
    if expected == ANYTHING { got.is_some_and(|got| !got.is_empty()) } else { got == Some(expected) }
}

/// All lines of one name as one.
fn joined(headers: &Headers, name: &str) -> Option<String> {
    let lines = headers.0.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    let lines: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn without_gaps(value: &str) -> String {
    let mut parts = value.split(',');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |joined, part| joined + "," + part.trim_start())
}

#[cfg(test)]
mod tests;
