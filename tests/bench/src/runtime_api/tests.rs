//! The Runtime API, seen from a function that behaves and from some that do not.

use std::io::Write;
use std::thread;

use super::*;

const RIGHT: &str = r#"{"statusCode":200,"body":"ok"}"#;

/// A function in a thread: asks for an event, answers with `answer` to the path that `reply` makes of the id.
fn function(address: &str, rounds: usize, reply: fn(&str) -> String, answer: &'static str) -> thread::JoinHandle<()> {
    let stream = TcpStream::connect(address).unwrap();
    thread::spawn(move || {
        for _ in 0..rounds {
            let event = ask(&stream, "GET", "/2018-06-01/runtime/invocation/next", "");
            let id = event.split("lambda-runtime-aws-request-id: ").nth(1).unwrap().split('\r').next().unwrap();
            ask(&stream, "POST", &reply(id), answer);
        }
        // Asking once more is what tells that the function is idle.
        let (mut stream, last) = (&stream, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
        stream.write_all(last.as_bytes()).unwrap();
        thread::park_timeout(Duration::from_secs(5));
    })
}

fn ask(mut stream: &TcpStream, method: &str, path: &str, body: &str) -> String {
    write!(stream, "{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = [0; 4096];
    let count = std::io::Read::read(&mut stream, &mut answer).unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

fn to_response(id: &str) -> String {
    format!("/2018-06-01/runtime/invocation/{id}/response")
}

fn outcome(reply: fn(&str) -> String, answer: &'static str) -> std::result::Result<usize, String> {
    let api = RuntimeApi::start(b"{}", &Expected::status(200, "ok")).unwrap();
    let function = function(&api.address(), 3, reply, answer);
    let trips = api.invoke(3, || None).map_err(|error| error.to_string());
    function.thread().unpark();
    trips.map(|trips| trips.iter().filter(|trip| trip.answered > trip.sent).count())
}

#[test]
fn every_right_answer_is_timed() {
    assert_eq!(outcome(to_response, RIGHT), Ok(3));
}

#[test]
fn what_is_not_a_right_answer_ends_the_run_and_is_shown() {
    let wrong = outcome(to_response, r#"{"statusCode":500,"body":"ok"}"#).unwrap_err();
    assert!(wrong.contains("statusCode") && wrong.contains("500"), "{wrong}");

    let error = outcome(|id| to_response(id).replace("response", "error"), r#"{"errorMessage":"boom"}"#).unwrap_err();
    assert!(error.contains("invocation error") && error.contains("boom"), "{error}");

    let init = outcome(|_| INIT_ERROR.to_owned(), r#"{"errorMessage":"no table"}"#).unwrap_err();
    assert!(init.contains("init error") && init.contains("no table"), "{init}");

    let other = outcome(|_| to_response("another"), RIGHT).unwrap_err();
    assert!(other.contains("not asked"), "{other}");
}

#[test]
fn a_function_that_ends_is_reported_with_how() {
    let api = RuntimeApi::start(b"{}", &Expected::status(200, "ok")).unwrap();
    let error = api.invoke(1, || Some("exit status: 101".to_owned())).unwrap_err().to_string();
    assert!(error.contains("exit status: 101"), "{error}");
}
