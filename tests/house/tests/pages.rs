//! Pages that are written by the code are what the code writes.

use house::text;
use serde_json::Value;

#[test]
fn the_page_on_compatibility_is_current() {
    let written = definition::compatibility();
    assert!(
        text("docs/compatibility.md") == written,
        "docs/compatibility.md is stale: run `cargo run --bin tollgate -- compatibility > docs/compatibility.md`"
    );
}

#[test]
fn the_json_on_the_page_of_channels_is_json_and_what_the_code_reads() {
    let page = text("docs/websocket.md");
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
    for block in &blocks {
        let json: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{error} in {block}"));
        if json["action"].is_string() && json["ok"].is_null() && json["action"] != "message" {
            assert!(channels::read(block).request.is_ok(), "{block}");
        } else if json["action"].is_null() && json["channel"].is_string() {
            assert!(channels::Job::parse(block, "id").is_ok(), "{block}");
        }
    }
}

#[test]
fn the_rules_on_the_page_of_channels_are_rules() {
    let page = text("docs/websocket.md");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let sample = text("infra/api.yaml");
    let schemes = sample.split("\ncomponents:\n").nth(1).and_then(|rest| rest.split("\n  parameters:\n").next());
    let (blocks, schemes) = (blocks.collect::<Vec<_>>().concat(), schemes.expect("the sample's security schemes"));
    let source = format!("openapi: 3.0.3\npaths: {{}}\n{blocks}\ncomponents:\n{schemes}\n");
    let api = definition::compile(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_ne!(api.channels, channels::Rules::default());
    assert_eq!(api.websocket.len(), 2);
}

#[test]
fn the_examples_of_services_are_the_ones_that_are_tested() {
    let dedented = |text: &str| text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
    let (page, api) = (text("docs/services.md"), dedented(&text("tests/services/api.yaml")));
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 10, "{} examples", blocks.len());
    for block in blocks {
        assert!(api.contains(&dedented(block)), "tests/services/api.yaml has no\n{block}");
    }
}
