//! What really goes over a socket: each way in which a backend can fail is told apart from the others.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use aws::{AwsSettings, Connection, Functions, NetworkBackends};
use bytes::Bytes;
use gateway::{
    Backends as _, CallProblem, FunctionAnswer, FunctionCall, Headers, HttpAnswer, HttpCall, Invocation,
    MAX_PAYLOAD_BYTES, Tls,
};
use settings::Settings;

/// A server that gives every connection the same answer, and tells what it was sent. An empty answer is silence.
fn server(answer: impl Into<Vec<u8>>) -> (SocketAddr, Receiver<String>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (sent, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            let mut buffer = [0; 65536];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                let count = stream.read(&mut buffer).expect("bytes");
                request.extend_from_slice(&buffer[..count]);
            }
            let _ = sent.send(String::from_utf8_lossy(&request).into_owned());
            if answer.is_empty() {
                thread::sleep(Duration::from_secs(60));
            }
            let _ = stream.write_all(&answer);
        }
    });
    (address, received)
}

fn backends(endpoint: SocketAddr) -> NetworkBackends {
    let mut settings = Settings::new(|name| {
        Some(match name {
            "AWS_REGION" => "us-east-1".to_owned(),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "test".to_owned(),
            "AWS_ENDPOINT_URL" => format!("http://{endpoint}"),
            _ => return None,
        })
    });
    let aws = AwsSettings::load(&mut settings);
    let connection = Connection::new(&settings.finish(aws).expect("settings")).expect("a connection");
    NetworkBackends::new(Functions::new(connection.lambda()))
}

#[tokio::main(flavor = "current_thread")]
async fn send(answer: impl Into<Vec<u8>>, timeout_ms: u32) -> (Result<HttpAnswer, CallProblem>, String) {
    let (address, received) = server(answer);
    let call = HttpCall {
        method: "POST".to_owned(),
        url: format!("http://{address}/a%20b?c=d"),
        headers: Headers(vec![("x-one".to_owned(), "1".to_owned()), ("x-one".to_owned(), "2".to_owned())]),
        body: Bytes::from_static(b"body"),
        tls: Tls::default(),
        timeout_ms,
    };
    let answer = backends(address).send(call).await;
    (answer, received.recv().expect("a request"))
}

#[tokio::main(flavor = "current_thread")]
async fn invoke(answer: impl Into<Vec<u8>>, timeout_ms: u32) -> (Result<FunctionAnswer, CallProblem>, String) {
    let (address, received) = server(answer);
    let call = FunctionCall {
        function: "cart:live".to_owned(),
        invocation: Invocation::RequestResponse,
        event: b"{}".to_vec(),
        tenant_id: None,
        credentials: None,
        timeout_ms,
    };
    let answer = backends(address).invoke(call).await;
    (answer, received.recv().expect("a request"))
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

#[test]
fn a_request_arrives_as_it_was_and_a_redirect_is_an_answer() {
    let (answer, request) = send(http("302 Found", "location: /x\r\nset-cookie: a\r\nset-cookie: b\r\n", "hi"), 5000);
    let answer = answer.expect("an answer");
    assert_eq!((answer.status, &answer.body[..]), (302, &b"hi"[..]));
    let cookies = answer.headers.0.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str());
    assert_eq!(cookies.collect::<Vec<_>>(), ["a", "b"]);
    assert!(request.starts_with("POST /a%20b?c=d HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("x-one: 1\r\nx-one: 2\r\n"), "{request}");
}

#[test]
fn a_server_that_says_nothing_is_a_timeout() {
    assert_eq!(send("", 50).0, Err(CallProblem::Timeout));
}

#[test]
fn a_server_that_hangs_up_is_unreachable() {
    assert!(matches!(
        send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", 5000).0,
        Err(CallProblem::Unreachable(_))
    ));
    assert!(matches!(send("not HTTP\r\n\r\n", 5000).0, Err(CallProblem::Unreachable(_))));
}

#[test]
fn an_answer_that_lambda_would_not_carry_is_not_read_to_its_end() {
    let answer = http("200 OK", "", &"x".repeat(MAX_PAYLOAD_BYTES + 1));
    assert_eq!(send(answer, 20_000).0, Err(CallProblem::TooLarge));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for url in [format!("http://{free}/"), "http://no-such-host.invalid/".to_owned(), "not a URL".to_owned()] {
        let call = HttpCall {
            method: "GET".to_owned(),
            url,
            headers: Headers::default(),
            body: Bytes::new(),
            tls: Tls::default(),
            timeout_ms: 5000,
        };
        let answer = backends(free).send(call).await;
        assert!(matches!(answer, Err(CallProblem::Unreachable(_))), "{answer:?}");
    }
}

#[test]
fn a_function_is_invoked_by_name_and_alias() {
    let (answer, request) = invoke(http("200 OK", "", r#"{"statusCode": 200}"#), 5000);
    assert_eq!(answer, Ok(FunctionAnswer::Payload(Bytes::from_static(br#"{"statusCode": 200}"#))));
    assert!(request.starts_with("POST /2015-03-31/functions/cart%3Alive/invocations HTTP/1.1\r\n"), "{request}");
}

#[test]
fn a_function_that_failed_is_told_from_one_that_was_not_invoked() {
    let (failed, _) = invoke(http("200 OK", "x-amz-function-error: Unhandled\r\n", r#"{"errorType": "E"}"#), 5000);
    assert_eq!(failed, Ok(FunctionAnswer::Failed(Bytes::from_static(br#"{"errorType": "E"}"#))));
    let denied = http("403 Forbidden", "x-amzn-errortype: AccessDeniedException\r\n", r#"{"Message": "no"}"#);
    assert_eq!(invoke(denied, 5000).0, Err(CallProblem::Refused("AccessDeniedException from Lambda".to_owned())));
    assert_eq!(invoke("", 50).0, Err(CallProblem::Timeout));
}
