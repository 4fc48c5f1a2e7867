//! Keeps workers going, and sees to the input that one of them dies of.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    minimise::minimise,
    replay::{Failure, Limits, attempt, failure},
    targets::Target,
};

/// How often it is told how far it is.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What to look for, and how long.
pub struct Hunt {
    /// The target.
    pub target: Target,
    /// Which inputs are made.
    pub seed: u64,
    /// How many inputs in all, at most.
    pub inputs: u64,
    /// How long in all.
    pub time: Duration,
    /// How long to make a failing input smaller.
    pub minimise: Duration,
    /// What the target is allowed.
    pub limits: Limits,
    /// Inputs of the user's.
    pub files: Vec<PathBuf>,
    /// Where failing inputs go.
    pub folder: PathBuf,
}

/// An input that the target fails for.
#[derive(Debug)]
pub struct Found {
    /// How it fails.
    pub failure: Failure,
    /// Where the input is.
    pub file: PathBuf,
    /// How long it is, and how long it was before it was made smaller.
    pub bytes: (usize, usize),
    /// What the process said.
    pub said: String,
}

impl Hunt {
    /// Looks until time is over or something is found. Tells on standard output how it goes.
    ///
    /// # Errors
    /// When a process cannot begin, or a file cannot be written.
    pub fn run(&self) -> io::Result<Option<Found>> {
        fs::create_dir_all(&self.folder)?;
        let started = Instant::now();
        let mut progress = Progress { name: self.target.name, started, told: started, steps: 0, kept: 0 };
        let mut seed = self.seed;
        loop {
            let left = self.time.saturating_sub(started.elapsed());
            if let Some(found) = self.round(seed, left, &mut progress)? {
                return Ok(Some(found));
            }
            if started.elapsed() >= self.time || progress.steps >= self.inputs {
                progress.tell();
                return Ok(None);
            }
            seed = seed.wrapping_add(1);
        }
    }

    /// One worker, to its end.
    fn round(&self, seed: u64, time: Duration, progress: &mut Progress) -> io::Result<Option<Found>> {
        let scratch = Scratch::new(&self.folder, self.target.name);
        let before = progress.steps;
        let mut worker = self.spawn(seed, before, time, &scratch)?;
        if let Some(stdout) = worker.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                progress.take(before, &line?);
            }
        }
        let status = worker.wait()?;
        if status.success() {
            return Ok(None);
        }
        progress.tell();
        let said = String::from_utf8_lossy(&fs::read(&scratch.said)?).into_owned();
        let input = fs::read(&scratch.current)?;
        self.keep(&input, failure(status.code(), &said), said).map(Some)
    }

    /// Begins a worker; `before` inputs were run before it.
    fn spawn(&self, seed: u64, before: u64, time: Duration, scratch: &Scratch) -> io::Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        let options = [
            ("--seed", seed.to_string()),
            ("--inputs", self.inputs.saturating_sub(before).to_string()),
            ("--millis", time.as_millis().to_string()),
            ("--patience", self.limits.patience_s.to_string()),
            ("--memory", self.limits.memory_mb.to_string()),
        ];
        command.arg(self.target.name).arg("--worker").arg(&scratch.current);
        for (name, value) in options {
            command.arg(name).arg(value);
        }
        command
            .args(&self.files)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&scratch.said)?)
            .spawn()
    }

    /// Makes `input` smaller and writes it down.
    fn keep(&self, input: &[u8], seen: Failure, said: String) -> io::Result<Found> {
        let trial = Scratch::new(&self.folder, "trial");
        let mut trouble = None;
        let alone = self.attempt(&trial.current, input, &mut trouble);
        let wanted = alone.unwrap_or_else(|| seen.clone());
        let smallest = minimise(input, self.minimise, |input| {
            self.attempt(&trial.current, input, &mut trouble).is_some_and(|failure| failure == wanted)
        });
        if let Some(error) = trouble {
            return Err(error);
        }
        let name = format!("{}-{:08x}.input", self.target.name, crc32fast::hash(&smallest));
        let file = self.folder.join(name);
        fs::write(&file, &smallest)?;
        Ok(Found { failure: wanted, file, bytes: (smallest.len(), input.len()), said })
    }

    fn attempt(&self, file: &Path, input: &[u8], trouble: &mut Option<io::Error>) -> Option<Failure> {
        let tried = fs::write(file, input).and_then(|()| attempt(self.target.name, file, self.limits));
        tried.unwrap_or_else(|error| {
            *trouble = Some(error);
            None
        })
    }
}

/// Files that go away with the work.
struct Scratch {
    current: PathBuf,
    said: PathBuf,
}

impl Scratch {
    fn new(folder: &Path, name: &str) -> Self {
        let file = |end: &str| {
            let mut file = OsString::from(format!("{name}-{}", std::process::id()));
            file.push(end);
            folder.join(file)
        };
        Scratch { current: file(".current"), said: file(".said") }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for file in [&self.current, &self.said] {
            // It may never have been made.
            let _ = fs::remove_file(file);
        }
    }
}

struct Progress {
    name: &'static str,
    started: Instant,
    told: Instant,
    steps: u64,
    kept: u64,
}

impl Progress {
    /// Takes a worker's line: its inputs, and how many of them it kept.
    fn take(&mut self, before: u64, line: &str) {
        let mut numbers = line.split(' ').filter_map(|number| number.parse::<u64>().ok());
        let (Some(steps), Some(kept)) = (numbers.next(), numbers.next()) else { return };
        self.steps = before + steps;
        self.kept = kept;
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            self.tell();
        }
    }

    fn tell(&self) {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = if seconds > 0.0 { (self.steps as f64 / seconds).round() } else { 0.0 };
        let (name, steps, kept) = (self.name, self.steps, self.kept);
        let _ =
            writeln!(io::stdout(), "{name}: {steps} executions in {seconds:.0} s, {rate} a second, {kept} inputs kept");
    }
}
