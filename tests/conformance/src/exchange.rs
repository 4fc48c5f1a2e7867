//! Exchanges with one gateway: the definition's way from its text to an answer, as the router goes it.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use definition::{Options, Problem, Table, compile_with, encode};
use gateway::{Gateway, Outcome};
use testkit::Call;

use crate::{
    Failure,
    case::{Answer, Exchange, ExchangeCase, Stage},
    expectation::Expectation,
    guard::guarded,
    headers,
    keys::Keys,
    request, sent,
    target::Target,
};

/// How often a future is asked. All ports answer at once: one that is not done by then waits for something else.
const MAX_POLLS: usize = 1000;

/// Runs the exchanges in order, up to the first that fails.
///
/// # Errors
/// What differs there, or why the case cannot be run.
pub(crate) fn run(case: &ExchangeCase) -> Result<(), Failure> {
    let runner = Runner::new(case)?;
    for (number, exchange) in (1..).zip(&case.exchanges) {
        guarded(|| runner.run(exchange, number)).map_err(|failure| failure.at(format_args!("exchange {number}")))?;
    }
    Ok(())
}

/// What `future` gives, if it waits for nothing but its ports.
pub(crate) fn finish<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..MAX_POLLS).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    })
}

struct Runner<'a> {
    gateway: Gateway<Target, Keys>,
    target: Target,
    keys: Keys,
    stage: &'a Stage,
}

impl<'a> Runner<'a> {
    fn new(case: &'a ExchangeCase) -> Result<Self, Failure> {
        let (target, keys) = (Target::default(), Keys::default());
        let gateway = Gateway::new(table(case.definition.get())?, target.clone(), keys.clone());
        Ok(Runner { gateway, target, keys, stage: &case.stage })
    }

    fn run(&self, exchange: &Exchange, number: usize) -> Result<(), Failure> {
        self.target.prepare(exchange.backend.clone());
        let request = request::build(exchange, number, self.stage, &self.keys);
        let request = request.map_err(|problem| Failure::cannot("principal", problem))?;
        let outcome = finish(self.gateway.answer(request));
        let outcome = outcome.ok_or_else(|| Failure::cannot("gateway", "it waits for something that is no port"))?;
        let calls = self.target.calls();
        check_kind(exchange, &calls)
            .and_then(|()| check_status(&exchange.expect, &outcome))
            .and_then(|()| sent::check(exchange, &calls))
            .and_then(|()| check_answer(&exchange.expect, &outcome))
            .map_err(|failure| failure.because(outcome.refusal.as_ref().map(ToString::to_string)))
    }
}

/// The table of a definition, as the router loads it.
fn table(source: &str) -> Result<Table<'static>, Failure> {
    let refused = |problems: Vec<Problem>| {
        let more = problems.len().saturating_sub(1);
        let first = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
        let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
        Failure::cannot("definition", format_args!("{first}{more}"))
    };
    let api = compile_with(source, &Options { as_aws_imports: true, ..Options::default() }).map_err(refused)?;
    let bytes = encode(&api).map_err(|error| Failure::cannot("definition", error))?;
    // A router's table lives as long as its process, and so does this one.
    Table::decode(bytes.leak()).map_err(|error| Failure::cannot("definition", error))
}

/// Whether what was called is of the kind that the case has an answer of: if not, all else is a consequence.
fn check_kind(exchange: &Exchange, calls: &[Call]) -> Result<(), Failure> {
    let stray = |call: &Call| match (&exchange.backend, call) {
        (Some(Answer::Http(_)), Call::Function(_)) => Some(("an HTTP server or AWS service", "a function")),
        (Some(Answer::Function(_)), Call::Http(_)) => Some(("a function", "an HTTP server")),
        (Some(Answer::Function(_)), Call::Service(_)) => Some(("a function", "an AWS service")),
        _ => None,
    };
    let stray = calls.iter().find_map(stray);
    stray.map_or(Ok(()), |(expected, got)| Err(Failure::differs("backend", expected, format_args!("a call of {got}"))))
}

fn check_status(expected: &Expectation, outcome: &Outcome) -> Result<(), Failure> {
    let got = outcome.response.status;
    if got == expected.status { Ok(()) } else { Err(Failure::differs("status", expected.status, got)) }
}

fn check_answer(expected: &Expectation, outcome: &Outcome) -> Result<(), Failure> {
    headers::check(&expected.headers, &outcome.response.headers)?;
    expected.body.as_ref().map_or(Ok(()), |body| body.check(&outcome.response.body))
}
