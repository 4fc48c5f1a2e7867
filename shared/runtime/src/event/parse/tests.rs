use super::*;

fn parse(event: &Value, surroundings: &Surroundings) -> Result<(GatewayRequest, Shape), EventProblem> {
    serde_json::from_value::<HttpEvent>(event.clone()).unwrap().into_request(surroundings)
}

fn v2(path: &str, stage: &str, domain: &str) -> Value {
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "a=1&a=2",
        "headers": {"x-b": "1", "a": "2,3"}, "cookies": ["c=1", "d=2"],
        "requestContext": {"stage": stage, "domainName": domain, "requestId": "id-1", "timeEpoch": 1_428_582_896_000_u64,
            "http": {"method": "GET", "protocol": "HTTP/2", "sourceIp": "203.0.113.10"},
            "authorizer": {"lambda": {"tenant": "t"}}},
        "stageVariables": {"a": "event"},
    })
}

#[test]
fn a_2_0_event_becomes_a_request() {
    let surroundings = Surroundings {
        stage_variables: BTreeMap::from([("a".to_owned(), "env".to_owned()), ("b".to_owned(), "env".to_owned())]),
        ..Surroundings::default()
    };
    let (request, shape) =
        parse(&v2("/x", "$default", "a.execute-api.us-east-1.amazonaws.com"), &surroundings).unwrap();
    assert_eq!(shape, Shape::V2);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("GET", "/x", "a=1&a=2"));
    let headers = [("a", "2,3"), ("x-b", "1"), ("cookie", "c=1; d=2")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    assert_eq!(request.headers.0, headers);
    assert_eq!(request.stage.variables.values().collect::<Vec<_>>(), ["event"], "those of the stage and no other");
    assert_eq!((request.request_id.as_str(), request.time.as_str()), ("id-1", "09/Apr/2015:12:34:56 +0000"));
    assert_eq!(request.authorizer["lambda"]["tenant"], "t");
}

#[test]
fn the_stage_is_taken_off_once_and_only_where_it_is_one() {
    const ENDPOINT: &str = "a.execute-api.us-east-1.amazonaws.com";
    let base = Surroundings { base_path: "/v1".to_owned(), ..Surroundings::default() };
    for (path, stage, domain, expected) in [
        ("/dev/x", "dev", ENDPOINT, "/x"),
        ("/dev/dev/1", "dev", ENDPOINT, "/dev/1"),
        ("/dev", "dev", ENDPOINT, "/"),
        ("/device", "dev", ENDPOINT, "/device"),
        ("/dev/x", "$default", ENDPOINT, "/dev/x"),
        ("/dev/x", "dev", "api.example.com", "/x"),
        ("/v1/x", "$default", "api.example.com", "/v1/x"),
    ] {
        assert_eq!(parse(&v2(path, stage, domain), &base).unwrap().0.path, expected, "{path} at {stage} of {domain}");
    }
}

#[test]
fn a_rest_event_becomes_the_same_request() {
    let event = json!({
        "resource": "/{proxy+}", "path": "/x", "httpMethod": "GET",
        "headers": {"X-B": "2"}, "multiValueHeaders": {"X-B": ["1", "2"]},
        "queryStringParameters": {"a b": "2"}, "multiValueQueryStringParameters": {"a b": ["1", "2&"]},
        "stageVariables": null, "body": null, "isBase64Encoded": false,
        "requestContext": {"stage": "dev", "requestId": "id-2", "identity": {"sourceIp": "203.0.113.10"},
            "authorizer": {"tenant": "t"}},
    });
    let (request, shape) = parse(&event, &Surroundings::default()).unwrap();
    assert_eq!((shape, request.path.as_str(), request.query.as_str()), (Shape::V1, "/x", "a%20b=1&a%20b=2%26"));
    assert_eq!(request.headers.0, [("X-B".to_owned(), "1".to_owned()), ("X-B".to_owned(), "2".to_owned())]);
    assert_eq!(request.authorizer["lambda"]["tenant"], "t");
    assert_eq!(request.source_ip, "203.0.113.10");
}

#[test]
fn a_clients_certificate_is_read_in_both_formats() {
    let cert = json!({"subjectDN": "CN=a", "validity": {"notAfter": "May 28 12:30:02 2027 GMT"}});
    let v1 = json!({"httpMethod": "GET", "path": "/", "requestContext": {"identity": {"clientCert": cert}}});
    let mut v2 = v2("/", "$default", "api.example.com");
    v2["requestContext"]["authentication"] = json!({"clientCert": cert});
    for event in [&v1, &v2] {
        assert_eq!(
            parse(event, &Surroundings::default()).unwrap().0.client_cert.map(Value::Object),
            Some(cert.clone())
        );
    }
    for nothing in [json!(null), json!({}), json!({"clientCert": null})] {
        v2["requestContext"]["authentication"] = nothing.clone();
        assert_eq!(parse(&v2, &Surroundings::default()).unwrap().0.client_cert, None, "{nothing}");
    }
}

#[test]
fn a_load_balancer_event_becomes_the_same_request() {
    let event = json!({
        "requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": "GET", "path": "/x%20y",
        "queryStringParameters": {"a": "b%20c"}, "body": "aGk=", "isBase64Encoded": true,
        "headers": {"x-amzn-trace-id": "Root=1-2-3", "x-forwarded-for": "6.6.6.6, 203.0.113.10"},
    });
    let now = Surroundings { now_ms: 1_428_582_896_000, ..Surroundings::default() };
    let (request, shape) = parse(&event, &now).unwrap();
    assert_eq!(shape, Shape::LoadBalancer { multi: false });
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/x%20y", "a=b%20c"));
    assert_eq!((request.request_id.as_str(), request.source_ip.as_str()), ("Root=1-2-3", "203.0.113.10"));
    let base = Surroundings { base_path: "/x%20y".to_owned(), ..now };
    assert_eq!(parse(&event, &base).unwrap().0.path, "/", "a base path is taken off");
    assert_eq!((request.time.as_str(), &request.body[..]), ("09/Apr/2015:12:34:56 +0000", &b"hi"[..]));
}

#[test]
fn what_is_no_request_is_refused_by_what_it_lacks() {
    for (event, problem) in [
        (json!({}), EventProblem::Unknown("requestContext")),
        (json!({"requestContext": {}}), EventProblem::Unknown("httpMethod")),
        (json!({"requestContext": {}, "httpMethod": "GET"}), EventProblem::Unknown("path")),
        (json!({"version": "2.0", "requestContext": {}}), EventProblem::Unknown("requestContext.http")),
        (json!({"version": "2.0", "requestContext": {"http": {"method": "GET"}}}), EventProblem::Unknown("rawPath")),
        (
            json!({"requestContext": {}, "httpMethod": "GET", "path": "/", "body": "%", "isBase64Encoded": true}),
            EventProblem::Body { shape: Shape::V1, request_id: String::new() },
        ),
    ] {
        assert_eq!(parse(&event, &Surroundings::default()).unwrap_err(), problem, "{event}");
    }
}
