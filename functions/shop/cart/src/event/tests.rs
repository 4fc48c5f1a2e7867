use proptest::prelude::*;
use serde_json::{Value, json};

use crate::driver::{KNOWN, event, prepared, send, service, with};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn status(event: &Value) -> u64 {
    runtime().block_on(send(&service(prepared()), event)).status
}

#[test]
fn a_request_that_makes_no_uri_is_answered_as_any_other() {
    let read = || event(&format!("GET /carts/{KNOWN}"), None);
    let odd = [
        ("/headers/host", "a b"),
        ("/headers/host", "[::1"),
        ("/headers/host", "evil.example:99999"),
        ("/headers/x-forwarded-proto", "ht tp"),
        ("/rawQueryString", "a=<b>&c= d"),
        ("/requestContext/domainName", "not a domain"),
    ];
    for (pointer, value) in odd {
        assert_eq!(status(&with(read(), pointer, value)), 200, "{pointer} {value}");
    }
    for path in [
        "",
        "x",
        ":99999",
        "//",
        "/%",
        "/\u{0}",
        "/..",
        "/carts/../carts",
        &"/".repeat(70_000),
        &format!("/{}", "é".repeat(30_000)),
    ] {
        assert_eq!(status(&with(read(), "/rawPath", path)), 404, "{path:.20}");
    }
    assert_eq!(status(&with(read(), "/rawPath", Value::Null)), 404);
    assert_eq!(status(&with(read(), "/requestContext/stage", "s".repeat(70_000))), 200);
}

#[test]
fn a_body_that_is_not_the_base64_it_is_said_to_be_is_refused_as_json() {
    let sent = |body: &str| status(&with(event("POST /carts", Some(body)), "/isBase64Encoded", true));
    assert_eq!(sent("eyJjdXJyZW5jeSI6ICJFVVIifQ=="), 201);
    assert_eq!(sent("///not base64"), 400);
    assert_eq!(sent("/////w=="), 400, "base64 of what is not UTF-8");
}

#[test]
fn payload_1_0_is_answered_in_its_own_shape() {
    let event = json!({
        "version": "1.0",
        "httpMethod": "GET",
        "path": format!("/prod/carts/{KNOWN}"),
        "headers": {"host": "a b"},
        "queryStringParameters": {"a": "<"},
        "requestContext": {
            "requestId": "request-1", "httpMethod": "GET", "stage": "prod", "path": format!("/prod/carts/{KNOWN}"),
            "authorizer": {"tenant": "demo", "integrationLatency": 3},
        },
    });
    let answer = runtime().block_on(send(&service(prepared()), &event));
    assert_eq!((answer.status, &answer.headers["etag"]), (200, &json!(["\"3\""])));
    assert_eq!(status(&with(event.clone(), "/requestContext/authorizer", json!({"lambda": {"tenant": "demo"}}))), 403);
    assert_eq!(status(&with(event, "/requestContext/authorizer", Value::Null)), 403);
}

proptest! {
    #[test]
    fn no_event_makes_the_service_panic(
        method in "GET|POST|PATCH|DELETE|PUT",
        path in prop_oneof![".*", "(/(carts|items|[0-9a-f]{32}|\\PC{0,4})){0,5}"],
        host in ".*",
        query in ".*",
        body in proptest::option::of(prop_oneof![".*", r#"\{"(currency|quantity|sku)": ?([0-9.e-]{1,25}|"[A-Z]{0,4}"|\[|null)\}?"#]),
        base64 in any::<bool>(),
        stage in "\\$default|prod|\\PC*",
        tenant in prop_oneof![Just(json!("demo")), Just(json!("")), Just(json!(7)), Just(Value::Null)],
        if_match in "[!-~ ]{0,12}",
    ) {
        let event = with(event("GET /", body.as_deref()), "/rawPath", path);
        let event = with(with(event, "/requestContext/http/method", method), "/requestContext/domainName", host);
        let event = with(with(event, "/rawQueryString", query), "/requestContext/stage", stage);
        let event = with(with(event, "/isBase64Encoded", base64), "/requestContext/authorizer/lambda/tenant", tenant);
        let event = with(event, "/headers/if-match", if_match);
        let status = status(&event);
        prop_assert!((200..500).contains(&status), "{status}");
    }
}
