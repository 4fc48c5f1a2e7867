use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn document(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn written(node: Node<'_>) -> String {
    let mut out = String::new();
    node.write(&mut out);
    out
}

#[test]
fn values_are_written_without_white_space() {
    let check = |text: &str, expected: &str| assert_eq!(written(document(text).root()), expected, "{text}");
    check(" null ", "null");
    check("\t[ true , false ]\r\n", "[true,false]");
    check("{ \"b\" : 1 , \"a\" : [ ] , \"c\" : { } }", r#"{"b":1,"a":[],"c":{}}"#);
    check(
        "[1.0, -0, 1E2, 123456789012345678901234567890, 1e-999]",
        "[1.0,-0,1E2,123456789012345678901234567890,1e-999]",
    );
    check(r#""\u00e9\/\u0041\u0000\u001f\n\"\\""#, "\"é/A\\u0000\\u001f\\n\\\"\\\\\"");
    check(r#"{"\u0061\n":"é"}"#, r#"{"a\n":"é"}"#);
    check(r#"[[[{"a":[{"b":{}}]}]],""]"#, r#"[[[{"a":[{"b":{}}]}]],""]"#);
}

#[test]
fn strings_are_unescaped() {
    let check = |text: &str, expected: &str| assert_eq!(document(text).root().as_str().unwrap(), expected, "{text}");
    check(r#""""#, "");
    check(r#""\ud83d\ude00!""#, "😀!");
    check(r#""\uD834\uDD1E\uD83D\uDE00""#, "𝄞😀");
    check(r#""a\u0062c""#, "abc");
    check(r#""\\u0041""#, "\\u0041");
    check(r#""\\\\""#, "\\\\");
    check(r#""é\t\b\f\r\n\/\"""#, "é\t\u{8}\u{c}\r\n/\"");
    check(
        r#""a longer text, of more than eight bytes \u20ac and more""#,
        "a longer text, of more than eight bytes € and more",
    );
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let check = |text: &str, line: usize, column: usize, message: &str| {
        let error = Document::parse(text).err().unwrap_or_else(|| panic!("{text} is read"));
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    };
    check("", 1, 1, "ends where a value");
    check("  \n ", 2, 2, "ends where a value");
    check("{\"é\": nul}", 1, 7, "true, false, null");
    check("[1,]", 1, 4, "a value");
    check("[1 2]", 1, 4, "comma or ]");
    check("[", 1, 2, "ends where a value");
    check("[1", 1, 3, "ends within");
    check("{\"a\":1,}", 1, 8, "key in quotes");
    check("{\"a\":1]", 1, 7, "comma or }");
    check("{\"a\" 1}", 1, 6, "colon");
    check("{a:1}", 1, 2, "key in quotes");
    check("{", 1, 2, "key in quotes");
    check("1 1", 1, 3, "more text");
    check("01", 1, 2, "more text");
    check("-", 1, 2, "digit");
    check("1.", 1, 3, "digit");
    check("1.e1", 1, 3, "digit");
    check("1e+", 1, 4, "digit");
    check("+1", 1, 1, "a value");
    check(".5", 1, 1, "a value");
    check("NaN", 1, 1, "a value");
    check("'a'", 1, 1, "a value");
    check("\u{feff}1", 1, 1, "a value");
    check("\u{a0}1", 1, 1, "a value");
    check("\"a", 1, 3, "ends within a string");
    check("\"\\", 1, 3, "ends within a string");
    check("[\n\"a\nb\"]", 2, 3, "control characters");
    check("\"12345678\u{1}\"", 1, 10, "control characters");
    check(r#""\x""#, 1, 2, "no such escape");
    check(r#""\u12g4""#, 1, 2, "hexadecimal");
    check(r#""\u12"#, 1, 2, "hexadecimal");
    check(r#""\u+123""#, 1, 2, "hexadecimal");
    check(r#""\ud83d""#, 1, 2, "surrogate");
    check(r#""\ud83dx\ude00""#, 1, 2, "surrogate");
    check(r#""\ude00\ud83d""#, 1, 2, "surrogate");
    check(r#""\ud83d\ud83d\ude00""#, 1, 2, "surrogate");
    check("/* */ 1", 1, 1, "a value");
}

#[test]
fn numbers_keep_their_text_and_know_their_value() {
    let check = |text: &str, integer: bool, as_i64: Option<i64>, as_f64: Option<f64>| {
        let document = document(text);
        let number = document.root().as_number().unwrap();
        assert_eq!(number.text(), text);
        assert_eq!((number.is_integer(), number.as_i64(), number.as_f64()), (integer, as_i64, as_f64), "{text}");
    };
    check("0", true, Some(0), Some(0.0));
    check("-0", true, Some(0), Some(-0.0));
    check("-12", true, Some(-12), Some(-12.0));
    check("9223372036854775807", true, Some(i64::MAX), Some(9_223_372_036_854_775_807.0));
    check("9223372036854775808", true, None, Some(9_223_372_036_854_775_808.0));
    check("1.0", false, None, Some(1.0));
    check("1e2", false, None, Some(100.0));
    check("1e999", false, None, None);
}

#[test]
fn a_repeated_key_has_its_last_value_at_its_first_place() {
    let check = |text: &str, expected: &str| {
        let document = document(text);
        assert_eq!(written(document.root()), expected, "{text}");
        assert_eq!(document.root().len(), document.root().entries().count(), "{text}");
    };
    check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#);
    check(r#"{"a":{"x":1},"b":[2,3],"a":[4,{"y":5,"y":6}],"\u0061":{"z":7}}"#, r#"{"a":{"z":7},"b":[2,3]}"#);
    check(r#"{"a":1,"a":2}"#, r#"{"a":2}"#);
    check(r#"{"":1,"":{}}"#, r#"{"":{}}"#);
    let many: Vec<String> = (0..100).map(|at| format!("\"{}\":{at}", at % 40)).collect();
    let document = document(&format!("{{{}}}", many.join(",")));
    let values: Vec<_> = document.root().entries().map(|(key, value)| format!("{key}:{}", written(value))).collect();
    let expected: Vec<_> = (0..40).map(|key| format!("{key}:{}", if key < 20 { key + 80 } else { key + 40 })).collect();
    assert_eq!(values, expected);
    assert_eq!(document.root().get("7").and_then(Node::as_number).and_then(Number::as_i64), Some(87));
}

#[test]
fn values_are_found_by_key_and_place() {
    let document = document(r#"{"list":[1,[2,3],{"x":4},5],"flat":[1,2,3],"n":null,"k\n":true}"#);
    let root = document.root();
    let shown = |node: Option<Node<'_>>| node.map(written).unwrap_or_default();
    assert_eq!(shown(root.get("list").and_then(|list| list.at(2))), r#"{"x":4}"#);
    assert_eq!(shown(root.get("list").and_then(|list| list.at(3))), "5");
    assert_eq!(shown(root.get("list").and_then(|list| list.at(4))), "");
    assert_eq!(shown(root.get("flat").and_then(|list| list.at(1))), "2");
    assert_eq!(shown(root.get("flat").and_then(|list| list.at(3))), "");
    assert_eq!(root.get("k\n").and_then(Node::as_bool), Some(true));
    assert_eq!(shown(root.get("none")), "");
    assert_eq!(shown(root.at(0)), "");
    assert_eq!((root.len(), root.items().count(), root.is_empty()), (4, 0, false));
    assert_eq!((root.size(), root.get("list").map(Node::size), root.get("n").map(Node::size)), (20, Some(9), Some(1)));
    let null = root.get("n").unwrap();
    assert!(null.is_null() && null.as_str().is_none() && null.as_number().is_none() && null.as_bool().is_none());
    assert_eq!((null.len(), null.items().count(), null.entries().count(), null.get("a").is_none()), (0, 0, 0, true));
}

#[test]
fn nesting_is_bounded_and_needs_no_stack() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(written(document(&nested(MAX_DEPTH)).root()), nested(MAX_DEPTH));
    let error = Document::parse(&nested(MAX_DEPTH + 1)).err().unwrap();
    assert_eq!((error.column, error.message), (MAX_DEPTH + 1, "values are nested more than 512 deep here"));
    assert!(Document::parse(&"{\"a\":".repeat(1_000_000)).is_err());
}

#[test]
fn neither_document_nor_node_shows_its_contents() {
    let document = document(r#"{"card":"4111"}"#);
    assert_eq!(format!("{document:?} {:?}", document.root()), "Document(15 bytes) Node(Object)");
}

/// Whether both readers take `text`, and read the same from it.
fn agrees(text: &str) -> Result<(), TestCaseError> {
    match (Document::parse(text), serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => same(ours.root(), &theirs),
        (Err(_), Err(_)) => Ok(()),
        // It refuses numbers that an f64 cannot hold, and whatever is deeper than 128.
        (Ok(_), Err(error)) => {
            let expected = ["number out of range", "recursion limit"].iter().any(|it| error.to_string().contains(it));
            prop_assert!(expected, "only serde_json refuses {text}: {error}");
            Ok(())
        }
        (Err(error), Ok(_)) => Err(TestCaseError::fail(format!("only we refuse {text}: {error}"))),
    }
}

fn same(ours: Node<'_>, theirs: &Value) -> Result<(), TestCaseError> {
    match theirs {
        Value::Null => prop_assert!(ours.is_null()),
        Value::Bool(value) => prop_assert_eq!(ours.as_bool(), Some(*value)),
        Value::Number(value) => {
            // It rounds a little differently from the standard library, whose rounding is exact.
            let (ours, theirs) = (ours.as_number().and_then(Number::as_f64).unwrap(), value.as_f64().unwrap());
            prop_assert!((ours - theirs).abs() <= ours.abs() * 1e-15 + f64::MIN_POSITIVE, "{} {}", ours, theirs);
        }
        Value::String(value) => prop_assert_eq!(ours.as_str().unwrap(), value.as_str()),
        Value::Array(values) => {
            prop_assert_eq!((ours.len(), ours.items().count()), (values.len(), values.len()));
            for (at, (item, value)) in ours.items().zip(values).enumerate() {
                same(item, value)?;
                same(ours.at(at).unwrap(), value)?;
            }
        }
        Value::Object(values) => {
            prop_assert_eq!((ours.len(), ours.entries().count()), (values.len(), values.len()));
            for (key, value) in ours.entries() {
                same(value, &values[key.as_ref()])?;
                same(ours.get(&key).unwrap(), &values[key.as_ref()])?;
            }
        }
    }
    Ok(())
}

/// JSON as people and machines write it: spaces, escapes, repeated keys, all kinds of numbers.
fn json_text() -> impl Strategy<Value = String> {
    let number = prop_oneof!["-?(0|[1-9][0-9]{0,20})", "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?"];
    let part = prop_oneof![
        6 => "[ -!#-\\[\\]-~]{0,9}",
        2 => "[é€😀\u{7f}\u{2028}]{1,3}",
        2 => prop::sample::select(vec!["\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\ud83d\\ude00", "\\u0000", "\\b"])
            .prop_map(str::to_owned),
    ];
    let string = prop::collection::vec(part, 0..4).prop_map(|parts| format!("\"{}\"", parts.concat()));
    let key = prop_oneof!["\"[a-c]\"", Just("\"\\u0061\"".to_owned()), string.clone()];
    let word = prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned);
    let leaf = prop_oneof![number, string, word];
    let space = "[ \n\r\t]{0,2}";
    leaf.prop_recursive(5, 64, 24, move |inner| {
        let item = (space, inner.clone(), space).prop_map(|(before, value, after)| before + &value + &after);
        let entry = (space, key.clone(), space, item.clone()).prop_map(|(a, key, b, item)| a + &key + &b + ":" + &item);
        let list = |items: Vec<String>, [open, close]: [&str; 2]| open.to_owned() + &items.join(",") + close;
        prop_oneof![
            prop::collection::vec(item, 0..6).prop_map(move |items| list(items, ["[", "]"])),
            prop::collection::vec(entry, 0..24).prop_map(move |entries| list(entries, ["{", "}"])),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_reads_is_read_the_same(text in json_text()) {
        prop_assert!(Document::parse(&text).is_ok(), "{}", text);
        agrees(&text)?;
    }

    #[test]
    fn what_serde_json_refuses_is_refused(
        text in json_text(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[\\x00-\\x7e]|[\\[\\]{}\",:\\\\u0-9eE.+-]|"), 1..4),
    ) {
        let mut characters: Vec<String> = text.chars().map(String::from).collect();
        for (at, with) in changes {
            let at = at.index(characters.len());
            characters[at] = with;
        }
        agrees(&characters.concat())?;
    }

    #[test]
    fn what_is_written_is_read_the_same(text in json_text()) {
        let first = document(&text);
        let once = written(first.root());
        let second = document(&once);
        prop_assert_eq!(written(second.root()), once);
    }

    #[test]
    fn any_text_can_be_written_as_a_string(text in any::<String>()) {
        let mut out = String::new();
        write_string(&text, &mut out);
        prop_assert_eq!(&out, &serde_json::to_string(&text).unwrap());
        let read = document(&out);
        prop_assert_eq!(read.root().as_str().unwrap(), text);
    }
}
