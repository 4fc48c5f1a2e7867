use gateway::Tls;

use super::*;

fn http(url: &str) -> HttpCall {
    HttpCall {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: Headers(vec![("X-A".to_owned(), "1".to_owned())]),
        body: Bytes::from_static(b"a=1"),
        tls: Tls::default(),
        timeout_ms: 29_000,
    }
}

fn service(target: Option<&str>, query: &str, body: &'static str) -> ServiceCall {
    ServiceCall {
        service: "sqs".to_owned(),
        region: "us-east-1".to_owned(),
        host: "sqs.us-east-1.amazonaws.com".to_owned(),
        method: "POST".to_owned(),
        path: "/123456789012/orders".to_owned(),
        query: query.to_owned(),
        headers: Headers(target.into_iter().map(|target| ("X-Amz-Target".to_owned(), target.to_owned())).collect()),
        body: Bytes::from_static(body.as_bytes()),
        credentials: None,
        timeout_ms: 29_000,
    }
}

fn function(event: &str) -> FunctionCall {
    FunctionCall {
        function: "arn:aws:lambda:us-east-1:123456789012:function:echo:live".to_owned(),
        invocation: Invocation::RequestResponse,
        event: event.into(),
        tenant_id: None,
        credentials: None,
        timeout_ms: 29_000,
    }
}

/// What is said of `call` where `expected` is expected.
fn check(expected: &Value, call: &Call, said: &str) {
    let parsed: BackendExpectation = serde_json::from_value(expected.clone()).unwrap();
    let got = check_call(&parsed, call).map_or_else(|failure| failure.to_string(), |()| "met".to_owned());
    assert_eq!(got, said, "{expected}");
}

#[test]
fn a_url_is_what_the_target_sees_of_it() {
    let call = Call::Http(http("https://backend.example:8443/a%20b/c?x=1"));
    check(&json!({"host": "backend.example:8443", "method": "POST", "path": "/a%20b/c"}), &call, "met");
    check(
        &json!({"host": "backend.example"}),
        &call,
        r#"host: expected "backend.example", got "backend.example:8443""#,
    );
    check(&json!({"method": "GET"}), &call, r#"method: expected "GET", got "POST""#);
    check(&json!({"path": "/a b/c"}), &call, r#"path: expected "/a b/c", got "/a%20b/c""#);
    check(&json!({"path": "/", "query": ""}), &Call::Http(http("http://backend.example")), "met");
    check(&json!({"path": "/", "query": "a=1"}), &Call::Http(http("http://backend.example?a=1")), "met");
}

#[test]
fn names_of_a_query_may_change_places_and_values_of_one_name_may_not() {
    for (expected, got, met) in [
        ("a=1&b=2", "b=2&a=1", true),
        ("a=1&a=2", "a=2&a=1", false),
        ("a=1&b=3&a=2", "a=1&a=2&b=3", true),
        ("a=x+y", "a=x%20y", true),
        ("a=%2B", "a=+", false),
        ("a", "a=", true),
        ("a=1", "a=1&a=1", false),
        ("a=1", "a=1&b=2", false),
        ("a=1", "A=1", false),
        ("", "a=1", false),
        ("", "", true),
        ("*", "a=1", true),
        ("*", "", false),
    ] {
        assert_eq!(check_query(expected, got).is_ok(), met, "{expected:?} and {got:?}");
    }
    check(&json!({"query": "a=1"}), &Call::Http(http("http://h/?a=2")), r#"query: expected "a=1", got "a=2""#);
}

#[test]
fn a_body_is_compared_as_text_bytes_or_json() {
    let call = Call::Http(http("http://h/"));
    check(&json!({"body": "a=1"}), &call, "met");
    check(&json!({"body": "*"}), &call, "met");
    check(&json!({"body": "a=2"}), &call, r#"body: expected "a=2", got "a=1""#);
    check(&json!({"bodyBase64": "YT0x"}), &call, "met");
    check(&json!({"bodyBase64": "YT0y"}), &call, "bodyBase64: expected YT0y, got YT0x");
    check(&json!({"bodyJson": {"a": 1}}), &call, r#"bodyJson: expected {"a":1}, got "a=1""#);
    let json = Call::Service(service(None, "", r#"{"a": 1.0}"#));
    check(&json!({"bodyJson": {"a": 1}}), &json, "met");
    check(&json!({"bodyJson": {"a": 2}}), &json, "bodyJson.a: expected 2, got 1.0");
    let empty = Call::Service(service(None, "", ""));
    check(&json!({"body": ""}), &empty, "met");
    check(&json!({"body": "*"}), &empty, r#"body: expected "*", got """#);
}

#[test]
fn headers_are_those_on_the_wire() {
    let call = Call::Http(http("http://h:1/"));
    check(&json!({"headers": {"x-a": "1", "host": "h:1", "content-length": "3", "x-b": null}}), &call, "met");
    check(&json!({"headers": {"x-a": null}}), &call, r#"headers.x-a: expected nothing, got "1""#);
}

#[test]
fn an_action_stands_in_the_target_header_or_the_query_or_a_form() {
    for (target, query, body, action) in [
        (Some("DynamoDB_20120810.PutItem"), "Action=Query", "", "PutItem"),
        (Some("PutItem"), "", "", "PutItem"),
        (None, "Version=1&Action=Send%4Dessage", "Action=Other", "SendMessage"),
        (None, "", "Version=1&Action=SendMessage", "SendMessage"),
    ] {
        check(&json!({"service": "sqs", "action": action}), &Call::Service(service(target, query, body)), "met");
    }
    let none = Call::Service(service(None, "", "{}"));
    check(&json!({"action": "SendMessage"}), &none, r#"action: expected "SendMessage", got nothing"#);
    check(&json!({"service": "sqs"}), &Call::Http(http("http://h/")), r#"service: expected "sqs", got nothing"#);
}

#[test]
fn an_invocation_is_compared_by_function_kind_and_payload() {
    let call = Call::Function(function(r#"{"a": {"b": 1, "c": 2}}"#));
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:echo";
    check(&json!({"function": format!("{arn}:live"), "invocationType": "RequestResponse"}), &call, "met");
    let said = format!("function: expected \"{arn}\", got \"{arn}:live\"");
    check(&json!({"function": arn}), &call, &said);
    let said = r#"invocationType: expected "Event", got "RequestResponse""#;
    check(&json!({"invocationType": "Event"}), &call, said);
    check(&json!({"payload": {"a": {"b": 1.0, "c": 2}}}), &call, "met");
    check(&json!({"payload": {"a": {"b": 1}}}), &call, "payload.a.c: expected nothing, got 2");
    check(&json!({"payloadSubset": {"a": {"b": 1}}}), &call, "met");
    check(&json!({"payloadSubset": {"a": {"b": 2}}}), &call, "payloadSubset.a.b: expected 2, got 1");
    check(&json!({"payload": {}}), &Call::Function(function("")), "met");
    check(&json!({"payload": {}}), &Call::Function(function("{")), r#"payload: expected JSON, got "{""#);
}
