//! What a definition asks of the router, seen from outside: one request in an HTTP API's event, one reply.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use gateway::Gateway;
use router::{Here, Router};
use runtime::event::{HttpEvent, Surroundings};
use serde_json::{Value, json};
use testkit::{Call, MemoryKeys, StubBackends, table};

/// A definition of one operation, `POST /things/{id}`, with what stands at the top beside it.
fn definition(top: &str, operation: &str) -> String {
    format!("openapi: 3.0.3\n{top}\npaths:\n  /things/{{id}}:\n    post:\n{operation}\n")
}

const MOCK: &str = "      x-amazon-apigateway-integration:\n        type: mock\n        requestTemplates: {application/json: '{\"statusCode\": 200}'}\n        \
                    responses: {default: {statusCode: '200', responseTemplates: {application/json: '{\"id\": \"$input.params(\"id\")\"}'}}}\n";

/// What `POST /things/4` with these headers and this body is answered.
#[tokio::main(flavor = "current_thread")]
async fn post(definition: &str, headers: &Value, body: &str, backends: &StubBackends) -> Value {
    let event = json!({
        "version": "2.0", "rawPath": "/things/4", "rawQueryString": "q=1&q=2", "headers": headers, "body": body,
        "requestContext": {"http": {"method": "POST", "sourceIp": "192.0.2.1"}, "requestId": "r-1", "stage": "$default"},
    });
    let event: HttpEvent = serde_json::from_value(event).unwrap();
    let router = Router::new(Gateway::new(table(definition), backends, MemoryKeys::default()), Here::default());
    serde_json::to_value(router.route(event, None).await.unwrap()).unwrap()
}

fn validated(top: &str) -> String {
    let top = format!(
        "x-amazon-apigateway-request-validators: {{all: {{validateRequestBody: true}}}}\nx-amazon-apigateway-request-validator: all\n{top}"
    );
    let body = "      requestBody: {content: {application/json: {schema: {type: object, properties: {quantity: {type: integer, minimum: 1}}}}}}\n";
    definition(&top, &(body.to_owned() + MOCK))
}

fn body(reply: &Value) -> Value {
    serde_json::from_str(reply["body"].as_str().unwrap()).unwrap()
}

#[test]
fn a_bad_body_is_told_in_detail_where_the_definition_asks_for_it() {
    let post = |top: &str| post(&validated(top), &json!({}), r#"{"quantity": 0}"#, &StubBackends::default());
    let bare = post("");
    assert_eq!((&bare["statusCode"], body(&bare)), (&json!(400), json!({"message": "Invalid request body"})));
    let told = body(&post("x-tollgate-validation: detailed"));
    let message = "numeric instance is lower than the required minimum (minimum: 1, found: 0)";
    let errors = json!([{"field": "/quantity", "rule": "minimum", "message": message}]);
    assert_eq!(told, json!({"message": "Invalid request body", "errors": errors}));
}

#[test]
fn refusals_may_be_problem_details() {
    let top = "x-tollgate-problem-details: true\nx-tollgate-validation: detailed";
    let reply = post(&validated(top), &json!({}), "not JSON", &StubBackends::default());
    assert_eq!(reply["headers"]["content-type"], "application/problem+json");
    let problem = body(&reply);
    assert_eq!(
        (&problem["type"], &problem["title"], &problem["status"], &problem["detail"]),
        (&json!("about:blank"), &json!("bad request body"), &json!(400), &json!("Invalid request body"))
    );
    assert_eq!(problem["errors"][0]["rule"], "json");
}

#[test]
fn a_gateway_response_may_say_which_rule_was_broken() {
    let top = "x-amazon-apigateway-gateway-responses: {BAD_REQUEST_BODY: {statusCode: 422, responseTemplates: \
               {application/json: '{\"why\": \"$context.error.validationErrorString\", \"id\": \"$context.requestId\"}'}}}";
    let reply = post(&validated(top), &json!({}), r#"{"quantity": 0}"#, &StubBackends::default());
    assert_eq!(reply["statusCode"], 422);
    let why = "[numeric instance is lower than the required minimum (minimum: 1, found: 0)]";
    assert_eq!(body(&reply), json!({"why": why, "id": "r-1"}));
}

#[test]
fn an_http_apis_parameter_mapping_changes_request_and_answer() {
    let integration = "      x-tollgate-path: dispatched\n      x-amazon-apigateway-integration:\n        type: http_proxy\n        uri: https://backend.example/base\n        \
                       payloadFormatVersion: '1.0'\n        requestParameters: {'append:header.x-id': 'n-${request.path.id}', 'overwrite:path': '/v2/$request.path.id', \
                       'remove:querystring.q': '', 'overwrite:header.x-name': $request.body.name}\n        \
                       responseParameters: {'404': {'overwrite:statuscode': '200', 'append:header.x-was': '404', 'remove:header.server': ''}}\n";
    let integration = integration.replace("/v2/$request.path.id", "/v2/${request.path.id}");
    let backends = StubBackends::http(404, &[("x-secret", "s")], "{}");
    let reply = post(&definition("", &integration), &json!({"x-id": "own"}), r#"{"name": "Ann"}"#, &backends);
    let Call::Http(call) = backends.calls().remove(0) else { panic!("an HTTP call") };
    assert_eq!(call.url, "https://backend.example/v2/4");
    let ids: Vec<&str> = call.headers.all("x-id").collect();
    assert_eq!((ids, call.headers.get("x-name")), (vec!["own", "n-4"], Some("Ann")));
    assert_eq!((&reply["statusCode"], &reply["headers"]["x-was"]), (&json!(200), &json!("404")));
}

#[test]
fn a_binary_answer_reaches_the_client_as_bytes() {
    let integration = "      x-amazon-apigateway-integration:\n        type: http\n        httpMethod: GET\n        uri: https://backend.example/\n        \
                       responses: {default: {statusCode: '200', responseParameters: {method.response.header.Content-Type: integration.response.header.Content-Type}}}\n";
    let source = definition("x-amazon-apigateway-binary-media-types: [image/png]", integration);
    let png = [0x89, b'P', b'N', b'G', 0xff];
    let backends = StubBackends::http(200, &[("content-type", "image/png")], png.to_vec());
    let reply = post(&source, &json!({"accept": "image/png"}), "", &backends);
    assert_eq!((&reply["isBase64Encoded"], &reply["body"]), (&json!(true), &json!("iVBOR/8=")));
    let text = post(&source, &json!({"accept": "text/plain"}), "", &backends);
    assert_eq!((&text["isBase64Encoded"], &text["body"]), (&json!(false), &json!("iVBOR/8=")));
}

#[test]
fn a_template_that_fails_is_a_500_that_tells_the_client_nothing() {
    let integration = MOCK.replace("$input.params(\"id\")", "$input.params(\"id\").substring(9)");
    let reply = post(&definition("", &integration), &json!({}), "{}", &StubBackends::default());
    assert_eq!((&reply["statusCode"], body(&reply)), (&json!(500), json!({"message": "Internal server error"})));
}

#[test]
fn the_refusal_names_the_template_with_its_line_and_column() {
    let template = "#foreach($x in [1..2000])$x#end";
    let integration = MOCK.replace("{\"id\": \"$input.params(\"id\")\"}", template);
    let event: HttpEvent = serde_json::from_value(json!({
        "version": "2.0", "rawPath": "/things/4", "headers": {},
        "requestContext": {"http": {"method": "POST"}, "requestId": "r-1", "stage": "$default"},
    }))
    .unwrap();
    let (request, _) = event.into_request(&Surroundings::default()).unwrap();
    let backends = StubBackends::default();
    let gateway = Gateway::new(table(&definition("", &integration)), &backends, MemoryKeys::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let outcome = runtime.block_on(gateway.answer(request));
    assert_eq!(outcome.response.status, 500);
    assert_eq!(
        outcome.refusal.unwrap().to_string(),
        "the integration is misconfigured: the response template of \"default\" for application/json, line 1, column 1: a \
         #foreach goes round more than 1,000 times"
    );
}
