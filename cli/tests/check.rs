//! `tollgate check` as a user runs it: what it says, and with which exit status.
#![cfg(test)]

use std::{
    env::temp_dir,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

const GOOD: &str = "openapi: 3.0.3\npaths: {}\n";

/// Files of one test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = temp_dir().join(format!("tollgate-check-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (file, contents) in files {
            fs::write(folder.join(file), contents).unwrap();
        }
        Folder(folder)
    }

    /// Exit status, standard output, standard error.
    fn check(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        let output = command.arg("check").args(arguments).current_dir(&self.0).output().unwrap();
        let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), stdout, stderr)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_exit_status_is_that_of_the_worst_file() {
    let bytes: &[u8] = b"openapi: \xff\n";
    let files =
        Folder::new("status", &[("good.yaml", GOOD.as_bytes()), ("bad.yaml", b"paths: {}\n"), ("bytes.yaml", bytes)]);
    assert_eq!(files.check(&["good.yaml"]), (0, String::new(), String::new()));
    let (status, _, said) = files.check(&["good.yaml", "bad.yaml"]);
    assert_eq!(status, 1);
    assert!(
        said.starts_with("bad.yaml:1:1: the document does not say which OpenAPI it is\n  1 | paths: {}\n"),
        "{said}"
    );
    assert!(said.ends_with("1 problem\n"), "{said}");
    let (status, _, said) = files.check(&["none.yaml", "bad.yaml", "bytes.yaml"]);
    assert_eq!(status, 2);
    assert!(said.contains("none.yaml: ") && said.contains("bytes.yaml: byte 9 is not UTF-8"), "{said}");
    assert!(said.contains("bad.yaml:1:1: "), "what can be read is checked all the same: {said}");
}

#[test]
fn machines_read_every_problem_with_its_place_and_what_is_around_it() {
    let long =
        format!("{{\"openapi\": \"3.0.3\", \"paths\": {{}}, \"x-a\": \"{}\", \"wrong\": 1}}", "ü".repeat(10_000));
    let files = Folder::new("json", &[("long.json", long.as_bytes()), ("short.yaml", b"openapi: 3.0.3\nwrong: 1\n")]);
    let (status, said, _) = files.check(&["--format", "json", "long.json", "short.yaml"]);
    let problems: Vec<Value> = serde_json::from_str(&said).unwrap();
    assert_eq!((status, problems.len()), (1, 3));
    assert_eq!((&problems[0]["line"], &problems[0]["column"]), (&1.into(), &10_046.into()));
    assert!(problems[0]["text"].as_str().unwrap().ends_with("ü\", \"wrong\": 1}"), "{}", problems[0]);
    assert!(problems[0]["text"].as_str().unwrap().chars().count() <= 120);
    assert_eq!((&problems[2]["file"], &problems[2]["text"]), (&"short.yaml".into(), &"wrong: 1".into()));
    for problem in &problems {
        assert!(!problem["message"].as_str().unwrap().is_empty() && !problem["remedy"].as_str().unwrap().is_empty());
    }
}

#[test]
fn of_very_many_problems_it_is_told_that_some_are_not_shown() {
    let many: String = (0..1_200).map(|number| format!("wrong{number}: 1\n")).collect();
    let files = Folder::new("many", &[("many.yaml", format!("{GOOD}{many}").as_bytes())]);
    let (status, _, said) = files.check(&["many.yaml"]);
    assert_eq!((status, said.matches("many.yaml:").count()), (1, 1_000));
    assert!(said.ends_with("1200 problems, of which the first 1000 are shown\n"), "{}", &said[said.len() - 100..]);
}

#[test]
fn whoever_hangs_up_while_problems_are_told_changes_nothing_about_the_exit_status() {
    let folder = Folder::new("hung-up", &[("empty.yaml", b"")]);
    let (gone, writer) = std::io::pipe().unwrap();
    drop(gone);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.args(["check", "empty.yaml"]).current_dir(&folder.0).stdout(Stdio::null()).stderr(writer);
    assert_eq!(command.status().unwrap().code(), Some(1));
}
