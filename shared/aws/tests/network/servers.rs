//! HTTP servers as backends.

use std::net::TcpListener;

use bytes::Bytes;
use gateway::{Backends as _, CallProblem, Headers, HttpCall, MAX_PAYLOAD_BYTES, Tls};

use crate::{
    backends,
    server::{Reply, Server, answer},
};

pub(crate) fn get(url: &str) -> HttpCall {
    HttpCall {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Headers::default(),
        body: Bytes::new(),
        tls: Tls::default(),
        timeout_ms: 20_000,
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_and_a_redirect_is_an_answer() {
    let cookies = ["a", "b"].map(|cookie| ("set-cookie", cookie.to_owned()));
    let server = Server::start(move |_| Reply::Answer(302, cookies.to_vec(), b"hi".to_vec()));
    let headers = Headers(vec![("x-one".to_owned(), "1".to_owned()), ("x-one".to_owned(), "2".to_owned())]);
    let call = get(&format!("http://{}/a%20b?c=d", server.address));
    let call = HttpCall { method: "POST".to_owned(), headers, body: Bytes::from_static(b"body"), ..call };
    let answer = backends(server.address).send(call).await.expect("an answer");
    assert_eq!((answer.status, &answer.body[..]), (302, &b"hi"[..]));
    let cookies = answer.headers.0.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str());
    assert_eq!(cookies.collect::<Vec<_>>(), ["a", "b"]);
    let request = &server.seen()[0];
    assert_eq!((request.method.as_str(), request.target.as_str(), request.text()), ("POST", "/a%20b?c=d", "body"));
    let ones = request.headers.iter().filter(|(name, _)| name == "x-one").map(|(_, value)| value.as_str());
    assert_eq!(ones.collect::<Vec<_>>(), ["1", "2"]);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let server = Server::with([(200, "ok")]);
    let backends = backends(server.address);
    for _ in 0..3 {
        assert!(backends.send(get(&format!("http://{}/", server.address))).await.is_ok());
    }
    assert!(server.seen().iter().all(|request| request.connection == 0));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_a_timeout() {
    let server = Server::start(|_| Reply::Silence);
    let call = HttpCall { timeout_ms: 50, ..get(&format!("http://{}/", server.address)) };
    assert_eq!(backends(server.address).send(call).await, Err(CallProblem::Timeout));
}

#[tokio::test]
async fn a_server_that_hangs_up_is_unreachable_and_not_asked_again() {
    for bytes in ["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "not HTTP\r\n\r\n", ""] {
        let server = Server::start(move |_| Reply::Bytes(bytes.into()));
        let answer = backends(server.address).send(get(&format!("http://{}/", server.address))).await;
        assert!(matches!(answer, Err(CallProblem::Unreachable(_))), "{answer:?}");
        assert_eq!(server.seen().len(), 1, "{bytes:?}");
    }
}

#[tokio::test]
async fn an_answer_that_lambda_would_not_carry_is_not_read_to_its_end() {
    let server = Server::start(|_| answer(200, vec![b'x'; MAX_PAYLOAD_BYTES + 1]));
    let answer = backends(server.address).send(get(&format!("http://{}/", server.address))).await;
    assert_eq!(answer, Err(CallProblem::TooLarge));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_tried_again_where_that_does_no_harm() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let backends = backends(free);
    let cases = [
        ("GET", true),
        ("HEAD", true),
        ("PUT", true),
        ("DELETE", true),
        ("OPTIONS", true),
        ("POST", false),
        ("PATCH", false),
    ];
    for (method, repeated) in cases {
        let call = HttpCall { method: method.to_owned(), ..get(&format!("http://{free}/")) };
        let Err(CallProblem::Unreachable(why)) = backends.send(call).await else { panic!("nobody listens") };
        assert_eq!(why.ends_with("(3 attempts)"), repeated, "{method}: {why}");
    }
}

#[tokio::test]
async fn what_is_no_server_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for url in ["http://no-such-host.invalid/", "not a URL", "/path", "ftp://127.0.0.1/", ""] {
        let answer = backends(free).send(get(url)).await;
        assert!(matches!(answer, Err(CallProblem::Unreachable(_))), "{url}: {answer:?}");
    }
    let call = HttpCall { method: "NO METHOD".to_owned(), ..get("http://127.0.0.1/") };
    assert!(matches!(backends(free).send(call).await, Err(CallProblem::Unreachable(_))));
}
