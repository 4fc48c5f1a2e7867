//! `$ref` and models that refer to models.

use super::{accepts, check, document, problems};
use crate::{Model, bundle, model_name};

#[test]
fn references_lead_into_the_model() {
    check(r##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"null"}}}"##, &["null"], &["1"]);
    check(
        r##"{"properties":{"a":{"type":"null"},"b":{"$ref":"#/properties/a"}}}"##,
        &[r#"{"b":null}"#],
        &[r#"{"b":1}"#],
    );
    check(r##"{"items":[{"type":"null"},{"$ref":"#/items/0"}]}"##, &["[null,null]"], &["[null,1]"]);
    check(r##"{"definitions":{"a~/%é":{"type":"null"}},"$ref":"#/definitions/a~0~1%25%C3%A9"}"##, &["null"], &["1"]);
    check(r##"{"$ref":"#a","definitions":{"x":{"id":"#a","type":"null"}}}"##, &["null"], &["1"]);
}

#[test]
fn beside_a_reference_keywords_count_for_nothing() {
    check(r##"{"$ref":"#/definitions/a","type":"string","definitions":{"a":{}}}"##, &["1"], &[]);
}

#[test]
fn a_model_may_contain_itself() {
    let tree = r##"{"type":"object","required":["value"],"properties":{"value":{"type":"integer"},
        "children":{"type":"array","items":{"$ref":"#"}}}}"##;
    check(
        tree,
        &[r#"{"value":1}"#, r#"{"value":1,"children":[{"value":2,"children":[]}]}"#],
        &[r#"{"value":1,"children":[{}]}"#, r#"{"value":1,"children":[{"value":2,"children":[{"value":""}]}]}"#],
    );
}

#[test]
fn a_reference_that_never_ends_is_a_problem() {
    let check = |schema: &str| {
        let problems = problems(schema);
        assert!(problems.len() == 1 && problems[0].message.contains("circle"), "{schema}: {problems:?}");
    };
    check(r##"{"$ref":"#"}"##);
    check(r##"{"allOf":[{"$ref":"#"}]}"##);
    check(r##"{"not":{"anyOf":[{},{"oneOf":[{"$ref":"#"}]}]}}"##);
    check(r##"{"dependencies":{"a":{"$ref":"#"}}}"##);
    check(
        r##"{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}"##,
    );
    check(r##"{"properties":{"a":{"allOf":[{"$ref":"#/properties/b"}]},"b":{"anyOf":[{"$ref":"#/properties/a"}]}}}"##);
}

#[test]
fn a_reference_that_leads_nowhere_is_a_problem() {
    let check = |reference: &str| {
        let problems = problems(&format!(r#"{{"items":{{"$ref":{reference}}}}}"#));
        assert_eq!(problems[0].pointer, "/items/$ref", "{reference}");
        assert!(problems[0].message.contains("there is no model"), "{problems:?}");
    };
    check("\"#/definitions/x\"");
    check("\"#/items/5\"");
    check("\"#x\"");
    check("\"https://apigateway.amazonaws.com/restapis/a1/models/Order\"");
    check("\"\"");
    check("1");
}

/// Models that need each other, by their names.
const MODELS: [(&str, &str); 3] = [
    ("List", r##"{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/a1/models/Item"}}"##),
    (
        "Item",
        r##"{"type":"object","required":["id"],"properties":{"id":{"$ref":"#/definitions/Id"},
        "more":{"$ref":"#/components/schemas/List"},"price":{"$ref":"#/components/schemas/Price"}},
        "definitions":{"Id":{"type":"integer"}},"default":{"$ref":"#/nowhere"}}"##,
    ),
    ("Price", r#"{"multipleOf":0.01}"#),
];

const BODIES: [(&str, bool); 6] = [
    ("[]", true),
    (r#"[{"id":1,"more":[{"id":2,"price":1.25}]}]"#, true),
    (r#"[{"id":"1"}]"#, false),
    (r#"[{"id":1,"more":[{}]}]"#, false),
    (r#"[{"id":1,"price":0.001}]"#, false),
    ("{}", false),
];

#[test]
fn models_refer_to_models() {
    let models = MODELS.map(|(name, text)| (name, document(text)));
    let resolve = |reference: &str| {
        let name = model_name(reference)?;
        models.iter().find(|(found, _)| *found == name).map(|(_, model)| model.root())
    };
    let list = models[0].1.root();
    let model = Model::compile(list, &resolve).unwrap();
    let bundled = bundle(list, &resolve);
    let alone = document(&bundled);
    let alone = Model::compile(alone.root(), &|_| None).unwrap_or_else(|problems| panic!("{bundled}: {problems:?}"));
    for (body, expected) in BODIES {
        assert_eq!(accepts(&model, body), expected, "{body}");
        assert_eq!(accepts(&alone, body), expected, "bundled: {body}");
    }
}

#[test]
fn a_problem_in_another_model_tells_which() {
    let other = document(r#"{"properties":{"a":{"type":"x"}}}"#);
    let schema = document(r##"{"items":{"$ref":"#/components/schemas/B"}}"##);
    let problems = Model::compile(schema.root(), &|_| Some(other.root())).unwrap_err();
    assert_eq!(problems[0].pointer, "#/components/schemas/B/properties/a/type");
}

#[test]
fn what_needs_no_other_is_bundled_as_it_is() {
    let text = r##"{"items":{"$ref":"#/definitions/a"},"definitions":{"a":{"$ref":"#/nowhere"}}}"##;
    assert_eq!(bundle(document(text).root(), &|_| None), text);
    assert_eq!(bundle(document("[1]").root(), &|_| None), "[1]");
}
