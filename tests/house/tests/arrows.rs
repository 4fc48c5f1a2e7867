//! Arrows point one way: functions and command line to `runtime` and `aws`, these to the pure crates.

use house::dependencies;

/// What a pure crate may not use: a clock, an environment, a log, an async runtime, AWS, the network.
const IMPURE: [&str; 8] = ["aws", "runtime", "tokio", "tracing", "lambda_runtime", "hyper", "time", "getrandom"];

#[test]
fn pure_crates_stay_pure() {
    for name in ["definition", "gateway", "identity", "json", "mapping", "models", "plans", "settings", "usage"] {
        for dependency in dependencies(&format!("shared/{name}/Cargo.toml")) {
            let impure = IMPURE.contains(&dependency.as_str()) || dependency.starts_with("aws-");
            assert!(!impure, "{name} is pure and depends on {dependency}");
        }
    }
}

#[test]
fn only_one_crate_names_the_aws_clients() {
    for manifest in [
        "cli/Cargo.toml",
        "functions/authorizer/Cargo.toml",
        "functions/metering/Cargo.toml",
        "functions/router/Cargo.toml",
        "functions/shop/cart/Cargo.toml",
        "shared/runtime/Cargo.toml",
        "shared/testkit/Cargo.toml",
    ] {
        let named = dependencies(manifest).into_iter().find(|name| name.starts_with("aws-"));
        assert_eq!(named, None, "{manifest}");
    }
    assert!(dependencies("shared/aws/Cargo.toml").contains(&"aws-sdk-dynamodb".to_owned()));
}
