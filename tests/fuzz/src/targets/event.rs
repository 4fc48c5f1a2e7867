//! Any bytes as an HTTP event.

use std::{
    pin::pin,
    sync::OnceLock,
    task::{Context, Poll, Waker},
};

use definition::Table;
use gateway::{CallProblem, FunctionAnswer, Gateway, Headers, HttpAnswer, Refusal};
use runtime::event::{EventProblem, HttpEvent, Reply, Surroundings};
use serde_json::Value;
use testkit::{StubBackends, demo_keys};

use crate::novelty;

/// The fixed definition that events are answered by.
const DEFINITION: &str = include_str!("event.yaml");

/// The most bytes that Lambda carries. (Lambda developer guide, `gettingstarted-limits`.)
const MAX_REPLY_BYTES: usize = 6 * 1024 * 1024;

/// Answers `bytes`: an event as JSON; behind a NUL byte, if there is one, what the backend gives back.
///
/// # Panics
/// When there is no answer, or one that its caller cannot read.
pub fn event(bytes: &[u8]) {
    let (event, answer) = match bytes.iter().position(|byte| *byte == 0) {
        Some(nul) => (bytes.get(..nul).unwrap_or_default(), bytes.get(nul + 1..)),
        None => (bytes, None),
    };
    let event: HttpEvent = match serde_json::from_slice(event) {
        Ok(event) => event,
        Err(_) => return novelty::note("no event"),
    };
    let (request, shape) = match event.into_request(&surroundings()) {
        Ok(parsed) => parsed,
        Err(EventProblem::Body { shape, .. }) => {
            novelty::note("a body that is not base64");
            return readable(&Reply::new(shape, &Refusal::Body.response()).0);
        }
        Err(EventProblem::Unknown(missing)) => return novelty::note(missing),
    };
    novelty::note(&format!("{shape:?}"));
    let backends = backends(answer);
    let Some(table) = table() else { return };
    let outcome = at_once(Gateway::new(table, &backends, demo_keys()).answer(request));
    novelty::note(outcome.refusal.as_ref().map_or("", |refusal| refusal_name(refusal)));
    novelty::note_value("status", usize::from(outcome.response.status));
    novelty::note_value("route", outcome.route.as_deref().map_or(0, str::len));
    novelty::note_value("principal", usize::from(outcome.principal.is_some()));
    assert_status(u64::from(outcome.response.status));
    readable(&Reply::new(shape, &outcome.response).0);
}

/// Without what it says of the request.
fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NoRoute => "no route",
        Refusal::Configuration(_) => "configuration",
        Refusal::Call(_) => "call",
        _ => "refused",
    }
}

fn surroundings() -> Surroundings {
    let variables = [("host", "files.example"), ("url", "https://files.example/v1?x=1#y"), ("odd", "a b\u{e9}\u{0}")];
    Surroundings {
        region: "eu-north-1".to_owned(),
        stage_variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        base_path: "/base".to_owned(),
        now_ms: 1_700_000_000_000,
        trace_id: None,
    }
}

/// The definition's table, decoded anew: a gateway keeps the one that it was given.
fn table() -> Option<Table<'static>> {
    static BYTES: OnceLock<&'static [u8]> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let api = definition::compile(DEFINITION);
        assert!(api.is_ok(), "the fixed definition is refused: {api:?}");
        let bytes = api.ok().and_then(|api| definition::encode(&api).ok()).unwrap_or_default();
        bytes.leak()
    });
    let table = Table::decode(bytes);
    assert!(table.as_ref().is_ok_and(|table| table.len() >= 10), "the router has too little to answer with: {table:?}");
    table.ok()
}

/// What backends give back: a payload or a whole HTTP answer, or `!` and a way to fail.
fn backends(answer: Option<&[u8]>) -> StubBackends {
    let answer = answer.unwrap_or(br#"{"statusCode": 200, "body": "ok"}"#);
    let failing = |problem| StubBackends::failing(problem);
    if let Some(way) = answer.strip_prefix(b"!") {
        let text = || String::from_utf8_lossy(way).into_owned();
        if let Some(payload) = way.strip_prefix(b"failed ") {
            let mut backends = StubBackends::default();
            backends.function = Ok(FunctionAnswer::Failed(payload.to_vec().into()));
            return backends;
        }
        return match way.first() {
            Some(b't') => failing(CallProblem::Timeout),
            Some(b'l') => failing(CallProblem::TooLarge),
            Some(b'u') => failing(CallProblem::Unreachable(text())),
            _ => failing(CallProblem::Refused(text())),
        };
    }
    let mut backends = StubBackends::default();
    backends.function = Ok(FunctionAnswer::Payload(answer.to_vec().into()));
    backends.http = Ok(http_answer(answer));
    backends
}

/// A status, lines of `name: value`, an empty line and the body.
fn http_answer(answer: &[u8]) -> HttpAnswer {
    let end = answer.windows(2).position(|pair| pair == b"\n\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse::<u16>().ok()).unwrap_or(200);
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    HttpAnswer {
        // What an HTTP client takes for a status.
        status: status.clamp(100, 999),
        headers: Headers(headers.collect()),
        body: answer.get(end + 2..).unwrap_or_default().to_vec().into(),
    }
}

fn assert_status(status: u64) {
    assert!((100..=599).contains(&status), "a status of {status}");
}

fn readable(reply: &Reply) {
    let json = serde_json::to_vec(reply);
    assert!(json.is_ok(), "the reply is not serialised: {json:?}");
    let json = json.unwrap_or_default();
    assert!(json.len() <= MAX_REPLY_BYTES, "a reply of {} bytes", json.len());
    let value: Value = serde_json::from_slice(&json).unwrap_or_default();
    assert_status(value.get("statusCode").and_then(Value::as_u64).unwrap_or_default());
    let text = value.get("body").and_then(Value::as_str);
    let flag = value.get("isBase64Encoded").and_then(Value::as_bool);
    assert!(text.is_some() && flag.is_some(), "a reply without a body or without its flag: {value}");
}

/// The result of work that never waits: the stubs have their answers ready.
pub(super) fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        // A stub that waits after all would keep this going for ever, and the loop tells of inputs that never end.
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}
