//! A function as a process of its own, held at a gate until the clock is ready.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::Instant;

use crate::failure::{Context, Result};

/// Waits for a line, then becomes the command, in the same process. Before that it has sent its output to the log and
/// said that it waits: making a process, and whatever control group it is put into meanwhile, is not the function's
/// time. What is left before its `main` is the exec.
const GATE: &str = r#"
log=$1; shift
exec 3>&1 >"$log" 2>&1
echo waiting >&3
exec 3>&-
read -r _ && exec "$@"
"#;

/// A process that ends when this is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    gate: Option<ChildStdin>,
    log: PathBuf,
}

impl Child {
    /// A process that will become `command`, with nothing but `environment`, in `directory`, writing to `log`.
    pub(crate) fn at_gate(
        command: &[&str],
        directory: &Path,
        environment: &[(String, String)],
        log: PathBuf,
    ) -> Result<Self> {
        File::create(&log).context(format_args!("cannot write {}", log.display()))?;
        let mut process = Command::new("/bin/sh")
            .args(["-c", GATE, "gate"])
            .arg(&log)
            .args(command)
            .current_dir(directory)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start /bin/sh")?;
        let (gate, says) = (process.stdin.take(), process.stdout.take());
        let child = Self { process, gate, log };
        let mut line = String::new();
        BufReader::new(says.ok_or("no pipe")?).read_line(&mut line).context("cannot read from the gate")?;
        if line.trim() == "waiting" { Ok(child) } else { Err(format!("no gate: {}", child.output()).into()) }
    }

    /// Lets it become its command; the instant is the start of the function's time.
    pub(crate) fn open_gate(&mut self) -> Result<Instant> {
        let mut gate = self.gate.take().ok_or("the gate is open already")?;
        let opened = Instant::now();
        gate.write_all(b"\n").context("cannot open the gate")?;
        Ok(opened)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<String> {
        self.process.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// CPU time of its threads so far. In nanoseconds, where `/proc/<pid>/stat` counts in hundredths of a second.
    pub(crate) fn cpu_ns(&self) -> Result<u64> {
        let mut total = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.id())).context("cannot list threads")? {
            let path = task.context("cannot list threads")?.path().join("schedstat");
            let text = fs::read_to_string(&path).context(path.display())?;
            total += text.split(' ').next().unwrap_or_default().parse::<u64>().context(path.display())?;
        }
        Ok(total)
    }

    /// The most memory it has had resident, in KiB.
    pub(crate) fn peak_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.id());
        let status = fs::read_to_string(&path).context(&path)?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        peak.trim_end_matches("kB").trim().parse().context(&path)
    }

    /// The end of what it wrote.
    pub(crate) fn output(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gated(name: &str, script: &str) -> Child {
        let log = std::env::temp_dir().join(format!("bench-child-{name}-{}", std::process::id()));
        let environment = [("ONLY".to_owned(), "this".to_owned())];
        Child::at_gate(&["/bin/sh", "-c", script], Path::new("/"), &environment, log).unwrap()
    }

    fn end(child: &mut Child) -> String {
        while child.ended().is_none() {
            std::thread::yield_now();
        }
        child.output()
    }

    #[test]
    fn nothing_of_it_runs_before_the_gate_opens() {
        let mut child = gated("gate", "echo ran; echo $ONLY$HOME");
        assert_eq!((child.ended(), child.output()), (None, String::new()));
        child.open_gate().unwrap();
        assert_eq!(end(&mut child), "ran\nthis");
        fs::remove_file(&child.log).unwrap();
    }

    #[test]
    fn its_own_work_is_what_is_counted() {
        let mut child = gated("cpu", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read -r _");
        let before = child.cpu_ns().unwrap();
        child.open_gate().unwrap();
        let mut most = before;
        while child.ended().is_none() {
            most = child.cpu_ns().map_or(most, |now| most.max(now));
        }
        assert!(most - before > 10_000_000, "{} ns", most - before);
        fs::remove_file(&child.log).unwrap();
    }
}
