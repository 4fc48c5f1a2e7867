use super::*;

fn problems(source: &str) -> Vec<String> {
    let problems = Document::parse(source).unwrap_err();
    problems.iter().map(|p| format!("{}:{} {}", p.place.line, p.place.column, p.message)).collect()
}

#[test]
fn every_value_knows_its_place() {
    let document = Document::parse("a:\n  b: [1, \"2\"]\n").unwrap();
    let list = document.root.get("a").unwrap().get("b").unwrap();
    assert_eq!(list.place, Place { line: 2, column: 6 });
    assert_eq!(list.items().unwrap()[1].place, Place { line: 2, column: 10 });
}

#[test]
fn json_is_read_to_the_letter() {
    let source = "{\t\"a\":\t\"\\ud83d\\ude00 \\/\",\n  \"b\": [1e3, true]}";
    let document = Document::parse(source).unwrap();
    assert_eq!(document.root.get("a").unwrap().text(), Some("😀 /"));
    let list = document.root.get("b").unwrap();
    assert_eq!((list.place, list.items().unwrap()[0].text()), (Place { line: 2, column: 8 }, Some("1e3")));
    assert_eq!(document.root.entries().unwrap()[1].place, Place { line: 2, column: 3 });
}

#[test]
fn json_in_which_a_key_is_repeated_is_refused() {
    assert_eq!(problems("{\"a\": 1,\n \"a\": 2}"), ["2:2 the key \"a\" is here a second time"]);
}

#[test]
fn braces_may_also_be_yaml() {
    let document = Document::parse("{a: 'b', c: [1,],}").unwrap();
    assert_eq!(document.root.get("a").unwrap().text(), Some("b"));
    assert_eq!(problems("{\"a\": 1,\n"), ["2:1 this is not JSON: EOF while parsing an object"]);
}

#[test]
fn json_is_read_as_well() {
    let document = Document::parse("{\"a\": {\"b\": null, \"c\": \"null\"}}").unwrap();
    let a = document.root.get("a").unwrap();
    assert_eq!((a.get("b").unwrap().text(), a.get("c").unwrap().text()), (None, Some("null")));
}

#[test]
fn bad_documents_are_refused_with_their_place() {
    assert_eq!(
        problems("a: 1\nb: 2\na: 3\nb: 4\n"),
        ["3:1 the key \"a\" is here a second time", "4:1 the key \"b\" is here a second time"]
    );
    assert_eq!(problems("a: 1\n---\nb: 1\n"), ["2:1 a second document begins here"]);
    assert_eq!(problems(""), ["1:1 the document is empty"]);
    assert_eq!(problems("[a]: 1\n"), ["1:1 a list stands where a key is expected"]);
}

#[test]
fn a_tag_of_cloudformation_is_no_value() {
    let document = Document::parse("a: !Sub x\nb: !Join [':', [!Ref y]]\nc: !!str 1\n").unwrap();
    let places: Vec<_> =
        document.unresolved.iter().map(|p| (p.place.line, p.place.column, p.message.as_str())).collect();
    assert_eq!(
        places,
        [
            (1, 4, "CloudFormation's !Sub is not resolved here"),
            (2, 17, "CloudFormation's !Ref is not resolved here"),
            (2, 4, "CloudFormation's !Join is not resolved here"),
        ]
    );
    assert_eq!(document.root.get("a").unwrap().text(), None);
    assert_eq!(document.root.get("a").unwrap().intrinsic(), Some("!Sub"));
    assert_eq!(document.root.get("c").unwrap().text(), Some("1"));
}

#[test]
fn a_syntax_error_has_a_place() {
    assert_eq!(problems("a:\n  - b\n c: 1\n").len(), 1);
    assert!(problems("a: [1, 2\n").concat().contains("this is not YAML or JSON"));
}

#[test]
fn deep_and_multiplied_documents_are_refused() {
    assert_eq!(problems(&"[".repeat(150)), ["1:101 values are nested more than 100 deep here"]);
    let nested = format!("{}1{}", "{\"a\":".repeat(120), "}".repeat(120));
    assert_eq!(problems(&nested), ["1:501 values are nested more than 100 deep here"]);
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let previous = level - 1;
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{previous}"); 10].join(", "));
    }
    assert!(problems(&bomb).concat().contains("more than 100000 values"));
}
