//! Shapes of documents that users arrive with: each compiles or is refused with lines and reasons, and none is passed over.
#![allow(clippy::panic, reason = "what panics here fails a test")]

use std::{fs, path::PathBuf};

use definition::{compile, show};

/// Every problem of a document of `shapes/`, as `line message`.
fn problems(name: &str) -> Vec<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/shapes").join(name);
    let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
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
            "142 nothing here can guard a route with the security scheme \"desk-staff\"",
            "230 nothing here can guard a route with the security scheme \"desk-token\"",
            "263 the caller's own credentials are refused: a router has its role and those that it may assume",
            "347 nothing here can guard a route with the security scheme \"desk-token\"",
            "443 nothing here can guard a route with the security scheme \"desk-staff\"",
            "485 authorizers of type cognito_user_pools are not supported",
            "495 authorizers of type token are not supported",
            "664 x-amazon-apigateway-minimum-compression-size is refused: compression is not supported",
            "667 vpcEndpointIds is refused: HTTP APIs are regional and public",
        ]
    );
}

#[test]
fn a_rest_api_exported_as_openapi_is_refused_by_what_it_uses() {
    refused(
        "rest-export-oas30.yaml",
        &["x-amazon-apigateway-api-key-source is \"authorizer\"", "authorizers of type cognito_user_pools"],
    );
    refused("rest-export-oas30.json", &["x-amazon-apigateway-security-policy is refused", "vpcEndpointIds is refused"]);
}

#[test]
fn a_sam_definition_body_is_never_taken_as_text() {
    let found = problems("sam-definition-body.yaml");
    assert!(found.len() >= 10, "{found:#?}");
    assert!(found.iter().all(|problem| problem.contains("CloudFormation's !")), "{found:#?}");
}

#[test]
fn an_http_api_export_is_refused_by_what_it_uses() {
    assert_eq!(
        problems("http-api-export.yaml"),
        [
            "26 the URI's {proxy} has no value",
            "39 PUT /sensors/{sensorId} is guarded by \"badge\", a request authorizer, which the router does not ask, and goes \
             through the router: its path overlaps GET /sensors/{sensorId}, which is guarded otherwise",
        ]
    );
}

#[test]
fn an_api_with_other_models_than_json_is_refused_by_what_it_uses() {
    refused("non-json-models.json", &["a body of the type application/xml cannot be checked against a model"]);
}

#[test]
fn openapi_3_1_is_refused_by_what_it_uses() {
    assert_eq!(problems("openapi31.yaml"), [""; 0]);
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
