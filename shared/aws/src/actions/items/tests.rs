use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::*;

fn check(json: &Value, back: &str) {
    let item = item(json.as_object().expect("an object")).expect("an item");
    assert_eq!(super::json(&item), back);
}

#[test]
fn what_was_written_is_read_back() {
    check(&json!({}), "{}");
    check(&json!({"b": [true, null, "\u{0}"], "a": {"x": -1.5}}), r#"{"a":{"x":-1.5},"b":[true,null,"\u0000"]}"#);
    check(
        &json!({"n": [0, u64::MAX, i64::MIN, 1e100]}),
        r#"{"n":[0,18446744073709551615,-9223372036854775808,1e+100]}"#,
    );
}

#[test]
fn an_item_is_as_deep_as_dynamodb_takes_and_no_deeper() {
    let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
    for (levels, taken) in [(1, true), (MAX_DEPTH, true), (MAX_DEPTH + 1, false), (100, false)] {
        let item = item(json!({"a": nested(levels)}).as_object().expect("an object"));
        assert_eq!(item.is_ok(), taken, "{levels}");
    }
}

#[test]
fn a_number_that_json_does_not_have_is_a_string() {
    for (number, written) in
        [("1", "1"), ("1E+3", "1E+3"), ("-0", "-0"), (".5", "\".5\""), ("NaN", "\"NaN\""), ("1,2", "\"1,2\"")]
    {
        let item = Item::from([("n".to_owned(), AttributeValue::N(number.to_owned()))]);
        assert_eq!(super::json(&item), format!(r#"{{"n":{written}}}"#));
    }
}
