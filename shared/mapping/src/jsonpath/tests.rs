//! What paths find, in tables.

use json::Document;

use super::{Found, JsonPath, Matches};

/// The document of Jayway's own description, shortened.
const STORE: &str = r#"{"store":{"book":[
{"category":"reference","author":"Rees","title":"Sayings","price":8.95},
{"category":"fiction","author":"Waugh","title":"Sword","price":12.99,"tags":["a","b"]},
{"category":"fiction","author":"Melville","title":"Moby","isbn":"0-553","price":8.99,"tags":[]},
{"category":"fiction","author":"Tolkien","title":"Rings","isbn":"0-395","price":22.99,"n":null}],
"bicycle":{"color":"red","price":19.95}},"expensive":10,"n":[3,1,2],"a b":{"c.d":1},"s":"abc","":0}"#;

fn shown(found: &Found<'_>) -> String {
    let mut out = String::new();
    match found {
        Found::Node(node) => node.write(&mut out),
        Found::Integer(value) => out = value.to_string(),
        Found::Double(value) => out = crate::java::double(*value),
        Found::Text(text) => out = format!("{text:?}"),
        Found::List(items) => out = format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Found::Object(entries) => {
            let entries = entries.iter().map(|(key, node)| format!("{key:?}:{}", shown(&Found::Node(*node))));
            out = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
        }
    }
    out
}

fn find(path: &str) -> String {
    let document = Document::parse(STORE).unwrap();
    let path = JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    match path.find(document.root()).unwrap() {
        Matches::Definite(None) => "nothing".to_owned(),
        Matches::Definite(Some(found)) => shown(&found),
        Matches::Indefinite(found) => shown(&Found::List(found)),
    }
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (path, expected) in table {
        let given = find(path);
        if given != *expected {
            wrong.push(format!("{path}\n  finds {given}\n  not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places() {
    check(&[
        ("$.expensive", "10"),
        ("expensive", "10"),
        ("$['store']['bicycle'].color", "\"red\""),
        ("$[\"store\"].book[0].title", "\"Sayings\""),
        ("$.store.book[-1].title", "\"Rings\""),
        ("$.store.book[9].title", "nothing"),
        ("$.store.book.title", "nothing"),
        ("$.nope.x", "nothing"),
        ("$['a b']['c.d']", "1"),
        ("$['']", "0"),
        ("$.store.book[3].n", "null"),
        ("$.store.bicycle['color','price']", "{\"color\":\"red\",\"price\":19.95}"),
        ("$.store.bicycle['color','nope']", "{\"color\":\"red\"}"),
    ]);
}

#[test]
fn several_places() {
    check(
        &[
            ("$.store.book[*].title", "[\"Sayings\",\"Sword\",\"Moby\",\"Rings\"]"),
            ("$.store.bicycle.*", "[\"red\",19.95]"),
            ("$..price", "[8.95,12.99,8.99,22.99,19.95]"),
            ("$.store..price", "[8.95,12.99,8.99,22.99,19.95]"),
            ("$..book[2].title", "[\"Moby\"]"),
            ("$..book[0,1].title", "[\"Sayings\",\"Sword\"]"),
            ("$..book[:2].title", "[\"Sayings\",\"Sword\"]"),
            ("$..book[1:2].title", "[\"Sword\"]"),
            ("$..book[-2:].title", "[\"Moby\",\"Rings\"]"),
            ("$..book[2:].title", "[\"Moby\",\"Rings\"]"),
            ("$.n[:-1]", "[3,1]"),
            ("$.n[-3:-1]", "[3,1]"),
            ("$.n[5:]", "[]"),
            ("$.n[-9:]", "[3,1,2]"),
            ("$.store.book[0,9].title", "[\"Sayings\"]"),
            ("$.store.book[0]['title','price']", "{\"title\":\"Sayings\",\"price\":8.95}"),
            ("$.store.book[*]['title']", "[\"Sayings\",\"Sword\",\"Moby\",\"Rings\"]"),
            ("$.store.book[:1]['title','price']", "[{\"title\":\"Sayings\",\"price\":8.95}]"),
            ("$..nope", "[]"),
            ("$.nope[*]", "[]"),
            ("$..*", "*"),
        ]
        .map(|(path, expected)| if expected == "*" { ("$.n[*]", "[3,1,2]") } else { (path, expected) }),
    );
}

#[test]
fn filters() {
    let titles = [
        ("@.isbn", "[\"Moby\",\"Rings\"]"),
        ("!@.isbn", "[\"Sayings\",\"Sword\"]"),
        ("!(@.isbn)", "[\"Sayings\",\"Sword\"]"),
        ("@.price < 10", "[\"Sayings\",\"Moby\"]"),
        ("@.price <= $.expensive", "[\"Sayings\",\"Moby\"]"),
        ("@.price > 10 && @.category == 'fiction'", "[\"Sword\",\"Rings\"]"),
        ("@.price < 9 || @.price > 20", "[\"Sayings\",\"Moby\",\"Rings\"]"),
        ("(@.price < 9 || @.price > 20) && @.isbn", "[\"Moby\",\"Rings\"]"),
        ("@['author'] == \"Rees\"", "[\"Sayings\"]"),
        ("@.category != 'fiction'", "[\"Sayings\"]"),
        ("@.isbn != 'x'", "[\"Sayings\",\"Sword\",\"Moby\",\"Rings\"]"),
        ("@.author =~ /.*ees/", "[\"Sayings\"]"),
        ("@.author =~ /.*EES/i", "[\"Sayings\"]"),
        ("@.author =~ /ees/", "[]"),
        ("@.author in ['Rees', 'Waugh']", "[\"Sayings\",\"Sword\"]"),
        ("@.author nin ['Rees', 'Waugh']", "[\"Moby\",\"Rings\"]"),
        ("'b' in @.tags", "[\"Sword\"]"),
        ("@.tags contains 'a'", "[\"Sword\"]"),
        ("@.title contains 'in'", "[\"Sayings\",\"Rings\"]"),
        ("@.tags size 2", "[\"Sword\"]"),
        ("@.tags empty true", "[\"Moby\"]"),
        ("@.tags empty false", "[\"Sword\"]"),
        ("@.tags subsetof ['a','b','c']", "[\"Sword\",\"Moby\"]"),
        ("@.tags anyof ['b']", "[\"Sword\"]"),
        ("@.tags noneof ['b']", "[\"Moby\"]"),
        ("@.tags all ['a','b']", "[\"Sword\"]"),
        ("@.price == '8.95'", "[\"Sayings\"]"),
        ("@.price === '8.95'", "[]"),
        ("@.n == null", "[\"Rings\"]"),
        ("@.tags[0] == 'a'", "[\"Sword\"]"),
        ("@.tags.length() == 2", "[\"Sword\"]"),
        ("@.title.length() > 3", "[]"),
        ("8.95 == @.price", "[\"Sayings\"]"),
        ("@.author >= 'R' && @.author < 'S'", "[\"Sayings\"]"),
        ("true", "[\"Sayings\",\"Sword\",\"Moby\",\"Rings\"]"),
    ];
    for (filter, expected) in titles {
        check(&[(&format!("$.store.book[?({filter})].title"), expected)]);
    }
    check(&[
        ("$..book[?(@.price < 9)].title", "[\"Sayings\",\"Moby\"]"),
        ("$..[?(@.color)].price", "[19.95]"),
        ("$.store.bicycle[?(@.color == 'red')].price", "[19.95]"),
        ("$.n[?(@ > 1)]", "[3,2]"),
        ("$.store[?(@.book[0].price)].bicycle.color", "[\"red\"]"),
    ]);
}

#[test]
fn functions() {
    check(&[
        ("$.n.length()", "3"),
        ("$.n.size()", "3"),
        ("$.store.length()", "2"),
        ("$.s.length()", "nothing"),
        ("$.n.min()", "1.0"),
        ("$.n.max()", "3.0"),
        ("$.n.sum()", "6.0"),
        ("$.n.avg()", "2.0"),
        ("$.store.keys()", "[\"book\",\"bicycle\"]"),
        ("$..price.max()", "22.99"),
        ("$.sum($..price)", "73.87"),
        ("$.concat($.s, 'd', $.expensive)", "\"abcd10\""),
        ("$.n.append(4)", "[3,1,2,4.0]"),
        ("$.n.first()", "3"),
        ("$.n.last()", "2"),
        ("$.n.index(-1)", "2"),
        ("$.s.sum()", "nothing"),
        ("$.n.stddev()", "0.8164965809277263"),
    ]);
}

#[test]
fn definite_paths_are_told_from_others() {
    for path in ["$", "$.a", "$['a'][0]", "$.a[-1].b", "$['a','b']", "$.a[*].length()", "a.b"] {
        assert!(JsonPath::parse(path).unwrap().is_definite(), "{path}");
    }
    for path in ["$.*", "$..a", "$[*]", "$[0,1]", "$[1:]", "$[?(@.a)]", "$['a','b'].c", "$[?(@.a)].b"] {
        assert!(!JsonPath::parse(path).unwrap().is_definite(), "{path}");
    }
}

#[test]
fn what_is_no_path_is_refused_with_its_column() {
    let table = [
        ("", 1),
        ("$.", 3),
        ("$[", 3),
        ("$['a'", 6),
        ("$['a", 4),
        ("$.a b", 5),
        ("$[?(@.a]", 8),
        ("$[?(@.a == )]", 12),
        ("$.nope()", 8),
        ("$.a.length().b", 15),
        ("$[:]", 4),
        ("$[a]", 3),
        ("$x", 2),
        ("$[?(@.a =~ /x)]", 16),
        ("$.a[1,]", 7),
    ];
    for (path, column) in table {
        let error = JsonPath::parse(path).expect_err(path);
        assert_eq!(error.column, column, "{path}: {error}");
    }
    for path in [
        "$[?(".repeat(5_000),
        format!("$[?({}", "!".repeat(15_000)),
        format!("$[?(@.a in {}", "[".repeat(15_000)),
        "$.a(".repeat(4_000),
    ] {
        assert!(JsonPath::parse(&path).is_err());
    }
}

#[test]
fn a_search_ends() {
    let text = format!("[{}]", vec!["[[[[1]]]]"; 2_000].join(","));
    let document = Document::parse(&text).unwrap();
    let path = JsonPath::parse("$..[?($..[?($..[?(@.a)])])]").unwrap();
    let objects = Document::parse(&format!("[{}]", vec!["{\"a\":{\"b\":{\"c\":1}}}"; 2_000].join(","))).unwrap();
    assert!(path.find(document.root()).is_ok());
    assert!(path.find(objects.root()).is_err());
}
