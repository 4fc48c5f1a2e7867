//! An aggregate beside its slowest part: a server that answers after as long as it is told, called by the benchmark itself,
//! through the router alone, and as the slowest of ten parts, all on one core.

use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::expected::Expected;
use crate::failure::{Context, Result};
use crate::http::{Connection, response};
use crate::measure::{self, Row};
use crate::server::Server;
use crate::standin::Standin;
use crate::stats::{Samples, ms};
use crate::subjects::{Backend, ROUTER_SETTINGS, Subject, Table};
use crate::tables;

/// As many parts as an aggregate may have.
const PARTS: u32 = 10;
/// What each part waits longer than the one before it. The slowest comes last: it starts when all others have.
const STEP_MS: u32 = 2;
const SLOWEST_MS: u32 = PARTS * STEP_MS;
/// What an aggregate may take beyond its slowest part, where the router calls that one alone.
const TARGET_MS: f64 = 1.0;
/// Requests to each. Nearly all of their time is the server's wait.
const REQUESTS: usize = 200;
/// Requests in one turn: a fifth of a second.
const TURN: usize = 10;
/// More than the router keeps open at once, twice.
const CONNECTIONS: usize = 24;

/// Round trips in milliseconds.
pub(crate) struct Aggregates {
    /// The server, called by the benchmark.
    pub(crate) alone: Samples,
    /// The same, called by the router.
    pub(crate) routed: Samples,
    /// The aggregate.
    pub(crate) joined: Samples,
}

impl Aggregates {
    /// What the median aggregate takes beyond the median of its slowest part, where the router calls that one alone.
    fn beyond_ms(&self) -> f64 {
        self.joined.percentile(50) - self.routed.percentile(50)
    }

    pub(crate) fn misses_target(&self) -> bool {
        self.beyond_ms() > TARGET_MS
    }

    /// The names of its rows, with their round trips.
    pub(crate) fn rows(&self) -> [(String, &Samples); 3] {
        [
            (format!("a server that answers after {SLOWEST_MS} ms"), &self.alone),
            ("the router with it as its backend".to_owned(), &self.routed),
            (format!("the router with an aggregate, it the slowest of {PARTS} parts"), &self.joined),
        ]
    }

    pub(crate) fn verdict(&self) -> String {
        let verdict = if self.misses_target() { "missed" } else { "met" };
        format!(
            "The aggregate takes its slowest part and {:.2} ms (target < {TARGET_MS:.0}: {verdict}).",
            self.beyond_ms()
        )
    }
}

/// Measures them; every thread of this process is on one core from here on.
pub(crate) fn measure(directory: &Path, scratch: &Path, standin: &Standin) -> Result<Aggregates> {
    let server = Server::start(CONNECTIONS, serve)?;
    let url = |ms: u32| format!("http://127.0.0.1:{}/{ms}", server.port());
    let subjects =
        [subject("router, one slow backend", "{\"ms\":20}"), subject("router, aggregate", "\"part10\":{\"ms\":20}")];
    let integration = |ms: u32| format!("{{type: http_proxy, httpMethod: GET, uri: '{}'}}", url(ms));
    let mut parts = String::new();
    for part in 1..=PARTS {
        let _ = write!(parts, "part{part}: {{integration: {}}}, ", integration(part * STEP_MS));
    }
    let operations = [
        format!("x-tollgate-path: dispatched\n      x-amazon-apigateway-integration: {}", integration(SLOWEST_MS)),
        format!("x-tollgate-aggregate: {{parts: {{{parts}}}}}"),
    ];
    let row = |(number, (subject, operation)): (usize, (_, &String))| {
        let task_root = scratch.join(format!("aggregate-{number}"));
        let source = format!("openapi: 3.0.3\npaths:\n  /health:\n    get:\n      {operation}\n");
        tables::write_source(&task_root, &source)?;
        let log = scratch.join(format!("aggregate-{number}.log"));
        Ok(Row { subject, task_root, standin, directory: directory.to_owned(), log })
    };
    let rows = subjects.iter().zip(&operations).enumerate().map(row).collect::<Result<Vec<_>>>()?;
    eprintln!("{REQUESTS} round trips of an aggregate and of its slowest part");
    let mut in_ms = measure::trips(&rows, REQUESTS, TURN)?.into_iter().map(|trips| trips.us.map(|us| us / 1e3));
    let (routed, joined) = in_ms.next().zip(in_ms.next()).ok_or("no round trips")?;
    Ok(Aggregates { alone: alone(server.port())?, routed, joined })
}

fn subject(label: &'static str, piece: &'static str) -> Subject {
    Subject {
        label,
        binary: "router",
        packed: "router",
        event: include_str!("../../../events/router/http-api-mock.json"),
        expected: Expected::status(200, piece),
        backend: Backend::Nothing,
        settings: ROUTER_SETTINGS,
        table: Table::Packed,
        target_ms: None,
    }
}

/// Answers `/{ms}` after so many milliseconds.
fn serve(stream: TcpStream) {
    let mut connection = Connection::new(stream);
    while let Ok(Some(request)) = connection.next_request() {
        let ms: u64 = request.path().trim_start_matches('/').parse().unwrap_or_default();
        thread::sleep(Duration::from_millis(ms));
        let body = format!("{{\"ms\":{ms}}}");
        let answer = response("200 OK", &[("content-type", "application/json")], body.as_bytes());
        if connection.send(&answer).is_err() {
            return;
        }
    }
}

/// Round trips to the slowest part, without a router.
fn alone(port: u16) -> Result<Samples> {
    let stream = TcpStream::connect(("127.0.0.1", port)).context("cannot reach the server")?;
    stream.set_nodelay(true).context("cannot send at once")?;
    let mut connection = Connection::new(stream);
    let request = format!("GET /{SLOWEST_MS} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    let mut samples = Samples::default();
    for _ in 0..REQUESTS {
        let sent = Instant::now();
        connection.send(request.as_bytes()).context("cannot send")?;
        // An answer is framed like a request.
        let answer = connection.next_request().context("cannot read")?.ok_or("the server hung up")?;
        samples.push(ms(sent.elapsed()));
        if answer.body != format!("{{\"ms\":{SLOWEST_MS}}}").as_bytes() {
            return Err("the server answered otherwise than it was told".into());
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(ms: f64) -> Samples {
        let mut samples = Samples::default();
        samples.push(ms);
        samples
    }

    #[test]
    fn an_aggregate_is_held_to_its_slowest_part_and_a_millisecond() {
        let of = |joined| Aggregates { alone: samples(20.1), routed: samples(20.2), joined: samples(joined) };
        assert!(!of(21.1).misses_target());
        assert!(of(21.3).misses_target());
        assert_eq!(of(20.7).verdict(), "The aggregate takes its slowest part and 0.50 ms (target < 1: met).");
    }
}
