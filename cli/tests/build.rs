//! `tollgate build` as a user runs it: what it writes, and what it says of a file that is stale.
#![cfg(test)]

use std::{env::temp_dir, fs, process::Command};

const DEFINITION: &str = "openapi: 3.0.3\nx-tollgate-path: dispatched\npaths:\n  /a:\n    get:\n      \
    x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.cart}'}\n";

#[test]
fn a_stale_policy_is_named_and_written_anew() {
    let folder = temp_dir().join(format!("tollgate-build-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("api.yaml"), DEFINITION).unwrap();
    let build = |check: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.args(["build", "api.yaml", "--routes", "routes.yaml", "--policy", "policy.yaml"]).args(check);
        let output = command.current_dir(&folder).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(build(&[]), (Some(0), String::new()));
    let policy = fs::read_to_string(folder.join("policy.yaml")).unwrap();
    assert!(
        policy.contains("Action: lambda:InvokeFunction\n            Resource: !Sub \"${VariableCart}\"\n"),
        "{policy}"
    );
    assert_eq!(build(&["--check"]).0, Some(0));
    fs::write(folder.join("policy.yaml"), policy.replace("Allow", "Deny")).unwrap();
    let (status, said) = build(&["--check"]);
    assert_eq!(status, Some(1));
    assert!(said.contains("policy.yaml is not what api.yaml gives"), "{said}");
    assert_eq!(build(&[]).0, Some(0));
    assert_eq!(fs::read_to_string(folder.join("policy.yaml")).unwrap(), policy);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_functions_read_is_packed_beside_each_of_them() {
    let folder = temp_dir().join(format!("tollgate-build-rules-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let build = |rules: &str, check: &[&str]| {
        fs::write(folder.join("api.yaml"), format!("{DEFINITION}x-tollgate-channels: {rules}\n")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.args(["build", "api.yaml", "--functions", "."]).args(check);
        let output = command.current_dir(&folder).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(build("[{channel: news, allow: [subscribe]}]", &[]), (Some(0), String::new()));
    for function in ["message", "broadcast"] {
        let packed = fs::read_to_string(folder.join(function).join("channels.json")).unwrap();
        assert_eq!(packed, "[{\"channel\":\"news\",\"allow\":[\"subscribe\"],\"shards\":1}]\n", "{function}");
    }
    for place in ["router/api.table", "metering/native.routes", "authorizer/doors.json"] {
        assert!(folder.join(place).is_file(), "{place}");
    }
    let (status, said) = build("[{channel: news, allow: [publish]}]", &["--check"]);
    assert_eq!(status, Some(1));
    assert!(said.contains(" is not what api.yaml gives"), "{said}");
    let (status, said) = build("[{channel: news, allow: [own]}]", &[]);
    assert_eq!(status, Some(1));
    assert!(said.contains("api.yaml:7:47: a rule cannot allow \"own\""), "{said}");
    fs::remove_dir_all(folder).unwrap();
}
