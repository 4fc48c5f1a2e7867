use std::{
    future::{pending, ready},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};

use tokio::net::TcpListener;

use super::*;

fn told() -> Shutdown {
    Shutdown { terminate: signal(SignalKind::terminate()).expect("a signal"), extension: None }
}

#[tokio::test(flavor = "current_thread")]
async fn before_the_sandbox_ends_the_last_work_is_done() {
    let shutdown = told();
    let done = AtomicBool::new(false);
    let status = Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status().expect("kill");
    assert!(status.success());
    let ended = shutdown.or_end(pending(), async { done.store(true, Ordering::Relaxed) }).await;
    assert!(ended.is_ok() && done.into_inner());
}

#[tokio::test(flavor = "current_thread")]
async fn a_runtime_that_fails_says_so() {
    let failed = told().or_end(ready(Err("no Runtime API".into())), pending()).await.unwrap_err();
    assert_eq!(failed.to_string(), "no Runtime API");
}

/// What an Extensions API that gives `answer` is asked, and whether it registered the extension.
async fn asked(answer: &'static str) -> (String, bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = listener.local_addr().expect("an address").to_string();
    let serve = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let first = read_answer(&mut stream).await.expect("a request");
        // In two pieces, as networks do it.
        let (one, other) = answer.split_at(answer.len() / 2);
        stream.write_all(one.as_bytes()).await.expect("sent");
        tokio::task::yield_now().await;
        stream.write_all(other.as_bytes()).await.expect("sent");
        stream.shutdown().await.expect("no more");
        let second = read_answer(&mut stream).await.unwrap_or_default();
        first + &second
    };
    let (asked, registered) = tokio::join!(serve, async { register(&api).await.is_ok() });
    (asked.replace(&api, "API"), registered)
}

#[tokio::test(flavor = "current_thread")]
async fn an_extension_is_registered_for_no_events_and_waits_for_one() {
    let answer = "HTTP/1.1 200 OK\r\nlambda-extension-identifier: id-1\r\nContent-Length: 2\r\n\r\n{}";
    let (asked, registered) = asked(answer).await;
    assert!(registered);
    assert_eq!(
        asked,
        "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: API\r\nLambda-Extension-Name: tollgate-shutdown\r\n\
         Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"events\":[]}\
         GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: API\r\nLambda-Extension-Identifier: id-1\r\n\r\n"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_runtime_api_without_extensions_is_no_hindrance() {
    let large: &'static str = "a".repeat(2 * MAX_HEAD_BYTES).leak();
    for answer in
        ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "", "nonsense", large]
    {
        let (asked, registered) = asked(answer).await;
        assert!(!registered && !asked.contains("GET"), "{asked}");
    }
}
