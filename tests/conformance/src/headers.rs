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
mod tests {
    use super::*;

    fn check(expected: Option<&str>, lines: &[&str]) -> bool {
        let got = lines.iter().map(|line| ("X-A".to_owned(), (*line).to_owned())).collect();
        let expected = HeaderExpectation::from([("x-a".to_owned(), expected.map(str::to_owned))]);
        super::check(&expected, &Headers(got)).is_ok()
    }

    #[test]
    fn lines_of_one_name_are_joined_and_white_space_after_commas_does_not_count() {
        for (expected, lines, same) in [
            ("a", &["a"][..], true),
            ("a", &["A"], false),
            ("a", &["a "], false),
            ("a, b", &["a", "b"], true),
            ("a,b", &["a", "b"], true),
            ("a, b", &["a,b"], true),
            ("a,   b", &["a,\tb"], true),
            ("a, b", &["b", "a"], false),
            ("a, b", &["a ,b"], false),
            ("a", &["a", "b"], false),
            ("", &[""], true),
            ("", &[], false),
        ] {
            assert_eq!(check(Some(expected), lines), same, "{expected:?} and {lines:?}");
        }
    }

    #[test]
    fn a_star_is_any_value_but_an_empty_one() {
        for (expected, lines, met) in [
            ("*", &["a"][..], true),
            ("*", &["*"], true),
            ("*", &[""], false),
            ("*", &[], false),
            ("a*", &["ab"], false),
            ("*, *", &["a", "b"], false),
        ] {
            assert_eq!(check(Some(expected), lines), met, "{expected:?} and {lines:?}");
        }
    }

    #[test]
    fn null_is_a_header_that_is_absent() {
        assert!(check(None, &[]));
        assert!(!check(None, &[""]));
        assert!(!check(None, &["a"]));
    }

    #[test]
    fn a_difference_names_the_header_and_both_values() {
        let expected = HeaderExpectation::from([("x-a".to_owned(), Some("a".to_owned()))]);
        let failure = super::check(&expected, &Headers::default()).unwrap_err();
        assert_eq!(failure.to_string(), "headers.x-a: expected \"a\", got nothing");
    }
}
