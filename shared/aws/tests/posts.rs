//! What becomes of the answers of `@connections`, and what is sent there.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what panics here fails a test"
)]

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
};

use aws::{AwsSettings, Connection, ConnectionsApi};
use channels::{
    ConnectionId,
    ports::{Posted, Posts as _},
};
use settings::Settings;

/// Answers each request on each connection with the next of `answers`; hands over what was sent.
fn server(answers: Vec<&'static str>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/live", listener.local_addr().expect("an address"));
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        for answer in answers {
            let mut request = Vec::new();
            while !request.ends_with(b"hello") {
                let mut bytes = [0; 1024];
                let read = stream.read(&mut bytes).expect("bytes");
                assert!(read > 0, "hung up after {:?}", String::from_utf8_lossy(&request));
                request.extend_from_slice(&bytes[..read]);
            }
            sender.send(String::from_utf8(request).expect("text")).expect("taken");
            stream.write_all(answer.as_bytes()).expect("written");
        }
    });
    (url, receiver)
}

fn api(url: &str) -> Result<ConnectionsApi, String> {
    let mut settings = Settings::new(|name| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some("test".to_owned()),
        _ => None,
    });
    let aws = AwsSettings::load(&mut settings);
    ConnectionsApi::new(&Connection::new(&settings.finish(aws).expect("settings"))?, url)
}

#[tokio::test]
async fn each_answer_says_what_to_do_next() {
    let answers = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Posted::Delivered),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 27\r\n\r\n{\"message\":\"GoneException\"}", Posted::Gone),
        ("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", Posted::Throttled),
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
            Posted::Failed("500 Internal Server Error".to_owned()),
        ),
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}", Posted::Refused("403 Forbidden".to_owned())),
        (
            "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n",
            Posted::Refused("413 Payload Too Large".to_owned()),
        ),
    ];
    // One connection for all: each answer is read to its end.
    let (url, sent) = server(answers.iter().map(|(answer, _)| *answer).collect());
    let api = api(&url).expect("a client");
    let (id, payload) = (ConnectionId::parse("L0/SM=").expect("an id"), api.payload("hello".to_owned()));
    for (answer, expected) in answers {
        assert_eq!(api.post(&id, &payload).await, expected, "{answer}");
        let request = sent.recv().expect("a request");
        assert!(request.starts_with("POST /live/@connections/L0%2FSM%3D HTTP/1.1\r\n"), "{request}");
        assert!(
            request.contains(
                "/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, "
            )
        );
    }
    assert!(matches!(api.post(&id, &payload).await, Posted::Failed(_)), "nobody is there any longer");
}

#[tokio::test]
async fn a_url_that_is_none_is_named() {
    for bad in ["", "live", "/live", "https://"] {
        let problem = api(bad).map(|_| ()).expect_err(bad);
        assert!(problem.starts_with("CONNECTIONS_URL="), "{problem}");
    }
}
