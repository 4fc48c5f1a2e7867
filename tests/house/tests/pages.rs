//! Pages that are written by the code are what the code writes.

use house::text;

#[test]
fn the_page_on_compatibility_is_current() {
    let written = definition::compatibility();
    assert!(
        text("docs/compatibility.md") == written,
        "docs/compatibility.md is stale: run `cargo run --bin tollgate -- compatibility > docs/compatibility.md`"
    );
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
