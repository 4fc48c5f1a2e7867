//! Laws that hold for all models and bodies.

use proptest::prelude::*;

use super::document;
use crate::Model;

/// A schema as text; `depth` bounds how schemas nest.
fn schema() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("{}".to_owned()),
        prop::sample::select(vec!["null", "boolean", "integer", "number", "string", "array", "object"])
            .prop_map(|name| format!(r#"{{"type":"{name}"}}"#)),
        value().prop_map(|value| format!(r#"{{"enum":[{value},1]}}"#)),
        (-3..4i32, any::<bool>()).prop_map(|(at, only)| format!(r#"{{"minimum":{at},"exclusiveMinimum":{only}}}"#)),
        (-3..4i32, any::<bool>()).prop_map(|(at, only)| format!(r#"{{"maximum":{at},"exclusiveMaximum":{only}}}"#)),
        prop::sample::select(vec!["0.5", "2", "0.1", "3e-1"]).prop_map(|by| format!(r#"{{"multipleOf":{by}}}"#)),
        (0..3u8, 0..3u8).prop_map(|(least, more)| format!(r#"{{"minLength":{least},"maxLength":{}}}"#, least + more)),
        (0..3u8, 0..3u8).prop_map(|(least, more)| format!(r#"{{"minItems":{least},"maxItems":{}}}"#, least + more)),
        (0..3u8, 0..3u8).prop_map(|(least, more)| format!(r#"{{"minProperties":{least},"maxProperties":{more}}}"#)),
        prop::sample::select(vec!["^a", "b$", "[ab]{2}", "(?!a)", "\\\\d"])
            .prop_map(|it| format!(r#"{{"pattern":"{it}"}}"#)),
        prop::collection::vec("\"[abc]\"", 0..3).prop_map(|keys| format!(r#"{{"required":[{}]}}"#, keys.join(","))),
        Just(r#"{"uniqueItems":true}"#.to_owned()),
        Just(r##"{"items":{"$ref":"#"}}"##.to_owned()),
        Just(r##"{"properties":{"a":{"$ref":"#"}}}"##.to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4).prop_map(|schemas| schemas.join(","));
        prop_oneof![
            (prop::sample::select(vec!["allOf", "anyOf", "oneOf"]), list.clone())
                .prop_map(|(keyword, list)| format!(r#"{{"{keyword}":[{list}]}}"#)),
            inner.clone().prop_map(|it| format!(r#"{{"not":{it}}}"#)),
            inner.clone().prop_map(|it| format!(r#"{{"items":{it}}}"#)),
            (list, inner.clone()).prop_map(|(list, more)| format!(r#"{{"items":[{list}],"additionalItems":{more}}}"#)),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!(r#"{{"properties":{{"a":{a},"b":{b}}},"additionalProperties":false}}"#)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| {
                format!(r#"{{"patternProperties":{{"[ab]":{a}}},"additionalProperties":{b},"required":["a"]}}"#)
            }),
            inner.prop_map(|it| format!(r#"{{"dependencies":{{"a":{it},"b":["c"]}}}}"#)),
        ]
    })
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null", "true", "0", "1", "-2", "1.0", "1.5", "0.30", "1e2", "\"\"", "\"a\"", "\"ab\"", "\"é1\""
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(("[abc]", inner), 0..4).prop_map(|entries| {
                let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

fn accepts(schema: &str, body: &str) -> bool {
    let model = super::compiled(schema);
    model.accepts(document(body).root())
}

proptest! {
    #[test]
    fn who_is_not_accepted_is_told_why(schema in schema(), body in value()) {
        super::accepts(&super::compiled(&schema), &body);
    }

    #[test]
    fn combining_follows_logic(schema in schema(), other in schema(), body in value()) {
        // Below a combination `#` is another schema.
        prop_assume!(!schema.contains('#') && !other.contains('#'));
        let (first, second) = (accepts(&schema, &body), accepts(&other, &body));
        let check = |combined: String, expected: bool| {
            prop_assert_eq!(accepts(&combined, &body), expected, "{} {}", combined, body);
            Ok(())
        };
        check(format!(r#"{{"allOf":[{schema}]}}"#), first)?;
        check(format!(r#"{{"allOf":[{schema},{other}]}}"#), first && second)?;
        check(format!(r#"{{"anyOf":[{schema},{other}]}}"#), first || second)?;
        check(format!(r#"{{"oneOf":[{schema},{other}]}}"#), first != second)?;
        check(format!(r#"{{"not":{schema}}}"#), !first)?;
        check(format!(r##"{{"$ref":"#/definitions/a","definitions":{{"a":{schema}}}}}"##), first)?;
    }

    #[test]
    fn any_text_is_compiled_or_refused(text in "\\PC{0,40}", body in value()) {
        let schema = format!(r#"{{"pattern":{0},"patternProperties":{{{0}:{{}}}}}}"#, quoted(&text));
        if let Ok(model) = Model::compile(document(&schema).root(), &|_| None) {
            super::accepts(&model, &body);
        }
    }

    #[test]
    fn any_value_is_a_schema_or_a_problem(keyword in "type|enum|items|properties|required|not|allOf|minimum|pattern|dependencies|\\$ref", value in value()) {
        let schema = format!(r#"{{"{keyword}":{value}}}"#);
        match Model::compile(document(&schema).root(), &|_| None) {
            Ok(model) => { super::accepts(&model, &value); }
            Err(problems) => prop_assert!(problems.iter().all(|it| !it.message.is_empty() && !it.remedy.is_empty())),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::write_string(text, &mut out);
    out
}
