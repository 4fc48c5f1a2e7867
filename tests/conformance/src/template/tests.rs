use serde_json::json;

use super::*;

/// A case that holds, with the value at `pointer` replaced, or put there.
fn told(pointer: &str, value: &Value) -> String {
    let mut case = json!({
        "name": "made/up", "source": "nowhere", "evidence": "documented",
        "template": "$input.path('$.n')|$input.params('q')|$input.params('h')|$input.params('id')\
                     |$context.stage|$stageVariables.colour\n",
        "input": {"body": "{\"n\": 1}", "path": {"id": "3"}, "querystring": {"q": "2"}, "header": {"h": "x"}},
        "context": {"stage": "dev"}, "stageVariables": {"colour": "blue"},
        "expect": "1|2|x|3|dev|blue\n",
    });
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    case.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(key.to_owned(), value.clone());
    if case.get("expectError").is_some() {
        case.as_object_mut().unwrap().remove("expect");
    }
    crate::run("made/up", &case.to_string()).map_or_else(|failure| failure.to_string(), |()| "passed".to_owned())
}

#[test]
fn a_text_is_compared_character_by_character() {
    assert_eq!(told("/source", &json!("nowhere")), "passed");
    let said = r#"expect: expected "1|2|x|3|dev|blue", got "1|2|x|3|dev|blue\n""#;
    assert_eq!(told("/expect", &json!("1|2|x|3|dev|blue")), said);
    assert_eq!(told("/expect", &json!("*")), "passed");
    assert_eq!(told("/stageVariables", &json!({})).split(',').next(), Some(r#"expect: expected "1|2|x|3|dev|blue\n""#));
}

#[test]
fn a_refusal_is_compared_by_its_status() {
    let said = r#"expectError.status: expected 400, got the text "1|2|x|3|dev|blue\n""#;
    assert_eq!(told("/expectError", &json!({"status": 400})), said);
    assert!(told("/input/body", &json!("{")).starts_with("template: could not process payload"));
    let refused = |status| {
        let case = json!({
            "name": "made/up", "source": "nowhere", "evidence": "documented", "template": "$input.path('$.n')",
            "input": {"body": "{", "path": {}, "querystring": {}, "header": {}}, "context": {}, "stageVariables": {},
            "expectError": {"status": status},
        });
        crate::run("made/up", &case.to_string()).map_err(|failure| failure.to_string())
    };
    assert_eq!(refused(400), Ok(()));
    assert_eq!(refused(500), Err("expectError.status: expected 500, got 400".to_owned()));
}

#[test]
fn parameters_keep_their_order() {
    let case = json!({
        "name": "made/up", "source": "nowhere", "evidence": "documented",
        "template": "#foreach($name in $input.params().querystring.keySet())$name#end",
        "input": {"body": "", "path": {}, "header": {}, "querystring": 0}, "context": {}, "stageVariables": {},
        "expect": "cab",
    });
    let case = case.to_string().replace("\"querystring\":0", r#""querystring":{"c":"","a":"","b":""}"#);
    assert_eq!(crate::run("made/up", &case), Ok(()));
}

#[test]
fn a_case_that_is_none_fails() {
    for (pointer, value, said) in [
        ("/colour", json!(1), "file: unknown field `colour`"),
        ("/input/colour", json!(""), "file: unknown field `colour`"),
        ("/expectError", json!({"status": 400, "colour": 1}), "file: unknown field `colour`"),
        ("/expectError", json!(null), "file: invalid type: null"),
        ("/input/path", json!({"id": 3}), "file: invalid type: integer `3`"),
        ("/template", json!("#if("), "template: "),
    ] {
        let got = told(pointer, &value);
        assert!(got.starts_with(said), "{pointer}: {got}");
    }
}
