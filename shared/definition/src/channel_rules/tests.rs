use super::*;
use crate::{compile, document::Document};

fn source(rules: &str) -> String {
    format!("openapi: 3.0.3\npaths: {{}}\nx-tollgate-channels: {rules}\n")
}

/// What is wrong with these rules, which begin in line 3, column 22.
fn problems(rules: &str) -> Vec<String> {
    let shown = |p: &crate::Problem| format!("{}:{} {} | {}", p.place.line, p.place.column, p.message, p.remedy);
    compile(&source(rules)).err().unwrap_or_default().iter().map(shown).collect()
}

#[test]
fn rules_are_written_for_the_functions() {
    let rules = "\n  - channel: orders/{tenant}/*\n    allow: [subscribe, presence]\n    where: {planId: [gold, \"1\"]}\n    shards: 4\n  - {channel: news, allow: [subscribe]}";
    let api = compile(&source(rules)).unwrap();
    assert_eq!(
        channel_rules(&api).unwrap(),
        "[{\"channel\":\"orders/{tenant}/*\",\"allow\":[\"subscribe\",\"presence\"],\"where\":{\"planId\":[\"gold\",\"1\"]},\"shards\":4},\
         {\"channel\":\"news\",\"allow\":[\"subscribe\"],\"shards\":1}]\n"
    );
    assert_eq!(Rules::decode(&channel_rules(&api).unwrap()), Ok(api.channels));
    let without = compile("openapi: 3.0.3\npaths: {}\n").unwrap();
    assert_eq!(channel_rules(&without).unwrap(), "[]\n");
}

#[test]
fn what_is_no_rule_is_refused_with_its_place() {
    assert_eq!(problems("{}"), ["3:22 the rules are an object | write a list of rules"]);
    assert_eq!(
        problems("{Ref: Rules}"),
        ["3:22 CloudFormation's Ref is not resolved here | write the value itself, or a stage variable, \
          ${stageVariables.name}, and give it its value in the template"]
    );
    assert_eq!(
        problems(
            "\n  - channel: orders/{ten ant}\n    allow: [subscribe]\n  - channel: news\n    alow: [publish]\n    shards: 0"
        ),
        [
            "4:14 \"{ten ant}\" is no segment | write text of A-Za-z0-9-_.:~@+, {attribute}, * or, at the end, **",
            "6:5 the rule has no allow | write allow",
            "7:11 \"alow\" is not a field of a rule | write channel, allow, where, requires or shards",
            "8:13 shards is 0 | write a whole number from 1 to 256",
        ]
    );
}

#[test]
fn rules_stand_at_the_top_of_the_document_alone() {
    let source = "openapi: 3.0.3\npaths:\n  /a:\n    x-tollgate-channels: []\n";
    let problems = compile(source).unwrap_err();
    assert_eq!(problems[0].message, "x-tollgate-channels has no meaning here");
}

/// Whether the JSON Schema of the docs takes these rules.
fn schema_accepts(rules: &Node) -> bool {
    let schema = json::Document::parse(include_str!("../../../../docs/schemas/x-tollgate-channels.json")).unwrap();
    let model = models::Model::compile(schema.root(), &|_| None).unwrap();
    model.accepts(json::Document::parse(&rules.json().to_string()).unwrap().root())
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    for (rules, is_right) in [
        ("[]", true),
        ("[{channel: a, allow: [publish]}]", true),
        (
            "[{channel: 'orders/{tenant}/*/**', allow: [subscribe, presence], where: {a: [b], c: []}, shards: 256}]",
            true,
        ),
        ("[{channel: 'a/{custom:team}', allow: [publish], requires: [staff]}]", true),
        ("[{channel: a, allow: [publish], requires: staff}]", false),
        ("[{channel: a, allow: [publish], requires: [plan=gold]}]", false),
        ("[{channel: a, allow: [publish], requires: ['']}]", false),
        ("{}", false),
        ("[a]", false),
        ("[{channel: a}]", false),
        ("[{allow: [publish]}]", false),
        ("[{channel: a, allow: []}]", false),
        ("[{channel: a, allow: [own]}]", false),
        ("[{channel: a//b, allow: [publish]}]", false),
        ("[{channel: 'a*', allow: [publish]}]", false),
        ("[{channel: '{}', allow: [publish]}]", false),
        ("[{channel: '**/a', allow: [publish]}]", false),
        ("[{channel: a, allow: [publish], where: []}]", false),
        ("[{channel: a, allow: [publish], where: {a: b}}]", false),
        ("[{channel: a, allow: [publish], where: {a: [1]}}]", false),
        ("[{channel: a, allow: [publish], shards: 0}]", false),
        ("[{channel: a, allow: [publish], shards: 257}]", false),
        ("[{channel: a, allow: [publish], shards: 1.5}]", false),
        ("[{channel: a, allow: [publish], sharts: 1}]", false),
    ] {
        let document = Document::parse(rules).unwrap_or_else(|problems| panic!("{rules}: {problems:?}"));
        assert_eq!(schema_accepts(&document.root), is_right, "{rules}");
        assert_eq!(problems(rules).is_empty(), is_right, "{rules}");
    }
}
