//! A short run of every target, and proof that the loop would tell.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Runs the loop with a folder of its own for what it finds.
fn fuzz(name: &str, arguments: &[&str]) -> (Output, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    let output =
        Command::new(env!("CARGO_BIN_EXE_fuzz")).args(arguments).arg("--failures").arg(&folder).output().unwrap();
    (output, folder)
}

/// Counted in inputs and not in seconds: the same inputs on a machine that has other work to do.
fn runs_clean(target: &str) {
    let (output, _) = fuzz(target, &[target, "--inputs", "400", "--seconds", "300", "--seed", "1"]);
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    let executions = said.lines().last().and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok());
    assert_eq!(executions, Some(400), "{said}{complained}");
}

#[test]
fn any_text_as_a_definition_compiles_or_is_refused() {
    runs_clean("document");
}

#[test]
fn what_compiles_is_found_by_the_router() {
    runs_clean("structured");
}

#[test]
fn any_bytes_as_a_table_are_read_or_refused() {
    runs_clean("table");
}

#[test]
fn any_event_gets_an_answer() {
    runs_clean("event");
}

#[test]
fn any_model_is_compiled_and_any_body_checked() {
    runs_clean("model");
}

#[test]
fn any_text_as_a_template_is_parsed_or_refused() {
    runs_clean("template");
}

#[test]
fn any_template_gives_a_text_or_a_problem() {
    runs_clean("render");
}

#[test]
fn any_path_finds_something_or_is_refused() {
    runs_clean("jsonpath");
}

/// Runs the target with the planted defects on a file that leads to one of them; what was said of it and what is left.
fn planted(defect: &str, failure: &str) -> String {
    // Seconds: of patience, by which only what never comes back is to be found, and for making an input smaller, which ends
    // by itself where an attempt takes no patience.
    let (patience, minimise) = if defect == "forever" { ("1", "4") } else { ("60", "120") };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("planted-{defect}.txt"));
    fs::write(&file, format!("much around it: planted {defect}, and much behind it")).unwrap();
    let file = file.display().to_string();
    let options = ["--seconds", "5", "--patience", patience, "--memory", "512", "--minimise", minimise];
    let (output, folder) = fuzz(&format!("planted-{defect}"), &[&["planted", &file][..], &options].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(failure), "{said}");
    let found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [input] = found.as_slice() else { panic!("one input, and nothing beside it: {found:?}") };
    let again = Command::new(env!("CARGO_BIN_EXE_fuzz"))
        .args(["planted", "--replay", "--patience", patience, "--memory", "512"])
        .arg(input)
        .output()
        .unwrap();
    assert!(!again.status.success(), "{input:?} fails again");
    fs::read_to_string(input).unwrap()
}

#[test]
fn a_failed_assertion_is_found_and_its_input_made_small() {
    assert_eq!(planted("assert", "failed: an assertion failed at "), "planted assert");
}

#[test]
fn a_used_up_stack_is_found_and_its_input_made_small() {
    assert_eq!(planted("stack", "failed: the stack is used up"), "planted stack");
}

#[cfg(target_os = "linux")]
#[test]
fn too_much_memory_is_found_and_its_input_made_small() {
    assert_eq!(planted("memory", "failed: it asks for too much memory"), "planted memory");
}

#[test]
fn an_input_without_end_is_found() {
    assert!(planted("forever", "failed: it does not come back").contains("planted forever"));
}

#[test]
fn a_defect_that_no_seed_shows_is_found_by_changing_them() {
    let (output, _) =
        fuzz("mutation", &["planted", "--seconds", "60", "--patience", "2", "--memory", "512", "--minimise", "1"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let inputs = |seed| {
        let target = fuzz::targets::find("document").unwrap();
        let corpus: Vec<Vec<u8>> = (target.seeds)().into_iter().map(|seed| seed.bytes).collect();
        let mut random = fuzz::random::Random::new(seed);
        (0..500).map(|_| fuzz::mutate::next(&mut random, &corpus, target.words)).collect::<Vec<_>>()
    };
    assert_eq!(inputs(7), inputs(7));
    assert_ne!(inputs(7), inputs(8));
}
