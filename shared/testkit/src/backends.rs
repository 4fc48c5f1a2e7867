//! Backends that answer as they are told and remember what they were asked.

use std::cell::RefCell;

use bytes::Bytes;
use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, Headers, HttpAnswer, HttpCall,
    ServiceCall,
};

/// What a backend was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// A function was invoked.
    Function(FunctionCall),
    /// A request was sent.
    Http(HttpCall),
    /// An AWS service was called.
    Service(ServiceCall),
    /// An action of an AWS service was called.
    Action(ActionCall),
}

/// Answers every function alike, and every HTTP server, AWS service and action.
pub struct StubBackends {
    /// What functions give back.
    pub function: Result<FunctionAnswer, CallProblem>,
    /// What HTTP servers and AWS services give back.
    pub http: Result<HttpAnswer, CallProblem>,
    calls: RefCell<Vec<Call>>,
}

impl Default for StubBackends {
    /// Backends that cannot be reached.
    fn default() -> Self {
        let nobody = CallProblem::Unreachable("nobody is there".to_owned());
        StubBackends { function: Err(nobody.clone()), http: Err(nobody), calls: RefCell::default() }
    }
}

impl StubBackends {
    /// Functions that give back `payload`.
    pub fn function(payload: &serde_json::Value) -> Self {
        let answer = FunctionAnswer::Payload(Bytes::from(payload.to_string()));
        StubBackends { function: Ok(answer), ..StubBackends::default() }
    }

    /// Functions that fail with `problem`, and HTTP servers too.
    pub fn failing(problem: CallProblem) -> Self {
        StubBackends { function: Err(problem.clone()), http: Err(problem), calls: RefCell::default() }
    }

    /// HTTP servers that answer so.
    pub fn http(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = HttpAnswer { status, headers: Headers(headers), body: body.into() };
        StubBackends { http: Ok(answer), ..StubBackends::default() }
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }
}

impl Backends for &StubBackends {
    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        self.calls.borrow_mut().push(Call::Function(call));
        self.function.clone()
    }

    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        self.calls.borrow_mut().push(Call::Http(call));
        self.http.clone()
    }

    async fn call(&self, call: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        self.calls.borrow_mut().push(Call::Service(call));
        self.http.clone()
    }

    /// What HTTP servers give back, at the first attempt.
    async fn act(&self, call: ActionCall) -> Result<ActionAnswer, CallProblem> {
        self.calls.borrow_mut().push(Call::Action(call));
        let HttpAnswer { status, headers, body } = self.http.clone()?;
        let content_type = headers.0.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        Ok(ActionAnswer {
            status,
            content_type: content_type.map(|(_, value)| value).unwrap_or_default(),
            body,
            attempts: 1,
        })
    }
}
