//! What is tried again, how often and when.

use std::{error::Error, time::Duration};

use gateway::CallProblem;
use tokio::time::{Instant, sleep, timeout_at};

use crate::chain;

/// At most two repeats.
const MAX_ATTEMPTS: u32 = 3;

/// The first pause is half to all of this long, and each further one twice that.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What came of one attempt.
pub(crate) enum Attempt<T> {
    /// It is the last one.
    Final(Result<T, CallProblem>),
    /// Nothing was carried out: another one does no harm, and may do better.
    Repeatable(Result<T, CallProblem>),
    /// The service takes these credentials no longer, and says so by a code.
    Expired(String, Result<T, CallProblem>),
}

impl<T> Attempt<T> {
    /// What `result` is, if the service answered with this status and, if it is an error, this code.
    pub(crate) fn of(status: u16, code: Option<&str>, result: Result<T, CallProblem>) -> Self {
        match code {
            Some(code) if EXPIRED.contains(&code) => Attempt::Expired(code.to_owned(), result),
            code if throttled(status, code) => Attempt::Repeatable(result),
            _ => Attempt::Final(result),
        }
    }
}

/// What a service says of credentials that have expired or were taken back. (IAM user guide, `troubleshoot_general`.)
const EXPIRED: [&str; 4] =
    ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"];

/// When a call that begins now must have ended.
pub(crate) fn deadline(timeout_ms: u32) -> Instant {
    Instant::now() + Duration::from_millis(u64::from(timeout_ms))
}

/// Makes attempts until one is final, three were made, or the next one would begin after `deadline`; what the last one
/// gave, and how many there were. A problem says so too, if there was more than one.
pub(crate) async fn repeat<T, F>(deadline: Instant, mut attempt: impl FnMut() -> F) -> (Result<T, CallProblem>, u32)
where
    F: Future<Output = Attempt<T>>,
{
    let mut made = 0;
    let ended = timeout_at(deadline, async {
        loop {
            made += 1;
            let result = match attempt().await {
                Attempt::Final(result) | Attempt::Expired(_, result) => return result,
                Attempt::Repeatable(result) => result,
            };
            let pause = pause(made);
            if made == MAX_ATTEMPTS || Instant::now() + pause >= deadline {
                return result;
            }
            sleep(pause).await;
        }
    });
    let result = ended.await.unwrap_or(Err(CallProblem::Timeout));
    (result.map_err(|problem| counted(problem, made)), made)
}

/// Random in its second half, so that those who were refused together do not come back together.
fn pause(made: u32) -> Duration {
    FIRST_PAUSE * (1 << (made - 1)) / 100 * fastrand::u32(50..=100)
}

fn counted(problem: CallProblem, made: u32) -> CallProblem {
    match problem {
        CallProblem::Unreachable(why) if made > 1 => CallProblem::Unreachable(format!("{why} ({made} attempts)")),
        CallProblem::Refused(why) if made > 1 => CallProblem::Refused(format!("{why} ({made} attempts)")),
        CallProblem::Timeout if made > 1 => CallProblem::TimeoutAfter(made),
        problem => problem,
    }
}

/// Whether a service that answers so has not carried the call out, as too much is asked of it: 429, or 400 and 503 with a
/// code that says so. (AWS SDKs and tools reference guide, `feature-retry-behavior`.)
fn throttled(status: u16, code: Option<&str>) -> bool {
    const CODES: [&str; 11] = [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "SlowDown",
    ];
    status == 429 || (matches!(status, 400 | 503) && code.is_some_and(|code| CODES.contains(&code)))
}

/// What an HTTP client's error makes of an attempt: it may be made again where nothing was sent.
pub(crate) fn unreachable<T>(error: &(dyn Error + 'static)) -> Attempt<T> {
    let problem = Err(CallProblem::Unreachable(chain(error)));
    if never_connected(error) { Attempt::Repeatable(problem) } else { Attempt::Final(problem) }
}

/// Whether an HTTP client's error says that there was no connection to send anything over. A certificate that was refused
/// will be refused again, so it does not count.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let links = || std::iter::successors(Some(error), |error| cause(*error));
    let connecting = links().any(|link| {
        let client = link.downcast_ref::<hyper_util::client::legacy::Error>();
        client.is_some_and(hyper_util::client::legacy::Error::is_connect)
    });
    connecting && !links().any(<dyn Error>::is::<rustls::Error>)
}

/// An I/O error's source is its payload's source: the payload itself would be left out.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>() {
        Some(error) => error.get_ref().map(|payload| payload as &(dyn Error + 'static)),
        None => error.source(),
    }
}
