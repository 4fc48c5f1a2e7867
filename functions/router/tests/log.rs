//! What the log says of an integration that failed: what was called, how often, and why; nothing that a client sent.
#![cfg(test)]

use std::cell::RefCell;

use gateway::{CallProblem, Gateway};
use router::{Here, Router};
use runtime::event::HttpEvent;
use serde_json::{Value, json};
use testkit::{StubBackends, capture, demo_keys, events, table};

/// One operation for each kind of integration.
const DEFINITION: &str = r#"
openapi: 3.0.3
x-tollgate-path: dispatched
paths:
  /function/{id}: {post: {x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.function}'}}}
  /server/{id}: {post: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: PUT,
    uri: '${stageVariables.shop}/a/{id}?key=abc'}}}
  /mapped/{id}: {post: {x-amazon-apigateway-integration: {type: http, uri: 'http://shop.example/a/{id}',
    responses: {default: {statusCode: '200'}}}}}
  /service/{id}: {post: {x-amazon-apigateway-integration: {type: aws, httpMethod: POST,
    uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem', responses: {'2..': {statusCode: '200'}}}}}
  /object/{id}: {post: {x-amazon-apigateway-integration: {type: aws, httpMethod: PUT,
    uri: 'arn:aws:apigateway:us-east-1:s3:path/files/{id}', responses: {'2..': {statusCode: '200'}}}}}
  /action/{id}: {post: {x-amazon-apigateway-integration: {type: aws_proxy, integrationSubtype: SNS-Publish,
    requestParameters: {TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Message: $request.body}}}}
  /mock/{id}: {post: {x-amazon-apigateway-integration: {type: mock, responses: {'200': {statusCode: '200'}},
    requestTemplates: {application/json: '{"statusCode": 500}'}}}}
  /parts/{id}:
    post:
      x-tollgate-aggregate:
        parts:
          cart: {integration: {type: aws_proxy, uri: '${stageVariables.function}'}}
"#;

/// What a client sends in the path, the query, a header and the body.
const CLIENTS: [&str; 4] = ["id-of-somebody", "query-of-somebody", "header-of-somebody", "body-of-somebody"];

thread_local! {
    /// The lines of the last request.
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// The last line that is logged when `/{kind}/…` is called and its backend answers as `backends` does.
#[tokio::main(flavor = "current_thread")]
async fn line(kind: &str, backends: &StubBackends) -> Value {
    let [id, query, header, body] = CLIENTS;
    let mut event =
        events("router").into_iter().find(|event| event.name == "http-api-mock").expect("the event").payload;
    event["rawPath"] = json!(format!("/{kind}/{id}"));
    event["rawQueryString"] = json!(format!("a={query}"));
    event["headers"] = json!({"x-a": header, "content-type": "application/json"});
    event["body"] = json!(format!(r#"{{"a": "{body}"}}"#));
    event["requestContext"]["http"]["method"] = json!("POST");
    event["stageVariables"] = json!({"function": "arn:aws:lambda:us-east-1:123456789012:function:cart:live", "shop": "https://me:secret@shop.example:8443"});
    let event: HttpEvent = serde_json::from_value(event).expect("an event");
    capture::begin();
    let router = Router::new(Gateway::new(table(DEFINITION), backends, demo_keys()), Here::default());
    router.route(event, None).await.expect("a reply");
    let written = capture::end();
    for secret in CLIENTS.iter().chain(&["secret", "key=abc"]) {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
    LINES.set(written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect());
    LINES.with_borrow(|lines| lines.last().expect("a line").clone())
}

fn check(kind: &str, backends: &StubBackends, (integration, refusal): (&str, &str)) {
    let line = line(kind, backends);
    assert_eq!((&line["level"], &line["route"]), (&json!("ERROR"), &json!(format!("POST /{kind}/{{id}}"))), "{line}");
    assert_eq!((&line["integration"], &line["refusal"]), (&json!(integration), &json!(refusal)), "{kind}");
}

#[test]
fn a_failed_integration_is_named_with_its_cause_and_its_attempts() {
    let refused = StubBackends::failing(CallProblem::Refused("AccessDeniedException (3 attempts)".to_owned()));
    let why = "the call was refused: AccessDeniedException (3 attempts)";
    for (kind, integration) in [
        ("function", "lambda cart:live"),
        ("server", "PUT https://shop.example:8443"),
        ("mapped", "POST http://shop.example"),
        ("service", "dynamodb PutItem"),
        ("object", "s3 PUT"),
        ("action", "SNS-Publish"),
    ] {
        check(kind, &refused, (integration, why));
    }
    let slow = StubBackends::failing(CallProblem::TimeoutAfter(2));
    check("function", &slow, ("lambda cart:live", "the backend did not answer in time (2 attempts)"));
}

#[test]
fn an_answer_that_nothing_is_made_of_is_named_too() {
    let denied = StubBackends::http(403, &[], r#"{"a": "body-of-somebody"}"#);
    let why = |status| {
        format!("the integration is misconfigured: no integration response is for {status}, and there is no default")
    };
    check("service", &denied, ("dynamodb PutItem", &why(403)));
    check("mock", &denied, ("mock", &why(500)));
}

#[test]
fn what_the_client_did_wrong_is_no_integrations_fault() {
    let line = line("nowhere", &StubBackends::default());
    assert_eq!((&line["level"], line.get("integration")), (&json!("INFO"), None), "{line}");
}

#[test]
fn of_an_aggregate_each_part_that_failed_is_named() {
    let refused = StubBackends::failing(CallProblem::Refused("AccessDeniedException".to_owned()));
    line("parts", &refused);
    let part = LINES.with_borrow(|lines| lines.first().expect("a line").clone());
    assert_eq!((&part["part"], &part["integration"]), (&json!("cart"), &json!("lambda cart:live")), "{part}");
    assert_eq!(part["refusal"], "the call was refused: AccessDeniedException");
}
