//! The repository's cases, and the runner as a whole.

use std::{fs, path::Path};

use conformance::{Detail, Sum, report};

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))
}

#[test]
fn the_gateway_does_what_api_gateway_does() {
    let mut out = Vec::new();
    let sum = report(&[cases().to_owned()], Detail::Why, &mut out).unwrap();
    assert!(sum.failed == 0 && sum.passed > 0, "\n{}", String::from_utf8_lossy(&out));
}

#[test]
fn a_folder_without_cases_fails() {
    let empty = cases().join("../src");
    let absent = cases().join("nowhere");
    let mut out = Vec::new();
    let sum = report(&[empty.clone(), absent.clone()], Detail::Line, &mut out).unwrap();
    assert_eq!(sum, Sum { passed: 0, failed: 2 });
    let said = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("FAIL {}: folder: there is no case below it", empty.display()));
    assert!(lines[1].starts_with(&format!("FAIL {}: folder: ", absent.display())), "{said}");
    assert_eq!(lines[2], "0 passed, 2 failed");
}

#[test]
fn cases_run_in_the_order_of_their_names_and_a_file_that_is_none_fails() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("order");
    for name in ["b/a.json", "a/c/b.json", "a/b.json", "a/not-a-case.txt"] {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "[]").unwrap();
    }
    let mut out = Vec::new();
    report(&[folder.join("b"), folder.join("a")], Detail::Line, &mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    let names: Vec<&str> = said.lines().map(|line| line.split(": file: ").next().unwrap()).collect();
    assert_eq!(names, ["FAIL a/b", "FAIL b/a", "FAIL c/b", "0 passed, 3 failed"]);
}
