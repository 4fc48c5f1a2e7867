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
