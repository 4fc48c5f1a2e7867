//! Servers that answer when they are told to, on a clock that does not tick.

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use definition::{Table, compile, encode, show};
use identity::{KeyHash, KeyRecord, KeyStore, StoreError};
use serde_json::Value;

use crate::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, Gateway, GatewayRequest, Headers,
    HttpAnswer, HttpCall, Outcome, ServiceCall,
};

/// A clock that goes on when nothing else can: to the next moment that somebody waits for.
#[derive(Default)]
pub(super) struct Clock {
    now_ms: Cell<u64>,
    awaited: RefCell<Vec<u64>>,
}

impl Clock {
    async fn until(&self, at_ms: u64) {
        self.awaited.borrow_mut().push(at_ms);
        poll_fn(|_| if self.now_ms.get() >= at_ms { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Runs `future` to its end.
    pub(super) fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return output;
            }
            let awaited = self.awaited.borrow();
            let next = awaited.iter().filter(|at| **at > self.now_ms.get()).min();
            self.now_ms.set(*next.expect("something that is waited for"));
        }
    }
}

/// What the server called by a name answers, and after how long. Status 0: it cannot be reached.
pub(super) type Script = Vec<(&'static str, u64, u16, String)>;

pub(super) struct Servers {
    pub(super) clock: Rc<Clock>,
    pub(super) script: Script,
    /// When which URL was called.
    pub(super) calls: Rc<RefCell<Vec<(u64, HttpCall)>>>,
}

impl Backends for Servers {
    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        let now_ms = self.clock.now_ms.get();
        let timeout_ms = u64::from(call.timeout_ms);
        let name =
            call.url.strip_prefix("https://").and_then(|rest| rest.split('.').next()).unwrap_or_default().to_owned();
        self.calls.borrow_mut().push((now_ms, call));
        let Some((_, takes_ms, status, body)) = self.script.iter().find(|(known, ..)| *known == name) else {
            panic!("nobody is called {name:?}")
        };
        self.clock.until(now_ms + takes_ms.min(&timeout_ms)).await;
        match status {
            _ if *takes_ms > timeout_ms => Err(CallProblem::Timeout),
            0 => Err(CallProblem::Unreachable("nobody is there".to_owned())),
            status => {
                let headers = Headers(vec![("ETag".to_owned(), format!("\"{name}\""))]);
                Ok(HttpAnswer { status: *status, headers, body: Bytes::from(body.clone()) })
            }
        }
    }

    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        Ok(FunctionAnswer::Payload(Bytes::from(call.event)))
    }

    async fn call(&self, _: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        Err(CallProblem::Refused("not here".to_owned()))
    }

    async fn act(&self, _: ActionCall) -> Result<ActionAnswer, CallProblem> {
        Err(CallProblem::Refused("not here".to_owned()))
    }
}

struct NoKeys;

impl KeyStore for NoKeys {
    async fn find(&self, _: &KeyHash) -> Result<Option<KeyRecord>, StoreError> {
        Ok(None)
    }

    async fn create(&self, _: &KeyHash, _: &KeyRecord) -> Result<(), StoreError> {
        Ok(())
    }

    async fn set_enabled(&self, _: &KeyHash, _: bool) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn set_plan(&self, _: &KeyHash, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn set_expiry(&self, _: &KeyHash, _: Option<u64>) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// What came of a request.
pub(super) struct Run {
    pub(super) status: u16,
    pub(super) body: String,
    /// How long it took.
    pub(super) ms: u64,
    pub(super) calls: Vec<(u64, HttpCall)>,
    pub(super) outcome: Outcome,
}

impl Run {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    /// When which URL was called.
    pub(super) fn urls(&self) -> Vec<(u64, &str)> {
        self.calls.iter().map(|(at, call)| (*at, call.url.as_str())).collect()
    }

    pub(super) fn failed(&self) -> Vec<&str> {
        self.outcome.failed_parts.iter().map(|failure| failure.part.as_str()).collect()
    }
}

/// What comes of a request for this aggregate, whose servers answer as `script` says.
pub(super) fn run(aggregate: &str, script: Script) -> Run {
    let source = format!(
        "openapi: 3.0.3\npaths:\n  /users/{{id}}:\n    x-amazon-apigateway-any-method:\n      x-tollgate-aggregate: {aggregate}\n"
    );
    run_source(&source, script)
}

/// What comes of a request for the one operation of the definition `source`.
pub(super) fn run_source(source: &str, script: Script) -> Run {
    let api = compile(source).unwrap_or_else(|problems| panic!("{}", show("api", source, &problems)));
    let table = Table::decode(encode(&api).unwrap().leak()).unwrap();
    let (clock, calls) = (Rc::new(Clock::default()), Rc::default());
    let servers = Servers { clock: Rc::clone(&clock), script, calls: Rc::clone(&calls) };
    let mut request =
        GatewayRequest { method: "GET".to_owned(), path: "/users/7".to_owned(), ..GatewayRequest::default() };
    request.headers.add("accept-encoding", "gzip");
    request.headers.add("if-none-match", "\"x\"");
    request.headers.add("x-own", "1");
    let gateway = Gateway::new(table, servers, NoKeys);
    let outcome = clock.run(gateway.answer(request));
    let body = String::from_utf8(outcome.response.body.to_vec()).unwrap();
    Run { status: outcome.response.status, body, ms: clock.now_ms.get(), calls: calls.take(), outcome }
}
