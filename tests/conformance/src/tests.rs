//! The runner over small cases and the real gateway: what holds passes, and what is changed in it is noticed.

use serde_json::{Value, json};

fn lambda() -> Value {
    json!({
        "type": "aws_proxy", "httpMethod": "POST", "passthroughBehavior": "when_no_match",
        "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
                arn:aws:lambda:us-east-1:123456789012:function:echo/invocations",
    })
}

/// A case with one way to each kind of target, and these exchanges.
fn case(exchanges: &Value) -> Value {
    let get = |integration: &Value, security: &Value| {
        let responses = json!({"200": {"description": "200 response"}});
        json!({"get": {"responses": responses, "security": security, "x-amazon-apigateway-integration": integration}})
    };
    let http = json!({
        "type": "http_proxy", "httpMethod": "GET", "uri": "https://backend.example/items?kind=new",
        "passthroughBehavior": "when_no_match",
    });
    let key = json!({"type": "apiKey", "name": "x-api-key", "in": "header"});
    json!({
        "name": "made/up", "source": "nowhere", "evidence": "documented",
        "definition": {
            "openapi": "3.0.1", "info": {"title": "case", "version": "1.0"},
            "paths": {
                "/function": get(&lambda(), &json!([])),
                "/http": get(&http, &json!([])),
                "/kept": get(&lambda(), &json!([{"api_key": []}])),
            },
            "components": {"securitySchemes": {"api_key": key}},
        },
        "stage": {"name": "dev", "variables": {"colour": "blue"}},
        "exchanges": exchanges,
    })
}

fn to_a_function() -> Value {
    json!({
        "request": {"method": "GET", "path": "/function", "query": "a=1", "headers": [["X-A", "1"]], "body": "hi"},
        "principal": {"authorizer": {"principalId": "me"}},
        "backend": {"payload": {"statusCode": 201, "headers": {"X-B": "2"}, "body": "{\"n\": 1.0}"}},
        "expectBackend": {
            "function": "arn:aws:lambda:us-east-1:123456789012:function:echo",
            "payloadSubset": {
                "httpMethod": "GET", "path": "/function", "body": "hi", "stageVariables": {"colour": "blue"},
                "headers": {"X-A": "1", "Host": "*", "Content-Length": "2"}, "queryStringParameters": {"a": "1"},
                "requestContext": {
                    "accountId": "123456789012", "apiId": "a1b2c3d4e5", "protocol": "HTTP/1.1", "stage": "dev",
                    "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com", "requestId": "*",
                    "identity": {"sourceIp": "203.0.113.10"}, "authorizer": {"principalId": "me"},
                },
            },
        },
        "expect": {"status": 201, "headers": {"x-b": "2", "x-c": null}, "bodyJson": {"n": 1}},
    })
}

fn to_a_server() -> Value {
    json!({
        "request": {"method": "GET", "path": "/http", "query": "page=2", "headers": [["X-A", "1"], ["X-A", "2"]]},
        "backend": {"status": 202, "headers": [["ETag", "\"1\""]], "bodyBase64": "AP8="},
        "expectBackend": {
            "host": "backend.example", "method": "GET", "path": "/items", "query": "page=2&kind=new",
            "headers": {"x-a": "1,2"}, "body": "",
        },
        "expect": {"status": 202, "headers": {"etag": "\"1\""}, "bodyBase64": "AP8="},
    })
}

fn to_nobody() -> Value {
    json!({
        "request": {"method": "GET", "path": "/none"}, "backend": null, "expectBackend": null,
        "expect": {"status": 403, "bodyJson": {"message": "Missing Authentication Token"}},
    })
}

fn to_a_kept_function(headers: &Value, principal: &Value) -> Value {
    json!({
        "request": {"method": "GET", "path": "/kept", "headers": headers}, "principal": principal,
        "backend": {"payload": {"statusCode": 200}}, "expect": {"status": 200},
    })
}

/// What the runner says of `case`.
fn told(case: &Value) -> String {
    crate::run("made/up", &case.to_string()).map_or_else(|failure| failure.to_string(), |()| "passed".to_owned())
}

/// `exchange` with the value at `pointer` replaced, or put there.
fn with(mut exchange: Value, pointer: &str, value: &Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    exchange.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(key.to_owned(), value.clone());
    exchange
}

fn check(exchange: &Value, said: &str) {
    let got = told(&case(&json!([exchange])));
    assert_eq!(got, if said == "passed" { said.to_owned() } else { format!("exchange 1: {said}") }, "{exchange}");
}

#[test]
fn what_holds_passes() {
    let exchanges = json!([to_a_function(), to_a_server(), to_nobody()]);
    assert_eq!(told(&case(&exchanges)), "passed");
}

#[test]
fn what_the_client_gets_is_noticed() {
    let other = |pointer, value: Value| with(to_a_function(), pointer, &value);
    check(&other("/expect/status", json!(200)), "status: expected 200, got 201");
    check(&other("/expect/headers", json!({"x-b": "3"})), r#"headers.x-b: expected "3", got "2""#);
    check(&other("/expect/headers", json!({"x-b": null})), r#"headers.x-b: expected nothing, got "2""#);
    check(&other("/expect/bodyJson", json!({"n": "*", "m": "*"})), r#"bodyJson.m: expected "*", got nothing"#);
    let text = with(to_a_server(), "/backend", &json!({"status": 202, "body": "on\ne"}));
    let text = with(text, "/expect", &json!({"status": 202, "body": "two"}));
    check(&text, r#"body: expected "two", got "on\ne""#);
    check(&with(to_a_server(), "/expect/bodyBase64", &json!("AA==")), "bodyBase64: expected AA==, got AP8=");
}

#[test]
fn what_the_target_is_asked_is_noticed() {
    let other = |pointer, value: Value| with(to_a_server(), pointer, &value);
    let path = r#"expectBackend: path: expected "/other", got "/items""#;
    check(&other("/expectBackend/path", json!("/other")), path);
    check(
        &other("/expectBackend/headers", json!({"x-a": "2, 1"})),
        r#"expectBackend: headers.x-a: expected "2, 1", got "1, 2""#,
    );
    let payload = with(to_a_function(), "/expectBackend/payloadSubset/body", &json!("ho"));
    check(&payload, r#"expectBackend: payloadSubset.body: expected "ho", got "hi""#);
}

#[test]
fn a_target_that_must_not_be_called_and_one_that_must_be_are_noticed() {
    let silent = with(with(to_a_server(), "/backend", &json!(null)), "/expectBackend", &json!(null));
    let silent = with(silent, "/expect", &json!({"status": 500}));
    check(&silent, "backend: expected no call, got GET https://backend.example/items?kind=new&page=2");
    let mut unasked = with(to_nobody(), "/backend", &json!({"status": 200}));
    unasked.as_object_mut().unwrap().remove("expectBackend");
    check(&unasked, "backend: expected one call, got none");
}

#[test]
fn a_target_of_another_kind_is_noticed() {
    let answered = with(to_a_function(), "/backend", &json!({"status": 200}));
    let answered = with(answered, "/expectBackend", &json!({}));
    check(&answered, "backend: expected an HTTP server or AWS service, got a call of a function");
    let answered = with(to_a_server(), "/backend", &json!({"payload": {}}));
    let answered = with(answered, "/expectBackend", &json!({}));
    check(&answered, "backend: expected a function, got a call of an HTTP server");
}

#[test]
fn faults_and_failures_of_targets_reach_the_client() {
    for (fault, status) in [("timeout", 504), ("connect", 500)] {
        let exchange = with(to_a_server(), "/backend", &json!({"fault": fault}));
        let exchange = with(exchange, "/expect", &json!({"status": status}));
        check(&exchange, "passed");
        check(&with(exchange, "/expect/status", &json!(200)), &format!("status: expected 200, got {status}"));
    }
    let error = json!({"functionError": {"errorMessage": "no", "errorType": "Error", "stackTrace": []}});
    let failed = with(to_a_function(), "/backend", &error);
    check(&with(failed, "/expect", &json!({"status": 502})), "passed");
}

#[test]
fn a_key_is_valid_in_the_exchange_that_says_so_and_in_no_other() {
    let own = json!([["X-API-Key", "own-key-own-key-own-key"]]);
    let principal = json!({"apiKeyId": "key-1"});
    let refused = json!({
        "request": {"method": "GET", "path": "/kept", "headers": own}, "backend": null, "expectBackend": null,
        "expect": {"status": 403},
    });
    let exchanges = json!([
        to_a_kept_function(&json!([]), &principal),
        to_a_kept_function(&own, &principal),
        refused,
        to_a_kept_function(&own, &principal),
    ]);
    assert_eq!(told(&case(&exchanges)), "passed");
    let short = to_a_kept_function(&json!([["x-api-key", "short"]]), &principal);
    check(&short, "principal: x-api-key is no key of 20 to 128 characters");
    check(&to_a_kept_function(&json!([]), &json!(null)), "status: expected 200, got 403");
}

#[test]
fn a_case_ends_at_its_first_failure() {
    let wrong = |status: u16| with(to_nobody(), "/expect/status", &json!(status));
    let exchanges = json!([to_nobody(), wrong(404), wrong(405)]);
    assert_eq!(told(&case(&exchanges)), "exchange 2: status: expected 404, got 403");
}

#[test]
fn values_are_shown_to_200_characters() {
    let long = "a".repeat(300);
    let exchange = with(to_a_server(), "/backend", &json!({"status": 202, "body": long}));
    let exchange = with(exchange, "/expect", &json!({"status": 202, "body": "b"}));
    check(&exchange, &format!("body: expected \"b\", got \"{}", "a".repeat(199)));
}

#[test]
fn a_definition_that_is_refused_fails_its_case() {
    let mut case = case(&json!([to_nobody()]));
    case["definition"]["openapi"] = json!("4.0.0");
    assert_eq!(told(&case), "definition: OpenAPI 4.0.0 is not supported");
}

/// The objects of a case in which an unknown key is an error, by their pointers.
const STRICT: [&str; 19] = [
    "",
    "/stage",
    "/exchanges/0",
    "/exchanges/0/request",
    "/exchanges/0/principal",
    "/exchanges/0/backend",
    "/exchanges/0/expectBackend",
    "/exchanges/0/expect",
    "/definition",
    "/definition/info",
    "/definition/x-amazon-apigateway-request-validators/all",
    "/definition/paths/~1http",
    "/definition/paths/~1http/get",
    "/definition/paths/~1http/get/parameters/0",
    "/definition/paths/~1http/get/requestBody",
    "/definition/paths/~1http/get/requestBody/content/text~1plain",
    "/definition/paths/~1http/get/responses/200",
    "/definition/paths/~1http/get/x-amazon-apigateway-integration",
    "/definition/paths/~1http/get/x-amazon-apigateway-integration/responses/default",
];

#[test]
fn an_unknown_key_fails_a_case_at_every_level() {
    let mut full = case(&json!([with(to_a_server(), "/principal", &json!({}))]));
    full["definition"]["x-amazon-apigateway-request-validators"] = json!({"all": {}});
    let get = &mut full["definition"]["paths"]["/http"]["get"];
    get["parameters"] = json!([{"name": "a", "in": "query"}]);
    get["requestBody"] = json!({"content": {"text/plain": {}}});
    get["x-amazon-apigateway-integration"]["responses"] = json!({"default": {"statusCode": "200"}});
    for pointer in STRICT {
        let mut case = full.clone();
        case.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("colour".to_owned(), json!("blue"));
        let said = told(&case);
        assert!(said.starts_with("file: ") && said.contains("unknown") && said.contains("colour"), "{pointer}: {said}");
    }
    let failed = json!({"functionError": {"errorMessage": "no", "errorType": "Error", "cause": 1}});
    let said = told(&case(&json!([with(to_a_function(), "/backend", &failed)])));
    assert!(said.starts_with("file: functionError: unknown field `cause`"), "{said}");
    let other = with(to_a_server(), "/expectBackend/payload", &json!({}));
    check(&other, "file: unknown key expectBackend.payload for such a backend");
    let other = with(to_a_function(), "/expectBackend/path", &json!("/"));
    check(&other, "file: unknown key expectBackend.path for such a backend");
}

#[test]
fn names_in_maps_are_data() {
    let mut case = case(&json!([with(to_a_server(), "/expect/headers/colour", &json!(null))]));
    case["stage"]["variables"]["anything"] = json!("goes");
    assert_eq!(told(&case), "passed");
}

#[test]
fn a_file_that_is_no_case_fails() {
    let bad = |pointer: &str, value: Value| {
        told(&with(json!({"case": case(&json!([to_nobody()]))}), pointer, &value)["case"])
    };
    for (pointer, value, said) in [
        ("/case/name", json!("made/down"), r#"name: expected "made/up", got "made/down""#),
        ("/case/source", json!(" "), "file: source is empty"),
        ("/case/evidence", json!("rumoured"), "file: unknown variant `rumoured`"),
        ("/case/exchanges", json!([]), "file: exchanges is empty"),
        ("/case/stage", json!({"name": "dev"}), "file: missing field `variables`"),
    ] {
        let got = bad(pointer, value);
        assert!(got.starts_with(said), "{pointer}: {got}");
    }
    assert!(crate::run("made/up", "{").unwrap_err().to_string().starts_with("file: EOF"));
    let twice = crate::run("made/up", r#"{"name": "made/up", "name": "made/up"}"#).unwrap_err().to_string();
    assert!(twice.starts_with(r#"file: key "name" twice in one object"#), "{twice}");
}

#[test]
fn an_exchange_that_contradicts_itself_fails() {
    for (pointer, value, said) in [
        ("/request/path", json!("/http?a=1"), "file: request.path starts with / and has no query"),
        ("/request/method", json!("get"), "file: request.method \"get\" is not a method"),
        ("/backend", json!(null), "file: backend is null, but expectBackend is not"),
        ("/expectBackend", json!(null), "file: expectBackend is null, but backend is not"),
    ] {
        check(&with(to_a_server(), pointer, &value), said);
    }
    for (pointer, value, said) in [
        ("/expect/body", json!("a"), "more than one of body, bodyBase64 and bodyJson"),
        ("/expect/status", json!(99), "status 99 is not 100 to 599"),
        ("/backend/body", json!("a"), "a backend has body or bodyBase64"),
        ("/backend/payload", json!({}), "a backend is one of status, payload, functionError, accepted and fault"),
        ("/backend/fault", json!("flood"), "unknown variant `flood`"),
        ("/expectBackend/body", json!(null), "invalid type: null"),
    ] {
        let said_of_all = told(&case(&json!([with(to_a_server(), pointer, &value)])));
        assert!(said_of_all.starts_with(&format!("file: {said}")), "{pointer}: {said_of_all}");
    }
}
