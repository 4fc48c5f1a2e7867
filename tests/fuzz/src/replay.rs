//! One process that runs a target on given inputs, and how it ended.

use std::{
    io::{self, Read as _},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// Exit status of a process that ended itself because an input took too long.
pub const STUCK: i32 = 99;

/// The stack that a target has: what a thread of ours has at least. (`std::thread`, "Stack size".)
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What a process allows its target.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds for one input.
    pub patience_s: u64,
    /// Memory for the process, in megabytes. Held on Linux alone.
    pub memory_mb: u64,
}

/// Runs `work` under `limits`, in a thread of its own. `steps` must be counted up before each input.
///
/// # Errors
/// When the thread cannot begin, or a limit cannot be set.
pub fn guarded(limits: Limits, steps: &'static AtomicU64, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    limit_memory(limits.memory_mb)?;
    thread::Builder::new().name("watch".to_owned()).spawn(move || watch(limits.patience_s, steps))?;
    let target = thread::Builder::new().name("target".to_owned()).stack_size(STACK_BYTES).spawn(work)?;
    // An assertion that failed has said so by now.
    target.join().map_err(|_| io::Error::other("the target failed"))
}

/// Ends the process when no step was taken for too long.
fn watch(patience_s: u64, steps: &AtomicU64) {
    let (mut seen, mut waited_s) = (0, 0);
    loop {
        thread::sleep(Duration::from_secs(1));
        let now = steps.load(Ordering::Relaxed);
        waited_s = if now == seen { waited_s + 1 } else { 0 };
        seen = now;
        if waited_s >= patience_s {
            eprintln!("no end after {waited_s} s");
            std::process::exit(STUCK);
        }
    }
}

#[cfg(target_os = "linux")]
fn limit_memory(megabytes: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let bytes = megabytes.saturating_mul(1 << 20);
    let limit = Rlimit { current: Some(bytes), maximum: getrlimit(Resource::As).maximum };
    Ok(setrlimit(Resource::As, limit)?)
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_: u64) -> io::Result<()> {
    Ok(())
}

/// How a process failed: two failures with the same text are taken for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

/// Runs `target` on the input in `file` in a process of its own; `None` when all is well.
///
/// # Errors
/// When the process cannot begin.
pub fn attempt(target: &str, file: &Path, limits: Limits) -> io::Result<Option<Failure>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args([target, "--replay", "--patience", &limits.patience_s.to_string()])
        .args(["--memory", &limits.memory_mb.to_string()])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_end(&mut said)?;
    }
    let status = child.wait()?;
    Ok((!status.success()).then(|| failure(status.code(), &String::from_utf8_lossy(&said))))
}

/// What the process said of its end, without what differs between two runs that end alike.
pub(crate) fn failure(code: Option<i32>, said: &str) -> Failure {
    if code == Some(STUCK) {
        return Failure("it does not come back".to_owned());
    }
    let line = |part: &str| said.lines().find(|line| line.contains(part));
    let panicked = line("panicked at").and_then(|line| line.split_once("panicked at "));
    let ended = if let Some((_, place)) = panicked {
        format!("an assertion failed at {}", place.trim_end_matches(':'))
    } else if line("has overflowed its stack").is_some() {
        "the stack is used up".to_owned()
    } else if line("memory allocation of").is_some() {
        "it asks for too much memory".to_owned()
    } else {
        format!("it ended with {}", code.map_or("a signal".to_owned(), |code| format!("status {code}")))
    };
    Failure(ended)
}
