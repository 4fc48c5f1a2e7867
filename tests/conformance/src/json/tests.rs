use super::*;

fn told(result: Result<(), Failure>) -> String {
    result.map_or_else(|failure| failure.to_string(), |()| "same".to_owned())
}

fn equal(expected: &str, got: &str) -> String {
    let parsed = |text| serde_json::from_str(text).unwrap();
    told(check_equal("it", &parsed(expected), &parsed(got)))
}

fn subset(expected: &str, got: &str) -> String {
    let parsed = |text| serde_json::from_str(text).unwrap();
    told(check_subset("it", &parsed(expected), &parsed(got)))
}

#[test]
fn values_are_equal_when_type_and_value_are() {
    for (expected, got, said) in [
        ("1", "1.0", "same"),
        ("10", "1e1", "same"),
        ("9007199254740993", "9007199254740992", "it: expected 9007199254740993, got 9007199254740992"),
        ("1", "\"1\"", "it: expected 1, got \"1\""),
        ("1", "true", "it: expected 1, got true"),
        ("null", "null", "same"),
        ("null", "\"\"", "it: expected null, got \"\""),
        (r#"{"a": 1, "b": [1, 2]}"#, r#"{"b":[1.0,2],"a":1}"#, "same"),
        (r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 2}}"#, "it.a.b: expected 1, got 2"),
        (r#"{"a": null}"#, "{}", "it.a: expected null, got nothing"),
        ("{}", r#"{"a": null}"#, "it.a: expected nothing, got null"),
        ("[1, 2]", "[2, 1]", "it[0]: expected 1, got 2"),
        ("[1]", "[1, 2]", "it: expected [1], got [1,2]"),
        (r#"[{"a": 1}]"#, r#"[{"a": 1, "b": 2}]"#, "it[0].b: expected nothing, got 2"),
    ] {
        assert_eq!(equal(expected, got), said, "{expected} and {got}");
    }
}

#[test]
fn a_star_is_any_value_but_null_and_the_empty_text() {
    for (expected, got, said) in [
        ("\"*\"", "1", "same"),
        ("\"*\"", "\"*\"", "same"),
        ("\"*\"", "null", "it: expected \"*\", got null"),
        ("\"*\"", "\"\"", "it: expected \"*\", got \"\""),
        (r#"{"a": "*"}"#, "{}", "it.a: expected \"*\", got nothing"),
        (r#"{"a": "*"}"#, r#"{"a": {}}"#, "same"),
        ("\"a*\"", "\"ab\"", "it: expected \"a*\", got \"ab\""),
    ] {
        assert_eq!(equal(expected, got), said, "{expected} and {got}");
    }
}

#[test]
fn in_a_subset_objects_may_have_more_at_every_depth_and_nothing_else_may() {
    for (expected, got, said) in [
        ("{}", r#"{"a": 1}"#, "same"),
        (r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 1, "c": 2}, "d": 3}"#, "same"),
        (r#"[{"a": 1}]"#, r#"[{"a": 1, "b": 2}]"#, "same"),
        ("[1]", "[1, 2]", "it: expected [1], got [1,2]"),
        (r#"{"a": null}"#, r#"{"a": null}"#, "same"),
        (r#"{"a": null}"#, "{}", "it.a: expected null, got nothing"),
        (r#"{"a": null}"#, r#"{"a": 0}"#, "it.a: expected null, got 0"),
        (r#"{"a": "x"}"#, r#"{"a": "xy"}"#, "it.a: expected \"x\", got \"xy\""),
    ] {
        assert_eq!(subset(expected, got), said, "{expected} and {got}");
    }
}

#[test]
fn a_payload_loses_white_space_and_nothing_else() {
    let written = "{ \"b\" : [ 1.50,\n\t\"a \\\" \\\\\", \"\\\\\" , null ], \"a\":\"\\u00e4 \" }";
    assert_eq!(compact(written), "{\"b\":[1.50,\"a \\\" \\\\\",\"\\\\\",null],\"a\":\"\\u00e4 \"}");
}
