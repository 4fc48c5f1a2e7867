//! What the figures were taken on, and how much else it had to do meanwhile.

use std::fs;
use std::thread::available_parallelism;
use std::time::Instant;

/// The kernel reports CPU time to programs in hundredths of a second, whatever it counts in itself.
const TICKS_PER_SECOND: f64 = 100.0;

/// The machine of one run.
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    /// Cores that neither the benchmark nor its functions, but something else kept busy during the run.
    pub(crate) taken: f64,
}

/// CPU time so far.
pub(crate) struct Watch {
    since: Instant,
    others_ticks: u64,
    cores: usize,
}

impl Watch {
    pub(crate) fn start() -> Self {
        let cores = available_parallelism().map_or(0, usize::from);
        Self { since: Instant::now(), others_ticks: others_ticks(), cores }
    }

    /// Unknown parts are empty: they explain figures and decide nothing.
    pub(crate) fn stop(self) -> Machine {
        let cpuinfo = read("/proc/cpuinfo");
        let cpu = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let taken_s = others_ticks().saturating_sub(self.others_ticks) as f64 / TICKS_PER_SECOND;
        Machine {
            cpu: cpu.map(|(_, name)| name.to_owned()).unwrap_or_default(),
            cores: self.cores,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            taken: taken_s / self.since.elapsed().as_secs_f64(),
        }
    }
}

impl Machine {
    /// The benchmark and a function need one core each: what goes off that, they wait for.
    pub(crate) fn was_busy(&self) -> bool {
        self.taken > 0.1
    }
}

/// What all cores have worked, less what this process and the children it has reaped have.
fn others_ticks() -> u64 {
    busy_ticks(&read("/proc/stat")).saturating_sub(own_ticks(&read("/proc/self/stat")))
}

/// User, nice, system, interrupts, and what the hypervisor gave to others; not idle nor waiting for a disk.
fn busy_ticks(stat: &str) -> u64 {
    let all = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
    let counted = all.enumerate().filter(|(at, _)| !matches!(at, 3 | 4));
    counted.filter_map(|(_, ticks)| ticks.parse::<u64>().ok()).sum()
}

/// Fields 14 to 17; the second, a name in brackets, may hold spaces.
fn own_ticks(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    after_name.split_whitespace().skip(11).take(4).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_is_no_work_and_stolen_time_is() {
        assert_eq!(busy_ticks("cpu  1 2 4 1000 1000 8 16 32 64 64\ncpu0 9 9"), 63);
        assert_eq!(own_ticks("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 100 20 3 4000 20 0"), 4123);
    }
}
