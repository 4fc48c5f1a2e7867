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
