//! What is said of a body, and in what order.

use super::violations;
use crate::{MAX_VIOLATIONS, validation_error_string};

/// `body` breaks one keyword of `schema`, and is told this.
fn check(schema: &str, body: &str, keyword: &str, message: &str) {
    let violations = violations(schema, body);
    let found: Vec<_> = violations.iter().map(|it| (it.keyword, it.message.as_str())).collect();
    assert_eq!(found, [(keyword, message)], "{schema} {body}");
}

#[test]
fn messages_are_in_api_gateways_words() {
    check(r#"{"required":["b","a"]}"#, "{}", "required", r#"object has missing required properties (["a","b"])"#);
    check(
        r#"{"type":"number"}"#,
        "\"1\"",
        "type",
        r#"instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])"#,
    );
    check(
        r#"{"enum":["CREATED", 1]}"#,
        "\"AB\"",
        "enum",
        r#"instance value ("AB") not found in enum (possible values: ["CREATED",1])"#,
    );
    check(
        r#"{"minimum":1}"#,
        "0",
        "minimum",
        "numeric instance is lower than the required minimum (minimum: 1, found: 0)",
    );
    check(
        r#"{"minimum":1,"exclusiveMinimum":true}"#,
        "1.0",
        "minimum",
        "numeric instance is not strictly greater than the required minimum 1",
    );
    check(
        r#"{"maximum":1.5}"#,
        "2",
        "maximum",
        "numeric instance is greater than the required maximum (maximum: 1.5, found: 2)",
    );
    check(
        r#"{"maximum":1,"exclusiveMaximum":true}"#,
        "1",
        "maximum",
        "numeric instance is not strictly lower than the required maximum 1",
    );
}

#[test]
fn messages_of_strings_and_arrays_are_in_api_gateways_words() {
    check(r#"{"multipleOf":0.5}"#, "0.3", "multipleOf", "remainder of division is not zero (0.3 / 0.5)");
    check(r#"{"minLength":2}"#, "\"é\"", "minLength", "string \"é\" is too short (length: 1, required minimum: 2)");
    check(r#"{"maxLength":1}"#, "\"ab\"", "maxLength", "string \"ab\" is too long (length: 2, maximum allowed: 1)");
    check(r#"{"pattern":"^a$"}"#, "\"b\"", "pattern", "ECMA 262 regex \"^a$\" does not match input string \"b\"");
    check(r#"{"format":"email"}"#, "\"b\"", "format", "string \"b\" is not a valid email address");
    check(
        r#"{"minItems":1}"#,
        "[]",
        "minItems",
        "array is too short: must have at least 1 elements but instance has 0 elements",
    );
    check(
        r#"{"maxItems":1}"#,
        "[1,2]",
        "maxItems",
        "array is too long: must have at most 1 elements but instance has 2 elements",
    );
    check(r#"{"uniqueItems":true}"#, "[1,1]", "uniqueItems", "array must not contain duplicate elements");
    check(
        r#"{"items":[{}],"additionalItems":false}"#,
        "[1,2]",
        "additionalItems",
        "schema only allows 1 elements in array but instance has 2 elements",
    );
}

#[test]
fn messages_of_objects_and_choices_are_in_api_gateways_words() {
    let check = |schema: &str, body: &str, expected: &str| {
        assert_eq!(validation_error_string(&violations(schema, body)), expected, "{schema} {body}");
    };
    check(
        r#"{"additionalProperties":false}"#,
        r#"{"b":1,"a":2}"#,
        r#"[object instance has properties which are not allowed by the schema: ["a","b"]]"#,
    );
    check(r#"{"minProperties":1}"#, "{}", "[object has too few properties (found 0 but schema requires at least 1)]");
    check(
        r#"{"maxProperties":0}"#,
        r#"{"a":1}"#,
        "[object has too many properties (found 1 but schema requires at most 0)]",
    );
    check(
        r#"{"dependencies":{"a":["c","b"]}}"#,
        r#"{"a":1,"b":2}"#,
        r#"[property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["c"])]"#,
    );
    check(
        r#"{"allOf":[{},{"not":{}}]}"#,
        "1",
        "[instance failed to match all required schemas (matched only 1 out of 2)]",
    );
    check(r#"{"anyOf":[{"not":{}}]}"#, "1", "[instance failed to match at least one required schema among 1]");
    check(r#"{"oneOf":[{},{},{}]}"#, "1", "[instance failed to match exactly one schema (matched 3 out of 3)]");
    check(r#"{"not":{}}"#, "1", "[instance matched a schema which it should not have]");
}

#[test]
fn violations_come_in_order_and_tell_where() {
    let schema = r#"{"type":"object","properties":{
        "b":{"items":{"minimum":2,"multipleOf":2,"type":"integer"}},"a/~":{"format":"ipv4","pattern":"x","minLength":3}}}"#;
    let check = |body: &str, expected: &[(&str, &str)]| {
        let violations = violations(schema, body);
        let found: Vec<_> = violations.iter().map(|it| (it.pointer.as_str(), it.keyword)).collect();
        assert_eq!(found, expected, "{body}");
    };
    check("[]", &[("", "type")]);
    check(
        r#"{"b":[3,1.5,2]}"#,
        &[("/b/0", "multipleOf"), ("/b/1", "minimum"), ("/b/1", "multipleOf"), ("/b/1", "type")],
    );
    check(r#"{"a/~":"a"}"#, &[("/a~1~0", "minLength"), ("/a~1~0", "pattern"), ("/a~1~0", "format")]);
    // Once something is wrong nobody looks further in.
    check(r#"{"b":[1],"a/~":"xxx"}"#, &[("/a~1~0", "format")]);
}

#[test]
fn a_schema_that_a_property_asks_for_tells_its_own_violations() {
    let schema = r#"{"anyOf":[{"not":{}}],"dependencies":{"a":{"minProperties":2}},"maxProperties":0}"#;
    let keywords: Vec<_> = violations(schema, r#"{"a":1}"#).into_iter().map(|it| it.keyword).collect();
    assert_eq!(keywords, ["anyOf", "minProperties", "maxProperties"]);
}

#[test]
fn a_message_is_told_once_and_not_too_many() {
    let found = violations(r#"{"items":{"type":"integer"}}"#, &format!("[{}]", vec!["null"; 1000].join(",")));
    assert_eq!(found.len(), MAX_VIOLATIONS);
    let told = "[instance type (null) does not match any allowed primitive type (allowed: [\"integer\"])]";
    assert_eq!(validation_error_string(&found), told);
    assert_eq!(validation_error_string(&violations(r#"{"minimum":1,"type":"string"}"#, "0")).matches(", ").count(), 2);
}

#[test]
fn a_long_value_is_not_repeated_whole() {
    let found = violations(r#"{"enum":["a"]}"#, &format!("\"{}\"", "é".repeat(100_000)));
    assert!(found[0].message.chars().count() < 1100);
}
