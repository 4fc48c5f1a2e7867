//! The Lambda Runtime API for one function: hands out one event as often as ordered, takes the clock on the way out and
//! on the way in, and checks every answer.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
//!
//! The thread that reads the function's connection also writes to it and reads the clock; who ordered the invocations
//! sleeps meanwhile. So the figures hold one wake-up of the function and one of the benchmark, and nothing else.

use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::expected::Expected;
use crate::failure::Result;
use crate::http::{Connection, Request, response};
use crate::server::Server;

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";
/// One connection is what `lambda_runtime` keeps; it opens a second when the first is still busy with an answer.
const CONNECTIONS: usize = 4;
/// What the functions are deployed with, and how long the benchmark waits for one answer.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// One invocation as the Runtime API saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trip {
    pub(crate) sent: Instant,
    pub(crate) answered: Instant,
}

/// The Runtime API of one function.
pub(crate) struct RuntimeApi {
    server: Server,
    session: Arc<Session>,
}

struct Session {
    event: Vec<u8>,
    expected: Expected,
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    ordered: usize,
    handed_out: usize,
    in_flight: Option<(String, Instant)>,
    /// The function waits for its next event.
    idle: bool,
    trips: Vec<Trip>,
    failure: Option<String>,
    closed: bool,
}

impl RuntimeApi {
    pub(crate) fn start(event: &[u8], expected: &Expected) -> Result<Self> {
        let session = Arc::new(Session {
            event: event.to_vec(),
            expected: expected.clone(),
            progress: Mutex::default(),
            changed: Condvar::new(),
        });
        let served = Arc::clone(&session);
        let server = Server::start(CONNECTIONS, move |stream| served.serve(stream))?;
        Ok(Self { server, session })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port())
    }

    /// Invokes the function `count` times, one after another, and waits until it asks for yet another event: what it
    /// does after an answer belongs to that answer.
    ///
    /// `ended` says whether and how the function's process has ended.
    pub(crate) fn invoke(&self, count: usize, mut ended: impl FnMut() -> Option<String>) -> Result<Vec<Trip>> {
        let mut progress = self.session.lock();
        progress.ordered += count;
        progress.idle = false;
        self.session.changed.notify_all();
        let (mut answers, mut since) = (0, Instant::now());
        loop {
            if let Some(failure) = progress.failure.take() {
                return Err(failure.into());
            }
            if progress.trips.len() >= count && progress.idle {
                return Ok(std::mem::take(&mut progress.trips));
            }
            if let Some(end) = ended() {
                return Err(format!("it ended ({end}) after {} of {count} answers", progress.trips.len()).into());
            }
            if progress.trips.len() > answers {
                (answers, since) = (progress.trips.len(), Instant::now());
            }
            if since.elapsed() > FUNCTION_TIMEOUT {
                return Err(format!("no answer for {FUNCTION_TIMEOUT:?}, after {answers} of {count}").into());
            }
            let waited = self.session.changed.wait_timeout(progress, Duration::from_millis(50));
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.session.lock().closed = true;
        self.session.changed.notify_all();
    }
}

impl Session {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when the function hangs up, which it also does when it is killed.
    fn serve(&self, stream: TcpStream) {
        let mut connection = Connection::new(stream);
        while let Ok(Some(request)) = connection.next_request() {
            let read = Instant::now();
            if self.handle(&mut connection, &request, read).is_none() {
                return;
            }
        }
    }

    fn handle(&self, connection: &mut Connection<TcpStream>, request: &Request, read: Instant) -> Option<()> {
        let answer =
            match request.path().strip_prefix(INVOCATION).map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
                Some(("next", _)) => return self.hand_out(connection),
                Some((id, "response")) => self.take_answer(id, request, read),
                Some((_, "error")) => self.fail("answered with an invocation error", request),
                _ if request.path() == INIT_ERROR => self.fail("reported an init error", request),
                // The Extensions API and what else a runtime may try: not served, as on a runtime without it.
                _ => response("404 Not Found", &[], b""),
            };
        connection.send(&answer).ok()
    }

    /// Answers `next` as soon as an invocation is ordered. The clock starts when the event is ready to be written.
    fn hand_out(&self, connection: &mut Connection<TcpStream>) -> Option<()> {
        let mut progress = self.lock();
        while progress.handed_out == progress.ordered {
            if progress.closed {
                return None;
            }
            if !progress.idle {
                progress.idle = true;
                self.changed.notify_all();
            }
            progress = self.changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        progress.handed_out += 1;
        progress.idle = false;
        let id = format!("8476a536-e9f4-11e8-9739-{:012x}", progress.handed_out);
        let event = invocation(&id, &self.event);
        progress.in_flight = Some((id, Instant::now()));
        drop(progress);
        connection.send(&event).ok()
    }

    fn take_answer(&self, id: &str, request: &Request, answered: Instant) -> Vec<u8> {
        if let Err(difference) = self.expected.check(&request.body) {
            return self.fail(&difference, request);
        }
        let mut progress = self.lock();
        match progress.in_flight.take() {
            Some((expected, sent)) if expected == id => progress.trips.push(Trip { sent, answered }),
            _ => {
                drop(progress);
                return self.fail(&format!("answered invocation {id}, which was not asked"), request);
            }
        }
        response("202 Accepted", &[], b"")
    }

    fn fail(&self, what: &str, request: &Request) -> Vec<u8> {
        let mut progress = self.lock();
        let came = String::from_utf8_lossy(&request.body);
        progress.failure.get_or_insert_with(|| format!("{what}; what came: {came}"));
        self.changed.notify_all();
        response("202 Accepted", &[], b"")
    }
}

fn invocation(id: &str, event: &[u8]) -> Vec<u8> {
    let deadline_ms = (epoch() + FUNCTION_TIMEOUT).as_millis().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", &deadline_ms),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
    ];
    response("200 OK", &headers, event)
}

#[expect(clippy::disallowed_methods, reason = "the Runtime API is an edge: a deadline is a time of day")]
fn epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests;
