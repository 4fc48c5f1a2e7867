//! What is read of an issuer's answers, over a real socket.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use aws::Issuers;
use identity::{FetchError, Fetched, KeyFetcher as _};

/// A server that gives this answer once, and its URL.
fn issuer(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let _ = client.read(&mut [0; 4096]);
        // Who has read enough closes the connection.
        let _ = client.write_all(&answer);
    });
    format!("http://{address}/keys")
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    [format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").into_bytes(), body.to_vec()]
        .concat()
}

#[tokio::main(flavor = "current_thread")]
async fn fetch(url: &str) -> Result<Fetched, FetchError> {
    Issuers::default().fetch(url).await
}

#[test]
fn a_document_comes_with_the_time_that_it_may_be_kept() {
    for (head, max_age_s) in [
        ("200 OK", None),
        ("200 OK\r\ncache-control: public, max-age=86400", Some(86_400)),
        ("200 OK\r\ncache-control: no-store", Some(0)),
    ] {
        let fetched = fetch(&issuer(answer(head, b"{}")));
        assert_eq!(fetched, Ok(Fetched { body: b"{}".to_vec(), max_age_s }), "{head}");
    }
}

#[test]
fn an_answer_that_is_no_document_is_refused() {
    for (answer, problem) in [
        (answer("404 Not Found", b"{}"), "the issuer answered 404"),
        (answer("302 Found\r\nlocation: http://evil.example/keys", b""), "the issuer answered 302"),
        (answer("200 OK", &[b' '; 200 * 1024 + 1]), "the issuer did not answer: length limit exceeded"),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), "the issuer did not answer: "),
        (Vec::new(), "the issuer did not answer: "),
    ] {
        let refusal = fetch(&issuer(answer)).expect_err(problem).0;
        assert!(refusal.starts_with(problem), "{refusal}");
    }
    for url in ["", "keys", "file:///etc/passwd", "http://127.0.0.1:1/keys"] {
        let refusal = fetch(url).expect_err(url).0;
        assert!(refusal.starts_with("the issuer"), "{url}: {refusal}");
    }
}

#[test]
fn an_issuer_that_is_silent_does_not_hold_a_request_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let refusal = fetch(&format!("http://{address}/keys")).expect_err("silence");
    assert_eq!(refusal.0, "the issuer did not answer within 1500 ms");
}
