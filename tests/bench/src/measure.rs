//! The two measurements: starts and round trips. The rows take turns, so that whatever else the machine does falls on
//! all of them alike and their ratios hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cgroup::{Cgroups, Group};
use crate::child::Child;
use crate::failure::{Context, Result};
use crate::pin;
use crate::runtime_api::{RuntimeApi, Trip};
use crate::standin::Standin;
use crate::stats::{Samples, ms};
use crate::subjects::{Backend, Subject};

/// Requests in one turn of a row: long enough for caches and branch predictors to settle, short against the whole.
pub(crate) const TURN: usize = 200;

/// One subject over one transport, and where its parts are.
pub(crate) struct Row<'a> {
    pub(crate) subject: &'a Subject,
    /// Where the function looks for what is packed beside it.
    pub(crate) task_root: PathBuf,
    pub(crate) standin: &'a Standin,
    /// Holds `bootstrap` and what is packed beside it.
    pub(crate) directory: PathBuf,
    pub(crate) log: PathBuf,
}

/// From the gate to the first answer.
#[derive(Default)]
pub(crate) struct Starts {
    pub(crate) ms: Samples,
    pub(crate) cpu_ms: Samples,
    /// In how many starts the group was stopped at least once.
    pub(crate) stopped: usize,
}

/// Round trips of a function that runs.
#[derive(Default)]
pub(crate) struct Trips {
    pub(crate) us: Samples,
    cpu_ns: u64,
    calls: usize,
    requests: usize,
    pub(crate) peak_kib: u64,
}

impl Trips {
    pub(crate) fn cpu_us_per_request(&self) -> f64 {
        Duration::from_nanos(self.cpu_ns).as_secs_f64() * 1e6 / self.requests as f64
    }

    pub(crate) fn calls_per_request(&self) -> f64 {
        self.calls as f64 / self.requests as f64
    }
}

impl Row<'_> {
    fn bootstrap(&self) -> PathBuf {
        self.directory.join("bootstrap")
    }

    pub(crate) fn size_bytes(&self) -> Result<u64> {
        let path = self.bootstrap();
        Ok(fs::metadata(&path).context(path.display())?.len())
    }

    fn at_gate(&self) -> Result<Running<'_>> {
        let subject = self.subject;
        let api = RuntimeApi::start(subject.event.as_bytes(), &subject.expected)?;
        let bootstrap = self.bootstrap();
        let command = bootstrap.to_str().ok_or("the path of a function is not Unicode")?;
        let child = Child::at_gate(&[command], &self.directory, &self.environment(&api), self.log.clone())?;
        Ok(Running { row: self, child, api })
    }

    /// What Lambda sets, what the stack sets, and the way to the stand-in.
    fn environment(&self, api: &RuntimeApi) -> Vec<(String, String)> {
        let name = self.subject.binary;
        let (api, group) = (api.address(), format!("/aws/lambda/{name}"));
        let root = self.task_root.display().to_string();
        let of_lambda = [
            ("AWS_LAMBDA_RUNTIME_API", api.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/03/10/[$LATEST]0123456789abcdef0123456789abcdef"),
            ("LAMBDA_TASK_ROOT", &root),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_SESSION_TOKEN", "bench"),
        ];
        let fixed = of_lambda.iter().chain(self.subject.settings);
        let fixed = fixed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        fixed.chain(self.standin.environment()).collect()
    }
}

/// A function and the Runtime API it talks to. The function is dropped first: the other end would only hang up on it.
struct Running<'a> {
    row: &'a Row<'a>,
    child: Child,
    api: RuntimeApi,
}

impl Running<'_> {
    /// Invokes it, and makes sure that the answers were what they claim to be.
    fn invoke(&mut self, count: usize) -> Result<(Vec<Trip>, usize)> {
        let standin = self.row.standin;
        let before = standin.served();
        let trips = self.api.invoke(count, || self.child.ended());
        let calls = standin.served() - before;
        let trips = match (trips, standin.take_refused()) {
            (Ok(trips), None) => trips,
            (Ok(_), Some(refused)) => return Err(self.failure(&refused)),
            (Err(error), refused) => {
                return Err(self.failure(&format!("{error}\n{}", refused.unwrap_or_default())));
            }
        };
        Ok((trips, calls))
    }

    fn failure(&self, what: &str) -> Box<dyn std::error::Error + Send + Sync> {
        let label = self.row.subject.label;
        format!("{label} ({:?}): {what}\nwhat it wrote:\n{}", self.row.standin.transport, self.child.output()).into()
    }
}

/// One start into one first answer, in a group if it is to be held.
fn start(row: &Row<'_>, group: Option<&Group>, into: &mut Starts) -> Result<()> {
    let mut running = row.at_gate()?;
    if let Some(group) = group {
        group.add(running.child.id())?;
    }
    let cpu_before = running.child.cpu_ns()?;
    let opened = running.child.open_gate()?;
    let (trips, calls) = running.invoke(1)?;
    if row.subject.backend == Backend::Aws && calls == 0 {
        return Err(running.failure("it answered without asking AWS, which is not the answer to be measured"));
    }
    let first = trips.first().ok_or("no answer")?;
    into.ms.push(ms(first.answered - opened));
    into.cpu_ms.push(ms(Duration::from_nanos(running.child.cpu_ns()? - cpu_before)));
    if let Some(group) = group {
        into.stopped += usize::from(group.throttled()? > 0);
    }
    Ok(())
}

/// One start of each row, in a fresh group of its own if held to 1/14 of a core in periods of that length.
pub(crate) fn start_each(rows: &[Row<'_>], held: Option<(&Cgroups, Duration)>, into: &mut [Starts]) -> Result<()> {
    for (row, into) in rows.iter().zip(into) {
        let group = held.map(|(cgroups, period)| cgroups.group(period)).transpose()?;
        start(row, group.as_ref(), into)?;
    }
    Ok(())
}

/// Round trips of all rows in turn, `turn` at a time, each in one process that has been warmed up, all on one core from
/// here on.
pub(crate) fn trips(rows: &[Row<'_>], requests: usize, turn: usize) -> Result<Vec<Trips>> {
    pin::to_one_core()?;
    let mut running = rows.iter().map(Row::at_gate).collect::<Result<Vec<_>>>()?;
    for running in &mut running {
        running.child.open_gate()?;
        running.invoke(turn)?;
    }
    let mut all: Vec<Trips> = rows.iter().map(|_| Trips::default()).collect();
    for _ in 0..requests.div_ceil(turn) {
        for (running, into) in running.iter_mut().zip(&mut all) {
            let cpu_before = running.child.cpu_ns()?;
            let (trips, calls) = running.invoke(turn)?;
            into.cpu_ns += running.child.cpu_ns()? - cpu_before;
            into.calls += calls;
            into.requests += trips.len();
            trips.iter().for_each(|trip| into.us.push(ms(trip.answered - trip.sent) * 1e3));
        }
    }
    for (running, into) in running.iter().zip(&mut all) {
        into.peak_kib = running.child.peak_kib()?;
    }
    Ok(all)
}

/// A directory for logs and certificates, gone when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("tollgate-bench-{}", std::process::id()));
        fs::create_dir_all(&path).context(path.display())?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
