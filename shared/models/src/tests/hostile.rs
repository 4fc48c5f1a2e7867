//! Bodies and models that are made to be hard. Each test ends at once or is wrong.

use super::{accepts, check, compiled, document, problems, violations};
use crate::Model;

#[test]
fn alternatives_that_multiply_from_level_to_level_are_given_up() {
    let schema = r##"{"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["x"]},
        {"properties":{"a":{"$ref":"#"}},"required":["y"]}]}"##;
    let nested = |depth: usize| "{\"a\":".repeat(depth) + "{\"x\":1}" + &",\"y\":1}".repeat(depth);
    assert!(accepts(&compiled(schema), &nested(10)));
    assert!(!accepts(&compiled(schema), &nested(100)));
    let found = violations(schema, &nested(100));
    assert_eq!(
        found.last().map(|it| it.message.as_str()),
        Some("instance is too complex to be checked against the schema")
    );
}

#[test]
fn a_check_that_gave_up_accepts_nothing_by_negation() {
    let inner = r##"{"anyOf":[{"properties":{"a":{"$ref":"#/definitions/t"}},"required":["x"]},
        {"properties":{"a":{"$ref":"#/definitions/t"}},"required":["y"]}]}"##;
    let body = "{\"a\":".repeat(100) + "{\"x\":1}" + &",\"y\":1}".repeat(100);
    check(&format!(r##"{{"not":{{"$ref":"#/definitions/t"}},"definitions":{{"t":{inner}}}}}"##), &[], &[&body]);
    let slow = format!("\"{}\"", "a".repeat(1000));
    check(r#"{"pattern":"^(a|a)*\\1b$"}"#, &["\"aab\""], &[&slow]);
    check(r#"{"not":{"pattern":"^(a|a)*\\1b$"}}"#, &["\"b\""], &[&slow]);
    check(r#"{"anyOf":[{"pattern":"^(a|a)*\\1b$"},{}]}"#, &["\"b\""], &[&slow]);
}

#[test]
fn a_pattern_that_looks_ahead_from_every_place_is_not_tried_on_long_texts() {
    let text = |length: usize| format!("\"{}\"", "a".repeat(length));
    let schema = r#"{"pattern":"a(?!.*a)b"}"#;
    check(schema, &["\"cab\""], &[&text(1000), &text(1_000_000)]);
    let found = violations(schema, &text(1_000_000));
    assert_eq!(found.last().map(|it| it.keyword), Some(""));
    let password = r#"{"pattern":"^(?=.*[0-9])(?!.*b).{8,}$"}"#;
    check(password, &[&format!("\"{}1\"", "a".repeat(50_000))], &[&text(50_000), "\"1b345678\""]);
}

#[test]
fn nesting_is_bounded_and_needs_little_stack() {
    let tree = r##"{"allOf":[{"items":{"$ref":"#"},"type":"array"}]}"##;
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let run = move || {
        assert!(accepts(&compiled(tree), &nested(100)));
        assert!(!accepts(&compiled(tree), &nested(500)));
        let list = r##"{"allOf":[{"properties":{"a":{"anyOf":[{"$ref":"#"}]}}}]}"##;
        let linked = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
        assert!(accepts(&compiled(list), &linked(100)));
        assert!(!accepts(&compiled(list), &linked(500)));
        let wrong = linked(120).replace(":1", ":{\"a\":false,\"a\":[]}");
        assert!(!accepts(&compiled(r##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##), &wrong));
        assert!(accepts(&compiled("{}"), &nested(512)));
        let deep = "{\"not\":".repeat(500) + "{}" + &"}".repeat(500);
        assert!(!accepts(&compiled(&deep), "1"));
        let equal = format!("[{},{}]", nested(500), nested(500));
        assert!(!accepts(&compiled(r#"{"uniqueItems":true}"#), &equal));
    };
    small.spawn(run).unwrap().join().unwrap();
}

#[test]
fn large_bodies_take_time_with_their_size() {
    let items: Vec<String> = (0..200_000).map(|at| at.to_string()).collect();
    let list = format!("[{}]", items.join(","));
    check(r#"{"uniqueItems":true,"items":{"type":"integer"}}"#, &[&list], &[]);
    let objects: Vec<String> = (0..20_000).map(|at| format!("{{\"a\":{at},\"b\":[{at}]}}")).collect();
    check(r#"{"uniqueItems":true}"#, &[&format!("[{}]", objects.join(","))], &[]);
    let keys: Vec<String> = (0..50_000).map(|at| format!("\"k{at}\":1")).collect();
    let object = format!("{{{}}}", keys.join(","));
    check(r#"{"patternProperties":{"^k\\d+$":{"type":"integer"}},"additionalProperties":false}"#, &[&object], &[]);
}

#[test]
fn many_alternatives_are_no_reason_to_give_up() {
    let schemas: Vec<String> = (0..50).map(|at| format!(r#"{{"required":["k{at}"]}}"#)).collect();
    let schema = format!(r#"{{"items":{{"oneOf":[{}]}}}}"#, schemas.join(","));
    let items = vec![r#"{"k49":1}"#; 10_000].join(",");
    check(&schema, &[&format!("[{items}]")], &["[{}]"]);
}

#[test]
fn hostile_models_are_small_when_compiled() {
    let chain: Vec<String> =
        (0..10_000).map(|at| format!(r##""d{at}":{{"$ref":"#/definitions/d{}"}}"##, at + 1)).collect();
    let schema =
        format!(r##"{{"$ref":"#/definitions/d0","definitions":{{{},"d10000":{{"type":"null"}}}}}}"##, chain.join(","));
    check(&schema, &["null"], &["1"]);
    let nowhere =
        format!("[{}]", (0..20_000).map(|at| format!(r##"{{"$ref":"#x{at}"}}"##)).collect::<Vec<_>>().join(","));
    assert_eq!(problems(&format!(r#"{{"anyOf":{nowhere}}}"#)).len(), 100);
    let bad = format!("{{\"allOf\":[{}]}}", vec!["1"; 10_000].join(","));
    assert_eq!(problems(&bad).len(), 100);
    let body = document("1");
    let any = Model::compile(document("{}").root(), &|_| None).unwrap();
    assert!(any.accepts(body.root()));
}

#[test]
fn a_model_serves_many_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&compiled(r#"{"pattern":"a"}"#));
}
