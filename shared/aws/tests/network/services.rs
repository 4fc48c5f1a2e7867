//! Requests that are signed here.

use std::net::TcpListener;

use bytes::Bytes;
use gateway::{Backends as _, CallProblem, Headers, HttpAnswer, MAX_PAYLOAD_BYTES, ServiceCall};

use crate::{
    SECRET, backends,
    server::{Reply, Server, answer},
    signature::verify,
};

pub(crate) fn call(service: &str) -> ServiceCall {
    ServiceCall {
        service: service.to_owned(),
        region: "us-west-2".to_owned(),
        host: format!("{service}.us-west-2.amazonaws.com"),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Headers(vec![("x-amz-target".to_owned(), "Service.Action".to_owned())]),
        body: Bytes::from_static(b"{}"),
        credentials: None,
        timeout_ms: 20_000,
    }
}

#[tokio::test]
async fn every_service_region_and_path_is_signed_as_it_must_be() {
    let server = Server::with([(200, "{}")]);
    let backends = backends(server.address);
    let cases = [
        ("dynamodb", "dynamodb", "/", ""),
        ("email", "ses", "/", "b=2&a=1&flag"),
        ("a1b2c3.execute-api", "execute-api", "/prod/a%20b/c", "q=%C3%A9&q=1"),
        ("s3", "s3", "/bucket/a%20b/%C3%A9//c", "list-type=2&prefix=a%2Fb"),
        ("bucket.s3", "s3", "/a+b", ""),
        ("data-ats.iot", "iotdata", "/topics/a%2Fb", "qos=1"),
    ];
    for (at, (service, signed_for, path, query)) in cases.into_iter().enumerate() {
        let call = ServiceCall { path: path.to_owned(), query: query.to_owned(), ..call(service) };
        assert_eq!(backends.call(call).await.expect("an answer").status, 200);
        let request = &server.seen()[at];
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        assert_eq!((&request.target, &request.body[..]), (&target, &b"{}"[..]));
        assert_eq!(request.header("host"), server.address.to_string());
        verify(request, SECRET, signed_for, "us-west-2");
    }
    assert!(server.seen().iter().all(|request| request.connection == 0), "one connection is kept");
}

#[tokio::test]
async fn headers_of_the_signature_are_made_here_alone() {
    let server = Server::with([(200, "{}")]);
    let headers =
        [("Authorization", "Basic x"), ("x-amz-security-token", "t"), ("x-amz-date", "now"), ("x-one", " a  b ")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let repeated = ("x-one".to_owned(), "c".to_owned());
    let headers = Headers(headers.into_iter().chain([repeated]).collect());
    let answer = backends(server.address).call(ServiceCall { headers, ..call("sqs") }).await;
    assert_eq!(answer.expect("an answer").status, 200);
    let request = &server.seen()[0];
    assert_eq!(request.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
    assert_eq!(request.header("x-amz-security-token"), "");
    assert!(request.header("authorization").contains("x-one"), "{:?}", request.headers);
    verify(request, SECRET, "sqs", "us-west-2");
}

#[tokio::test]
async fn an_answer_is_handed_on_whatever_its_status() {
    let server = Server::start(|_| {
        Reply::Answer(500, vec![("x-amzn-requestid", "r-1".to_owned())], br#"{"__type":"InternalFailure"}"#.to_vec())
    });
    let answer = backends(server.address).call(call("kinesis")).await.expect("an answer");
    assert_eq!((answer.status, &answer.body[..]), (500, &br#"{"__type":"InternalFailure"}"#[..]));
    assert!(answer.headers.0.contains(&("x-amzn-requestid".to_owned(), "r-1".to_owned())));
    assert_eq!(server.seen().len(), 1, "what may have been carried out is not repeated");
}

#[tokio::test]
async fn what_was_throttled_before_execution_is_repeated_twice_at_most() {
    let json = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#;
    let cases = [
        ([(429, ""), (200, "ok")], 2, 200),
        ([(400, json), (200, "ok")], 2, 200),
        ([(503, "<Error><Code>SlowDown</Code></Error>"), (200, "ok")], 2, 200),
        ([(400, r#"{"__type":"ValidationException"}"#), (200, "")], 1, 400),
        ([(503, "<Error><Code>InternalError</Code></Error>"), (200, "")], 1, 503),
        ([(500, "<Error><Code>SlowDown</Code></Error>"), (200, "")], 1, 500),
        ([(429, ""), (429, "")], 3, 429),
    ];
    for (answers, requests, status) in cases {
        let server = Server::with(answers);
        let answer = backends(server.address).call(call("dynamodb")).await.expect("an answer");
        assert_eq!((server.seen().len(), answer.status), (requests, status), "{answers:?}");
    }
}

#[tokio::test]
async fn a_repeat_does_not_outlast_the_call() {
    let server = Server::with([(429, "")]);
    let answer = backends(server.address).call(ServiceCall { timeout_ms: 20, ..call("sqs") }).await;
    // On a machine that is busy the first attempt may not be answered in time; there is no second one either way.
    assert!(matches!(answer.map(|answer| answer.status), Ok(429) | Err(CallProblem::Timeout)));
    assert!(server.seen().len() <= 1, "the first pause is longer than what is left");
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_three_times() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let Err(CallProblem::Unreachable(why)) = backends(free).call(call("sqs")).await else { panic!("nobody listens") };
    assert!(why.ends_with("(3 attempts)"), "{why}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_not_tried_again() {
    for bytes in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "no HTTP\r\n\r\n"] {
        let server = Server::start(move |_| Reply::Bytes(bytes.into()));
        let answer = backends(server.address).call(call("sqs")).await;
        assert!(matches!(answer, Err(CallProblem::Unreachable(_))), "{answer:?}");
        assert_eq!(server.seen().len(), 1, "{bytes:?}");
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_a_timeout() {
    let server = Server::start(|_| Reply::Silence);
    let answer = backends(server.address).call(ServiceCall { timeout_ms: 50, ..call("sqs") }).await;
    assert_eq!(answer, Err(CallProblem::Timeout));
}

#[tokio::test]
async fn an_answer_that_lambda_would_not_carry_is_refused() {
    for (size, fits) in [(MAX_PAYLOAD_BYTES, true), (MAX_PAYLOAD_BYTES + 1, false)] {
        let server = Server::start(move |_| answer(200, vec![b'x'; size]));
        let got = backends(server.address).call(call("s3")).await;
        assert_eq!(
            got.map(|HttpAnswer { body, .. }| body.len()),
            if fits { Ok(size) } else { Err(CallProblem::TooLarge) }
        );
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_written_is_said_to_be_so() {
    let server = Server::with([(200, "")]);
    let bad_header = Headers(vec![("x y".to_owned(), "1".to_owned())]);
    let newline = Headers(vec![("x".to_owned(), "1\r\ny: 2".to_owned())]);
    let calls = [
        ServiceCall { path: "/a b\u{7f}".to_owned(), ..call("sqs") },
        ServiceCall { method: "NO METHOD".to_owned(), ..call("sqs") },
        ServiceCall { headers: bad_header, ..call("sqs") },
        ServiceCall { headers: newline, ..call("sqs") },
    ];
    for call in calls {
        let answer = backends(server.address).call(call.clone()).await;
        let Err(CallProblem::Unreachable(why)) = answer else { panic!("{call:?}") };
        assert!(why.starts_with("the request cannot be written"), "{why}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn calls_may_move_between_threads() {
    fn check(_: impl Send) {}
    let backends = backends("127.0.0.1:1".parse().expect("an address"));
    check(backends.call(call("sqs")));
    check(backends.send(crate::servers::get("http://127.0.0.1:1/")));
    check(backends.invoke(crate::functions::call("cart")));
    check(backends.act(crate::actions::call(crate::actions::purge())));
}
