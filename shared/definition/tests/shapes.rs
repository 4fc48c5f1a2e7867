//! Shapes of documents that users arrive with: each compiles or is refused with lines and reasons, and none is passed over.
#![allow(clippy::panic, reason = "what panics here fails a test")]

use std::{fs, path::PathBuf};

use definition::{Way, compile, show};

fn source(name: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/shapes").join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every problem of a document of `shapes/`, as `line message`.
fn problems(name: &str) -> Vec<String> {
    let source = source(name);
    let Err(problems) = compile(&source) else { return Vec::new() };
    for problem in &problems {
        assert!(problem.place.line >= 1 && problem.place.line <= source.lines().count(), "{name}: {problem:?}");
        assert!(!problem.message.is_empty() && !problem.remedy.is_empty(), "{name}: {problem:?}");
    }
    assert!(!show(name, &source, &problems).is_empty());
    problems.iter().map(|problem| format!("{} {}", problem.place.line, problem.message)).collect()
}

/// That `name` has each of the problems, whatever else it has.
fn refused(name: &str, expected: &[&str]) {
    let found = problems(name);
    for message in expected {
        assert!(found.iter().any(|problem| problem.contains(message)), "{name} lacks {message:?}: {found:#?}");
    }
}

#[test]
fn a_plain_proxy_compiles() {
    assert_eq!(problems("minimal-proxy.yaml"), [""; 0]);
}

#[test]
fn a_rest_api_exported_as_swagger_is_refused_by_what_is_not_honoured_and_nothing_else() {
    assert_eq!(
        problems("rest-export-swagger2.json"),
        [
            "263 the caller's own credentials are refused: a router has its role and those that it may assume",
            "664 x-amazon-apigateway-minimum-compression-size is refused: compression is not supported",
            "667 vpcEndpointIds is refused: HTTP APIs are regional and public",
        ]
    );
}

#[test]
fn a_rest_api_exported_as_openapi_is_refused_by_what_it_uses() {
    refused(
        "rest-export-oas30.yaml",
        &["113 the operation asks for an API key, which a Lambda authorizer is to name, and asks none"],
    );
    refused("rest-export-oas30.json", &["x-amazon-apigateway-security-policy is refused", "vpcEndpointIds is refused"]);
}

#[test]
fn a_sam_definition_body_is_never_taken_as_text() {
    let found = problems("sam-definition-body.yaml");
    let of_cloudformation = found.iter().filter(|problem| problem.contains("CloudFormation's "));
    let mut lines: Vec<usize> =
        of_cloudformation.filter_map(|problem| problem.split(' ').next()?.parse().ok()).collect();
    lines.dedup();
    // Every line with a function, but for those within the arguments of another, and within what is refused by its name.
    assert_eq!(lines, [5, 29, 42, 43, 50, 51, 54, 56, 60, 75, 77, 99, 100, 108, 109], "{found:#?}");
}

#[test]
fn an_http_api_export_is_refused_by_what_it_uses() {
    assert_eq!(problems("http-api-export.yaml"), ["26 the URI's {proxy} has no value"]);
}

#[test]
fn an_api_with_other_models_than_json_is_refused_by_what_it_uses() {
    refused("non-json-models.json", &["a body of the type application/xml cannot be checked against a model"]);
}

#[test]
fn openapi_3_1_compiles_with_its_paths_that_are_references() {
    let api = compile(&source("openapi31.yaml")).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let routes: Vec<(String, bool)> =
        api.routes.iter().map(|route| (route.key(), matches!(route.way, Way::Native(_)))).collect();
    let native = |key: &str| (key.to_owned(), true);
    let expected = [
        native("GET /nights/{date}"),
        native("GET /nights/{date}/images"),
        native("POST /nights/{date}/images"),
        ("GET /notices".to_owned(), false),
    ];
    assert_eq!(routes, expected);
}

#[test]
fn hostile_documents_get_an_answer() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/shapes/hostile");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut read = 0;
    for file in files {
        let path = file.unwrap_or_else(|error| panic!("{error}")).path();
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let source = String::from_utf8_lossy(&bytes);
        if let Err(problems) = compile(&source) {
            assert!(!problems.is_empty(), "{}", path.display());
            assert!(!show("hostile", &source, &problems).is_empty());
        }
        read += 1;
    }
    assert!(read > 30, "only {read} documents are there");
}
