//! `tollgate plan` as a user runs it: what it prints, and with which exit status.
#![cfg(test)]

use std::{
    env::temp_dir,
    fs,
    path::{Path, PathBuf},
    process::{Command, id},
};

use serde_json::Value;

/// Runs the command line from the top of the repository: exit status, standard output, standard error.
fn tollgate(arguments: &[&str]) -> (i32, String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate")).args(arguments).current_dir(root).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), stdout, stderr)
}

/// A file for one test, removed with it.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = temp_dir().join(format!("tollgate-{}-{name}", id()));
        fs::write(&path, text).unwrap();
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn the_examples_on_the_page_are_what_the_command_prints() {
    let page = include_str!("../../docs/cost.md");
    let mut examples = 0;
    for block in page.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        let (command, shown) = block.split_once('\n').unwrap();
        let arguments: Vec<&str> = command.strip_prefix("$ tollgate ").unwrap().split(' ').collect();
        let (status, stdout, stderr) = tollgate(&arguments);
        assert_eq!((status, stderr.as_str()), (0, ""), "{command}");
        assert!(shown == stdout, "docs/cost.md is stale: `{command}` prints\n\n{stdout}");
        examples += 1;
    }
    assert_eq!(examples, 2);
}

#[test]
fn the_plan_as_json_keeps_its_keys() {
    let (status, stdout, _) = tollgate(&["plan", "infra/api.yaml", "--format", "json", "--wait", "2000"]);
    assert_eq!(status, 0);
    let plan: Value = serde_json::from_str(&stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&plan), "assumed file month operations prices restApiMicroUsdPerMillion title");
    assert_eq!(keys(&plan["assumed"]), "authorizerCacheHitsPpm backendWaitMs");
    assert_eq!(keys(&plan["month"]), "functionsMicroUsd httpApiMicroUsd requests restApiMicroUsd togetherMicroUsd");
    assert_eq!(
        keys(&plan["operations"][0]),
        "apiKey because dearerThanRestApi dearerThanRestApiFromMs guard jwtAuthorizer method microUsdPerMillion path \
         requestsPerMonth way"
    );
    assert_eq!(keys(&plan["prices"]["rest_api_usd_per_million"]), "source usd");
    assert_eq!(plan["restApiMicroUsdPerMillion"], 3_500_000);
    assert_eq!(plan["operations"][0]["dearerThanRestApi"], true);
    let native = plan["operations"].as_array().unwrap().iter().find(|row| row["way"] == "native + authorizer").unwrap();
    assert_eq!((&native["because"], &native["dearerThanRestApiFromMs"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_definition_with_problems_gets_the_report_of_check() {
    let definition = File::new("broken.yaml", "openapi: 3.0.3\nnonsense: 1\n");
    let check = tollgate(&["check", definition.path()]);
    assert_eq!(tollgate(&["plan", definition.path()]), check);
    assert_eq!(check.0, 1);
    assert!(check.2.contains("\"nonsense\" is not a field of the document"), "{}", check.2);
}

#[test]
fn a_file_that_cannot_be_read_ends_with_2() {
    for arguments in [
        &["plan", "no-such-file.yaml"][..],
        &["plan", "infra/api.yaml", "--mix", "no-such-file.yaml"],
        &["plan", "infra/api.yaml", "--prices", "no-such-file.yaml"],
    ] {
        let (status, stdout, stderr) = tollgate(arguments);
        assert_eq!((status, stdout.as_str()), (2, ""));
        assert!(stderr.starts_with("no-such-file.yaml: "), "{stderr}");
    }
}

#[test]
fn wrong_prices_and_a_wrong_mix_are_refused_with_their_line() {
    let wrong = File::new("wrong.txt", "rest_api = 3\n");
    for (option, message) in [
        ("--prices", "1:1: \"rest_api\" is not the name"),
        ("--mix", "1:1: the definition has no operation \"rest_api\""),
    ] {
        let (status, stdout, stderr) = tollgate(&["plan", "infra/api.yaml", option, wrong.path()]);
        assert_eq!((status, stdout.as_str()), (1, ""));
        assert!(stderr.starts_with(&format!("{}:{message}", wrong.path())), "{stderr}");
    }
}

#[test]
fn a_mix_and_own_prices_change_the_bill() {
    let mix = File::new("mix.yaml", "GET /health: 2_000_000\n");
    let prices = File::new("own.toml", "rest_api_usd_per_million = 2\n");
    let (status, stdout, _) = tollgate(&["plan", "infra/api.yaml", "--mix", mix.path(), "--prices", prices.path()]);
    assert_eq!(status, 0);
    assert!(stdout.contains("31 operations are absent and get none"), "{stdout}");
    assert!(stdout.contains("\n  a REST API           4.00 USD\n"), "{stdout}");
    assert!(stdout.contains(&format!("for us-east-1, with those of {}", prices.path())), "{stdout}");
}

#[test]
fn a_wait_or_a_share_out_of_range_is_wrong_usage() {
    for option in ["--wait=29001", "--wait=-1", "--authorizer-cache-hits=1.1", "--requests=1000000000001"] {
        assert_eq!(tollgate(&["plan", "infra/api.yaml", option]).0, 2, "{option}");
    }
}
