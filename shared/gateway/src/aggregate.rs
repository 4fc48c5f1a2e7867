//! `x-tollgate-aggregate`: parts that are called at the same time, and their answers joined into one.
//!
//! All parts run in the request's own task: each starts as soon as those that it waits for have answered, and the time of
//! the whole is that of its slowest part, or of its slowest parts in a row. What counts as a part's failure:
//!
//! - a refusal: the backend gave nothing back, the request could not be mapped to it, or its answer to the client;
//! - an answer whose status is the part's `failsFrom` (400 where it says nothing) or above;
//! - the failure of a part that it waits for: then it is not called.

mod answers;
mod board;
mod running;

use definition::{Aggregate, AggregatePart, Integration};
use mapping::Overrides;

use crate::{
    Backends, CallProblem, GatewayRequest, GatewayResponse, MAX_PAYLOAD_BYTES, Refusal,
    exchange::Exchange,
    incoming::{self, Incoming},
    integration,
    prepared::Prepared,
};
use answers::Joined;
pub(crate) use answers::{Answers, context};
use board::Board;
use running::Running;

/// Request headers that are for one answer of one server: no part gets them, for a compressed body, a piece of one, or none
/// because the client has it already, cannot be joined.
const NOT_FOR_PARTS: [&str; 7] =
    ["accept-encoding", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"];

/// A part of an aggregate that failed, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFailure {
    /// Its name.
    pub part: String,
    /// What its integration calls, as [`Outcome::called`](crate::Outcome::called).
    pub called: Option<String>,
    /// Why.
    pub refusal: Refusal,
}

/// Calls all parts and gives the joined answer; what fails on the way is noted in `failures`.
///
/// # Errors
/// Why the first required part that failed did; those that still run are given up then, whatever their work. That the
/// answers are together larger than 6 MB, or that the response's template fails.
pub(crate) async fn answer<B: Backends>(
    aggregate: &Aggregate,
    exchange: &Exchange<'_>,
    prepared: &Prepared,
    backends: &B,
    failures: &mut Vec<PartFailure>,
) -> Result<GatewayResponse, Refusal> {
    let request = for_parts(exchange.request);
    let exchange = exchange.of_request(&request);
    let board = call_all(&aggregate.parts, &exchange, (&prepared.parts, backends), failures).await?;
    let joined = Joined::of(&aggregate.parts, board.settled()?);
    if joined.body.len() > MAX_PAYLOAD_BYTES {
        return Err(too_large());
    }
    match (&aggregate.response, &prepared.join) {
        (Some(response), Some(join)) => {
            let exchange = exchange.with_answers(board.answers(&response.reads));
            respond(join, &exchange, joined)
        }
        _ => Ok(joined.into_response()),
    }
}

async fn call_all<'a, B: Backends>(
    parts: &'a [AggregatePart],
    exchange: &Exchange<'a>,
    (prepared, backends): (&'a [Prepared], &B),
    failures: &mut Vec<PartFailure>,
) -> Result<Board<'a>, Refusal> {
    let mut board = Board::new(parts);
    let mut running = Running::default();
    loop {
        while let Some((place, part)) = board.next() {
            match (board.failed_before(part), prepared.get(place)) {
                (Some(failure), _) => board.fail(place, failure)?,
                (None, Some(prepared)) => {
                    running.add(place, call(part, prepared, (exchange, board.answers(&part.after)), backends));
                }
                (None, None) => return Err(Refusal::Configuration(format!("{} is not there", part.name))),
            }
        }
        let Some((place, outcome)) = running.next().await else { return Ok(board) };
        board.settle(place, outcome, failures)?;
    }
}

/// Calls one part, whose templates and mappings find `answers` in `$context.aggregate`.
async fn call<B: Backends>(
    part: &AggregatePart,
    prepared: &Prepared,
    (exchange, answers): (&Exchange<'_>, Answers<'_>),
    backends: &B,
) -> Result<GatewayResponse, Refusal> {
    // Parts that wait for none share what is read of the request.
    let own = (!part.after.is_empty()).then(|| exchange.with_answers(answers));
    integration::call(prepared, own.as_ref().unwrap_or(exchange), backends).await
}

fn for_parts(request: &GatewayRequest) -> GatewayRequest {
    let mut request = request.clone();
    request.headers.remove(&NOT_FOR_PARTS);
    request
}

/// The response's own status, headers and template, whose `$input` is the joined answer.
fn respond(join: &Prepared, exchange: &Exchange<'_>, joined: Joined) -> Result<GatewayResponse, Refusal> {
    let Integration::Mapped(mapped) = &join.operation.integration else {
        return Err(Refusal::Configuration("the aggregate's response is not there".to_owned()));
    };
    let GatewayResponse { headers, body, status } = joined.into_response();
    let incoming = Incoming { headers, body, selector: status.to_string() };
    incoming::map(mapped, exchange, join, (incoming, &mut Overrides::default()))
}

/// Together the answers of the parts are one answer, and bound like one.
fn too_large() -> Refusal {
    Refusal::Call(CallProblem::TooLarge)
}

#[cfg(test)]
mod servers;
#[cfg(test)]
mod tests;
