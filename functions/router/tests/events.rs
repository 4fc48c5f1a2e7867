//! Every event of `events/router` is answered in the shape that its sender expects, over the sample shop's definition.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use gateway::{CallProblem, FunctionAnswer, Gateway};
use router::{Here, Router};
use runtime::event::HttpEvent;
use serde_json::{Value, json};
use testkit::{Call, MemoryKeys, StubBackends, demo_keys, events, table};

const SHOP: &str = include_str!("../../../infra/api.yaml");

fn answer(payload: &Value, backends: &StubBackends, keys: MemoryKeys) -> Result<Value, String> {
    // What the shop sends natively goes through the router here.
    answer_over(&SHOP.replace("x-tollgate-path: native", "x-tollgate-path: dispatched"), payload, backends, keys)
}

#[tokio::main(flavor = "current_thread")]
async fn answer_over(
    definition: &str,
    payload: &Value,
    backends: &StubBackends,
    keys: MemoryKeys,
) -> Result<Value, String> {
    let router = Router::new(Gateway::new(table(definition), backends, keys), Here::default());
    let event: HttpEvent = serde_json::from_value(payload.clone()).map_err(|error| error.to_string())?;
    let reply = router.route(event, None).await.map_err(|error| error.to_string())?;
    Ok(serde_json::to_value(reply).expect("JSON"))
}

fn backends() -> StubBackends {
    let mut backends = StubBackends::http(200, &[("server", "files")], "[]");
    let made = json!({"statusCode": 201, "headers": {"etag": "\"1\""}, "body": "{}"});
    backends.function = StubBackends::function(&made).function;
    backends
}

fn event(name: &str) -> Value {
    events("router").into_iter().find(|event| event.name == name).expect("the event").payload
}

#[test]
fn every_event_gets_its_answer() {
    let answers = events("router").into_iter().map(|event| {
        let answer = answer(&event.payload, &backends(), demo_keys());
        let said = answer
            .map_or_else(|error| error, |reply| format!("{} {}", reply["statusCode"], reply["body"].as_str().unwrap()));
        format!("{}: {said}", event.name)
    });
    assert_eq!(
        answers.collect::<Vec<_>>(),
        [
            r#"function-url: 200 {"status": "ok"}"#,
            r#"http-api-bad-base64: 400 {"message":"the body is marked as base64 and is not"}"#,
            r#"http-api-dots-in-the-path: 400 {"message":"the path has a '.' or '..' segment"}"#,
            r#"http-api-function: 201 {}"#,
            r#"http-api-mock: 200 {"status": "ok"}"#,
            r#"http-api-server: 200 []"#,
            r#"http-api-unknown-path: 403 {"message":"Missing Authentication Token"}"#,
            r#"http-api-without-a-key: 403 {"message":"Forbidden"}"#,
            r#"load-balancer: 200 {"status": "ok"}"#,
            "no-http-event: the event is not an HTTP API 2.0, REST API 1.0, load balancer or Function URL event: it has no requestContext",
            r#"rest-api: 200 {"status": "ok"}"#,
        ]
    );
}

#[test]
fn each_sender_gets_the_shape_it_expects() {
    let shape = |name: &str| answer(&event(name), &backends(), demo_keys()).expect("an answer");
    let headers = json!({"cache-control": "no-store", "content-type": "application/json"});
    let lower = |reply: &Value, field: &str| {
        let fields = reply[field].as_object().expect("headers").iter();
        let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        fields.filter(|(name, _)| !name.starts_with("x-amz")).collect::<serde_json::Map<_, _>>()
    };
    assert_eq!(json!(lower(&shape("http-api-mock"), "headers")), headers);
    assert_eq!(json!(lower(&shape("load-balancer"), "headers")), headers);
    assert_eq!(shape("load-balancer")["statusDescription"], "200 OK");
    let multi = json!({"cache-control": ["no-store"], "content-type": ["application/json"]});
    assert_eq!(json!(lower(&shape("rest-api"), "multiValueHeaders")), multi);
}

#[test]
fn the_function_gets_the_whole_request() {
    let backends = backends();
    let reply = answer(&event("http-api-function"), &backends, demo_keys()).expect("an answer");
    assert_eq!(reply["headers"]["x-amzn-requestid"], "JKJaXmPLvHcESHA=");
    let calls = backends.calls();
    let [Call::Function(call)] = calls.as_slice() else { panic!("a function") };
    assert_eq!(call.function, "arn:aws:lambda:us-east-1:123456789012:function:cart");
    assert_eq!(call.timeout_ms, 10_000);
    let mut sent: Value = serde_json::from_slice(&call.event).expect("JSON");
    let mut received = event("http-api-function");
    // What differs: the router names the operation by the definition, and gives parameters only where the path has some.
    assert_eq!(sent["routeKey"], "POST /carts");
    for event in [&mut sent, &mut received] {
        event["headers"]["x-api-key"].take();
    }
    assert_eq!(sent, received);
}

#[test]
fn the_server_gets_the_request_and_the_principal() {
    let backends = backends();
    let mut event = event("http-api-server");
    event["headers"]["X-Tollgate-Tenant"] = json!("somebody-else");
    event["headers"]["x-tollgate-admin"] = json!("yes");
    event["headers"]["x_tollgate_tenant"] = json!("somebody-else");
    event["headers"]["X-Tollgate_Tenant"] = json!("somebody-else");
    let reply = answer(&event, &backends, demo_keys()).expect("an answer");
    assert_eq!(reply["headers"]["x-amzn-remapped-server"], "files");
    let calls = backends.calls();
    let [Call::Http(call)] = calls.as_slice() else { panic!("a server") };
    assert_eq!((call.method.as_str(), call.url.as_str()), ("GET", "http://127.0.0.1:9/catalog/products.json?page=1"));
    let own: Vec<(&str, &str)> = call
        .headers
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-tollgate-") || *name == "x-amzn-requestid")
        .collect();
    assert_eq!(
        own,
        [
            ("x-amzn-requestid", "JKJaXmPLvHcESHA="),
            ("x-tollgate-tenant", "demo"),
            ("x-tollgate-key-id", "key-demo"),
            ("x-tollgate-plan-id", "starter"),
        ]
    );
    assert!(call.headers.get("host").is_none() && call.headers.get("content-length").is_none());
}

#[test]
fn without_an_authorizer_the_router_asks_for_the_key_itself() {
    for (name, key, keys, status) in [
        ("known", Some(testkit::DEMO_KEY), demo_keys(), 201),
        ("unknown", Some("tgnobodynobodynobodynobodynobodyno"), demo_keys(), 403),
        ("disabled", Some("tgdemodemodemodemodemodemodemodemo2"), demo_keys(), 403),
        ("missing", None, demo_keys(), 403),
        ("undecided", Some(testkit::DEMO_KEY), MemoryKeys::cut_off(), 500),
    ] {
        let backends = backends();
        let mut event = event("http-api-without-a-key");
        event["headers"]["x-api-key"] = json!(key);
        let reply = answer(&event, &backends, keys).expect("an answer");
        assert_eq!(reply["statusCode"], status, "{name}");
        assert_eq!(backends.calls().len(), usize::from(status == 201), "{name}");
        if let Some(Call::Function(call)) = backends.calls().first() {
            let sent: Value = serde_json::from_slice(&call.event).expect("JSON");
            let context = json!({"lambda": {"tenant": "demo", "keyId": "key-demo", "planId": "starter"}});
            assert_eq!(sent["requestContext"]["authorizer"], context);
        }
    }
}

#[test]
fn a_body_that_is_no_text_reaches_the_backend_whole() {
    let backends = backends();
    let mut event = event("http-api-function");
    event["body"] = json!("//4A");
    event["isBase64Encoded"] = json!(true);
    answer(&event, &backends, demo_keys()).expect("an answer");
    let calls = backends.calls();
    let [Call::Function(call)] = calls.as_slice() else { panic!("a function") };
    let sent: Value = serde_json::from_slice(&call.event).expect("JSON");
    assert_eq!((&sent["body"], &sent["isBase64Encoded"]), (&json!("//4A"), &json!(true)));
}

#[test]
fn a_backend_that_fails_is_answered_as_aws_does() {
    let failed = |problem| StubBackends::failing(problem);
    let mut malformed = backends();
    malformed.function = StubBackends::function(&json!("no response")).function;
    let mut crashed = backends();
    let error = json!({"errorType": "Error", "errorMessage": "what the client sent"}).to_string();
    crashed.function = Ok(FunctionAnswer::Failed(error.into()));
    let internal = r#"{"message":"Internal server error"}"#;
    for (backends, status, body) in [
        (failed(CallProblem::Timeout), 504, r#"{"message":"Endpoint request timed out"}"#),
        (failed(CallProblem::Unreachable("dns".to_owned())), 500, internal),
        (failed(CallProblem::Refused("AccessDeniedException".to_owned())), 500, internal),
        (failed(CallProblem::TooLarge), 502, internal),
        (crashed, 502, internal),
    ] {
        let reply = answer(&event("http-api-function"), &backends, demo_keys()).expect("an answer");
        assert_eq!((&reply["statusCode"], &reply["body"]), (&json!(status), &json!(body)));
        assert_eq!(reply["headers"]["x-amzn-requestid"], "JKJaXmPLvHcESHA=");
    }
    // Payload 2.0 takes a text without a status as a body: only what is no JSON is malformed there.
    let reply = answer(&event("http-api-function"), &malformed, demo_keys()).expect("an answer");
    assert_eq!((&reply["statusCode"], &reply["body"]), (&json!(200), &json!("no response")));
}

#[test]
fn an_answer_that_lambda_would_not_carry_becomes_a_502() {
    let large = json!({"statusCode": 200, "body": "\u{1}".repeat(2 << 20)});
    let reply = answer(&event("http-api-function"), &StubBackends::function(&large), demo_keys()).expect("an answer");
    assert_eq!((&reply["statusCode"], &reply["body"]), (&json!(502), &json!(r#"{"message":"Internal server error"}"#)));
}

#[test]
fn what_the_managed_gateway_guards_is_open_by_its_own_route_alone() {
    let definition = "openapi: 3.0.3\nx-tollgate-path: dispatched\ncomponents:\n  securitySchemes:\n    \
        sigv4: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}\npaths:\n  \
        /a/{x}:\n    get:\n      security: [{sigv4: []}]\n      \
        x-amazon-apigateway-integration: {type: aws_proxy, uri: f, payloadFormatVersion: '2.0'}\n";
    for (route_key, status) in [("GET /a/{x}", 201), ("$default", 403), ("ANY /{proxy+}", 403), ("", 403)] {
        let mut event = event("http-api-mock");
        event["rawPath"] = json!("/a/1");
        event["routeKey"] = json!(route_key);
        let reply = answer_over(definition, &event, &backends(), demo_keys()).expect("an answer");
        assert_eq!(reply["statusCode"], status, "{route_key}");
    }
}

#[test]
fn a_native_route_keeps_its_guard_at_every_door() {
    let function =
        "x-amazon-apigateway-integration: {type: aws_proxy, uri: 'arn:aws:lambda:us-east-1:123456789012:function:f'}";
    let definition = format!(
        "openapi: 3.0.3\ncomponents:\n  securitySchemes:\n    api_key: {{type: apiKey, name: x-api-key, in: header}}\n\
         paths:\n  /admin/{{id}}:\n    get: {{security: [{{api_key: []}}], {function}}}\n  \
         /{{proxy+}}:\n    x-amazon-apigateway-any-method: {{{function}}}\n"
    );
    for path in ["/admin/1", "//admin/1", "/admin/1/"] {
        let mut event = event("http-api-mock");
        event["rawPath"] = json!(path);
        let status = |event: &Value| {
            answer_over(&definition, event, &backends(), demo_keys()).expect("an answer")["statusCode"].clone()
        };
        event["routeKey"] = json!("$default");
        assert_eq!(status(&event), 403, "{path}");
        event["headers"]["x-api-key"] = json!(testkit::DEMO_KEY);
        assert_eq!(status(&event), 201, "{path}");
    }
}

#[test]
fn what_a_client_puts_into_a_url_stays_where_it_is() {
    let definition = "openapi: 3.0.3\nx-tollgate-path: dispatched\npaths:\n  /q/{x}:\n    get:\n      \
        x-amazon-apigateway-integration: {type: http_proxy, uri: 'https://a.example/{x}?id={x}&role=user'}\n";
    let mut event = event("http-api-mock");
    event["rawPath"] = json!("/q/1&role=admin#a b");
    event["rawQueryString"] = json!("a=<b>&c=\"d\"#e&f=%20");
    let backends = backends();
    answer_over(definition, &event, &backends, demo_keys()).expect("an answer");
    let calls = backends.calls();
    let [Call::Http(call)] = calls.as_slice() else { panic!("a server") };
    assert_eq!(
        call.url,
        "https://a.example/1&role=admin%23a%20b?id=1%26role%3Dadmin%23a%20b&role=user&a=%3Cb%3E&c=%22d%22%23e&f=%20"
    );
}
