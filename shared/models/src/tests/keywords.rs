//! Each keyword of draft 4.

use super::{check, compiled, problems};

#[test]
fn type_names_what_a_value_is() {
    check(r#"{"type":"null"}"#, &["null"], &["0", "false", "\"\"", "[]", "{}"]);
    check(r#"{"type":"boolean"}"#, &["true", "false"], &["0", "\"true\"", "null"]);
    check(r#"{"type":"number"}"#, &["1", "1.5", "-1e3"], &["\"1\"", "true", "null"]);
    check(r#"{"type":"integer"}"#, &["1", "-0", "123456789012345678901234567890"], &["1.5", "1.0", "1e2", "\"1\""]);
    check(r#"{"type":"string"}"#, &["\"\""], &["1", "null"]);
    check(r#"{"type":"array"}"#, &["[]"], &["{}"]);
    check(r#"{"type":"object"}"#, &["{}"], &["[]"]);
    check(r#"{"type":["string","null"]}"#, &["null", "\"a\""], &["1"]);
    check("{}", &["null", "1", "\"a\"", "[1]", "{\"a\":1}"], &[]);
}

#[test]
fn enum_names_the_values() {
    check(
        r#"{"enum":["a","é",1,null,{"b":[1,{}]}]}"#,
        &["\"a\"", "\"\\u00e9\"", "1.0", "null", "{\"b\":[1,{}]}"],
        &["\"b\"", "2", "false", "{\"b\":[1]}", "[]"],
    );
}

#[test]
fn numbers_are_bounded_exactly() {
    check(r#"{"minimum":1,"maximum":99}"#, &["1", "99", "1.5", "\"a\""], &["0", "100", "0.999", "-5"]);
    check(r#"{"minimum":1,"exclusiveMinimum":true}"#, &["1.000000000000000000001", "2"], &["1", "1.0", "0"]);
    check(r#"{"maximum":1,"exclusiveMaximum":true}"#, &["0.99999999999999999999"], &["1", "1e0", "2"]);
    check(r#"{"exclusiveMinimum":true,"maximum":1,"exclusiveMaximum":false}"#, &["1", "-9"], &["2"]);
    check(r#"{"maximum":9007199254740992}"#, &["9007199254740992"], &["9007199254740993", "9007199254740992.5"]);
    check(r#"{"multipleOf":0.01}"#, &["19.99", "0", "-4.02", "1e3"], &["19.999"]);
    check(r#"{"multipleOf":0.5}"#, &["1.5"], &["0.3"]);
    check(r#"{"multipleOf":3}"#, &["9", "-3", "9.0"], &["10", "9.3"]);
}

#[test]
fn lengths_count_characters() {
    check(
        r#"{"minLength":2,"maxLength":3}"#,
        &["\"ab\"", "\"éé\"", "\"😀😀😀\"", "1"],
        &["\"a\"", "\"😀\"", "\"abcd\""],
    );
    check(r#"{"pattern":"^a+$"}"#, &["\"aa\"", "5"], &["\"ab\"", "\"\""]);
    check(r#"{"pattern":"b"}"#, &["\"abc\""], &["\"ac\""]);
    check(r#"{"format":"email"}"#, &["\"a@b.c\"", "1"], &["\"a\""]);
    check(r#"{"type":"number","format":"int32"}"#, &["12345678901"], &["\"a\""]);
    check(r#"{"format":"uuid"}"#, &["\"a\""], &[]);
}

#[test]
fn arrays_have_items() {
    check(r#"{"items":{"type":"integer"}}"#, &["[]", "[1,2]", "{}"], &["[1,\"a\"]"]);
    check(
        r#"{"items":[{"type":"integer"},{"type":"string"}]}"#,
        &["[]", "[1]", "[1,\"a\",null]"],
        &["[\"a\"]", "[1,1]"],
    );
    check(r#"{"items":[{"type":"integer"}],"additionalItems":false}"#, &["[]", "[1]"], &["[1,2]"]);
    check(r#"{"items":[{}],"additionalItems":{"type":"null"}}"#, &["[1]", "[1,null]"], &["[1,2]", "[1,null,2]"]);
    check(r#"{"items":{},"additionalItems":false}"#, &["[1,2]"], &[]);
    check(r#"{"additionalItems":false}"#, &["[1,2]"], &[]);
    check(r#"{"minItems":1,"maxItems":2}"#, &["[1]", "[1,2]", "\"a\""], &["[]", "[1,2,3]"]);
    check(
        r#"{"uniqueItems":true}"#,
        &["[]", "[1]", "[1,2]", "[1,true]", "[{},[]]"],
        &["[1,1.0]", "[{\"a\":1},{\"a\":1}]"],
    );
    check(r#"{"uniqueItems":false}"#, &["[1,1]"], &[]);
}

#[test]
fn objects_have_properties() {
    check(r#"{"required":["a","b"]}"#, &[r#"{"a":1,"b":null}"#, "[]"], &["{}", r#"{"a":1}"#, r#"{"c":1,"d":2}"#]);
    check(r#"{"required":["a"],"properties":{"b":{}}}"#, &[r#"{"a":1,"b":2}"#], &[r#"{"b":1}"#]);
    check(r#"{"required":["a","a"]}"#, &[r#"{"a":1}"#], &["{}"]);
    check(r#"{"minProperties":1,"maxProperties":2}"#, &[r#"{"a":1}"#, "1"], &["{}", r#"{"a":1,"b":2,"c":3}"#]);
    check(r#"{"properties":{"a":{"type":"integer"}}}"#, &["{}", r#"{"a":1,"b":""}"#, "1"], &[r#"{"a":""}"#]);
    check(r#"{"properties":{"a~/é":{"type":"integer"}}}"#, &[r#"{"a~/\u00e9":1}"#], &[r#"{"a~/\u00e9":""}"#]);
    check(
        r#"{"patternProperties":{"^x-":{"type":"string"},"y$":{"minLength":2}}}"#,
        &[r#"{"x-a":"","b":1}"#],
        &[r#"{"x-a":1}"#, r#"{"x-y":"a"}"#],
    );
    check(r#"{"properties":{"a":{}},"additionalProperties":false}"#, &["{}", r#"{"a":1}"#], &[r#"{"a":1,"b":2}"#]);
    check(
        r#"{"properties":{"a":{}},"patternProperties":{"^x":{}},"additionalProperties":{"type":"null"}}"#,
        &[r#"{"a":1,"x":2,"b":null}"#],
        &[r#"{"b":1}"#],
    );
    check(
        r#"{"properties":{"a":{"minimum":2}},"patternProperties":{"a":{"maximum":3}}}"#,
        &[r#"{"a":2}"#],
        &[r#"{"a":1}"#, r#"{"a":4}"#],
    );
    check(r#"{"additionalProperties":true}"#, &[r#"{"a":1}"#], &[]);
    check(r#"{"properties":{"a":{"type":"integer"}}}"#, &[r#"{"a":"","a":1}"#], &[r#"{"a":1,"a":""}"#]);
}

#[test]
fn properties_depend_on_each_other() {
    check(r#"{"dependencies":{"a":["b","c"]}}"#, &["{}", r#"{"a":1,"b":2,"c":3}"#, "[]"], &[r#"{"a":1,"b":2}"#]);
    check(r#"{"dependencies":{"a":{"required":["b"]}}}"#, &[r#"{"b":1}"#, r#"{"a":1,"b":2}"#], &[r#"{"a":1}"#]);
    check(r#"{"dependencies":{"a":{"properties":{"b":{"type":"null"}}}}}"#, &[r#"{"b":1}"#], &[r#"{"a":1,"b":2}"#]);
}

#[test]
fn schemas_are_combined() {
    check(r#"{"allOf":[{"minimum":2},{"maximum":4}]}"#, &["3"], &["1", "5"]);
    check(r#"{"anyOf":[{"type":"integer"},{"minLength":3}]}"#, &["1", "\"abc\"", "null"], &["\"ab\""]);
    check(r#"{"oneOf":[{"minimum":2},{"maximum":4}]}"#, &["1", "5"], &["3", "\"a\""]);
    check(r#"{"oneOf":[{},{},{}]}"#, &[], &["1"]);
    check(r#"{"not":{"type":"string"}}"#, &["1"], &["\"a\""]);
    check(r#"{"not":{"not":{"type":"string"}}}"#, &["\"a\""], &["1"]);
    check(r#"{"not":{}}"#, &[], &["1", "null"]);
    check(r#"{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}"#, &[r#"{"b":1}"#], &["{}", "1"]);
}

#[test]
fn what_draft_4_does_not_know_is_not_checked_and_told() {
    let schema = r#"{"title":"t","default":1,"example":2,"x-a":{},"$schema":"http://json-schema.org/draft-04/schema#",
        "const":1,"discriminator":{"propertyName":"a"},
        "properties":{"a":{"type":"string","nullable":true,"readOnly":true},"b":{"nullable":false}}}"#;
    check(schema, &["2", r#"{"a":"b"}"#], &[r#"{"a":null}"#]);
    let model = compiled(schema);
    assert_eq!(model.unchecked(), ["/const", "/discriminator", "/properties/a/nullable", "/properties/a/readOnly"]);
}

#[test]
fn a_keyword_with_another_value_is_a_problem() {
    let check = |schema: &str, pointer: &str, message: &str| {
        let problems = problems(schema);
        assert_eq!(problems.len(), 1, "{schema}: {problems:?}");
        assert_eq!(problems[0].pointer, pointer, "{schema}");
        assert!(problems[0].message.contains(message) && !problems[0].remedy.is_empty(), "{schema}: {problems:?}");
    };
    check("true", "", "a schema is an object, this is a boolean");
    check(r#"{"properties":{"a/b":[]}}"#, "/properties/a~1b", "a schema is an object, this is an array");
    check(r#"{"properties":[]}"#, "/properties", "properties is an object, this is an array");
    check(r#"{"type":"date"}"#, "/type", "no type date");
    check(r#"{"type":[]}"#, "/type", "allows no type");
    check(r#"{"type":{}}"#, "/type", "no type an object");
    check(r#"{"enum":[]}"#, "/enum", "one at least");
    check(r#"{"enum":"a"}"#, "/enum", "list of values");
    check(r#"{"required":true}"#, "/required", "names of properties");
    check(r#"{"required":["a",1]}"#, "/required", "names of properties");
    check(r#"{"minimum":"1"}"#, "/minimum", "is a number, this is a string");
    check(r#"{"exclusiveMinimum":1}"#, "/exclusiveMinimum", "true or false, this is a number");
    check(r#"{"multipleOf":0}"#, "/multipleOf", "above 0");
    check(r#"{"multipleOf":-1}"#, "/multipleOf", "above 0");
    check(r#"{"minLength":-1}"#, "/minLength", "whole number from 0");
    check(r#"{"maxItems":1.5}"#, "/maxItems", "whole number from 0");
    check(r#"{"uniqueItems":"yes"}"#, "/uniqueItems", "true or false");
    check(r#"{"pattern":"("}"#, "/pattern", "cannot be searched for");
    check(r#"{"pattern":1}"#, "/pattern", "is a string");
    check(r#"{"patternProperties":{"[":{}}}"#, "/patternProperties/[", "cannot be searched for");
    check(r#"{"items":true}"#, "/items", "a schema is an object");
    check(r#"{"items":[{},{"type":"x"}]}"#, "/items/1/type", "no type x");
    check(r#"{"allOf":[]}"#, "/allOf", "one at least");
    check(r#"{"anyOf":{}}"#, "/anyOf", "list of schemas");
    check(r#"{"not":1}"#, "/not", "a schema is an object");
    check(r#"{"dependencies":{"a":"b"}}"#, "/dependencies/a", "a schema is an object");
    check(r#"{"additionalProperties":{"type":"x"}}"#, "/additionalProperties/type", "no type x");
}

#[test]
fn all_problems_are_told_at_once() {
    let problems =
        problems(r##"{"type":"x","minimum":"y","properties":{"a":{"pattern":"("},"b":{"$ref":"#/definitions/z"}}}"##);
    let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    assert_eq!(pointers, ["/type", "/minimum", "/properties/a/pattern", "/properties/b/$ref"]);
}
