//! Arrows point one way: functions and command line to `runtime` and `aws`, these to the pure crates.

use house::{crates, dependencies};

/// What a pure crate may not use: a clock, an environment, a log, an async runtime, AWS, the network.
const IMPURE: [&str; 8] = ["aws", "runtime", "tokio", "tracing", "lambda_runtime", "hyper", "time", "getrandom"];

/// The crates in `shared` that are the edge to all of that, or stand in for it in tests.
const EDGES: [&str; 3] = ["aws", "runtime", "testkit"];

#[test]
fn pure_crates_stay_pure() {
    let pure = crates("shared").into_iter().filter(|folder| !EDGES.contains(&folder.trim_start_matches("shared/")));
    for folder in pure {
        for dependency in dependencies(&format!("{folder}/Cargo.toml")) {
            let impure = IMPURE.contains(&dependency.as_str()) || dependency.starts_with("aws-");
            assert!(!impure, "{folder} is pure and depends on {dependency}");
        }
    }
}

#[test]
fn only_one_crate_names_the_aws_clients() {
    let others = ["functions", "shared"].into_iter().flat_map(crates).filter(|folder| folder != "shared/aws");
    for folder in others.chain(["cli".to_owned()]) {
        let named = dependencies(&format!("{folder}/Cargo.toml")).into_iter().find(|name| name.starts_with("aws-"));
        assert_eq!(named, None, "{folder}");
    }
    assert!(dependencies("shared/aws/Cargo.toml").contains(&"aws-sdk-dynamodb".to_owned()));
}
