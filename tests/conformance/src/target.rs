//! The targets of all integrations: they answer as the exchange says and remember what they were asked.

use std::{cell::RefCell, rc::Rc};

use gateway::{
    ActionAnswer, ActionCall, Backends, CallProblem, FunctionAnswer, FunctionCall, HttpAnswer, HttpCall, ServiceCall,
};
use testkit::Call;

use crate::case::Answer;

/// Stands in for HTTP servers, AWS services and Lambda.
#[derive(Clone, Default)]
pub(crate) struct Target(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    answer: Option<Answer>,
    calls: Vec<Call>,
}

impl Target {
    /// Begins an exchange in which it answers so; with nothing, if it may not be called.
    pub(crate) fn prepare(&self, answer: Option<Answer>) {
        self.0.replace(State { answer, calls: Vec::new() });
    }

    /// What it was asked in this exchange.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.0.borrow().calls.clone()
    }

    /// Notes `call`. The case answers it, if it says how a target of this kind answers.
    fn answer(&self, call: Call) -> Result<Answer, CallProblem> {
        let mut state = self.0.borrow_mut();
        state.calls.push(call);
        match &state.answer {
            Some(Answer::Fault(problem)) => Err(problem.clone()),
            Some(answer) => Ok(answer.clone()),
            None => Err(stranger()),
        }
    }

    fn wire(&self, call: Call) -> Result<HttpAnswer, CallProblem> {
        match self.answer(call)? {
            Answer::Http(answer) => Ok(answer),
            Answer::Function(_) | Answer::Fault(_) => Err(stranger()),
        }
    }
}

impl Backends for Target {
    async fn invoke(&self, call: FunctionCall) -> Result<FunctionAnswer, CallProblem> {
        match self.answer(Call::Function(call))? {
            Answer::Function(answer) => Ok(answer),
            Answer::Http(_) | Answer::Fault(_) => Err(stranger()),
        }
    }

    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, CallProblem> {
        self.wire(Call::Http(call))
    }

    async fn call(&self, call: ServiceCall) -> Result<HttpAnswer, CallProblem> {
        self.wire(Call::Service(call))
    }

    /// Definitions of cases have no `integrationSubtype`, which alone leads here.
    async fn act(&self, call: ActionCall) -> Result<ActionAnswer, CallProblem> {
        self.answer(Call::Action(call)).and(Err(stranger()))
    }
}

fn stranger() -> CallProblem {
    CallProblem::Unreachable("the case has no such target".to_owned())
}
