//! Keeps the benchmark and what it starts on one core.
//!
//! Round trips need it: a wake-up on another core costs more than the router itself, and whether there is one is the
//! scheduler's mood. The same function then takes 100 µs in one run and 200 in the next; on one core, 98 or 100. Starts
//! are left alone: on Lambda, too, the other ends of a function's connections run elsewhere.

use crate::failure::Result;

/// Moves every thread of this process to the last core it may use; those that are started later inherit it, and so do
/// child processes. The first core is the one that tends to serve interrupts.
#[cfg(target_os = "linux")]
pub(crate) fn to_one_core() -> Result<()> {
    use rustix::process::Pid;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    use crate::failure::Context;

    let allowed = sched_getaffinity(None).context("cannot read which cores may be used")?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|core| allowed.is_set(*core)).ok_or("no core may be used")?;
    let mut one = CpuSet::new();
    one.set(last);
    for task in std::fs::read_dir("/proc/self/task").context("cannot list threads")? {
        let name = task.context("cannot list threads")?.file_name();
        let id =
            name.to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw).ok_or("a thread has no id")?;
        match sched_setaffinity(Some(id), &one) {
            // It has ended since it was listed.
            Err(rustix::io::Errno::SRCH) => {}
            outcome => outcome.context("cannot keep a thread on one core")?,
        }
    }
    Ok(())
}

/// Nothing here can be measured without Linux.
#[cfg(not(target_os = "linux"))]
pub(crate) fn to_one_core() -> Result<()> {
    Err("the benchmark runs on Linux alone".into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::thread::sched_getaffinity;

    #[test]
    fn threads_of_before_and_after_share_the_core() {
        let (ask, asked) = std::sync::mpsc::channel::<()>();
        let before = std::thread::spawn(move || {
            let _ = asked.recv();
            sched_getaffinity(None).unwrap().count()
        });
        to_one_core().unwrap();
        drop(ask);
        let after = std::thread::spawn(|| sched_getaffinity(None).unwrap().count());
        assert_eq!((before.join().unwrap(), after.join().unwrap()), (1, 1));
    }
}
