//! The loop: an input, the target, what it did; then the next input.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::{
    corpus::Seed,
    mutate, novelty,
    random::Random,
    replay::{Limits, guarded},
    targets::Target,
};

/// How many inputs are kept at most.
const MAX_KEPT: usize = 4_000;

/// Inputs since this process began.
static STEPS: AtomicU64 = AtomicU64::new(0);

/// What one worker is to do.
pub struct Round {
    /// The target.
    pub target: Target,
    /// Which inputs it makes.
    pub seed: u64,
    /// How many inputs at most.
    pub inputs: u64,
    /// How long, unless the round is full before.
    pub time: Duration,
    /// What it allows the target.
    pub limits: Limits,
    /// Inputs of the user's, which are run first.
    pub own: Vec<Seed>,
}

/// Runs it. Each input is written to `current` before the target sees it, and stays there when this process dies of it.
/// Tells once a second on standard output how many inputs there were and how many of them were kept.
///
/// # Errors
/// When the target failed, or `current` cannot be written.
pub fn run(round: Round, current: &Path) -> io::Result<()> {
    let mut current = Current(File::create(current)?);
    guarded(round.limits, &STEPS, move || {
        let mut random = Random::new(round.seed);
        let mut kept: Vec<Vec<u8>> = Vec::new();
        let mut seen = BTreeSet::new();
        let own = round.own.into_iter().chain((round.target.seeds)());
        let mut first = own.map(|seed| seed.bytes).collect::<Vec<_>>().into_iter();
        let mut clock = Clock::start(round.time);
        let mut steps = 0;
        while steps < round.inputs && clock.goes_on(steps, kept.len()) {
            let given = first.next();
            let is_seed = given.is_some();
            let input = given.unwrap_or_else(|| mutate::next(&mut random, &kept, round.target.words));
            current.write(&input);
            steps = STEPS.fetch_add(1, Ordering::Relaxed) + 1;
            (round.target.run)(&input);
            let before = seen.len();
            seen.append(&mut novelty::take());
            if (is_seed || seen.len() > before) && kept.len() < MAX_KEPT {
                kept.push(input);
            }
        }
        clock.tell(steps, kept.len());
    })
}

/// The input that runs now, as a file.
struct Current(File);

impl Current {
    /// A file that cannot be written costs the input of a crash, and no more.
    fn write(&mut self, input: &[u8]) {
        let written =
            self.0.rewind().and_then(|()| self.0.write_all(input)).and_then(|()| self.0.set_len(input.len() as u64));
        if let Err(error) = written {
            eprintln!("the input is not kept: {error}");
        }
    }
}

struct Clock {
    started: Instant,
    time: Duration,
    told: u64,
}

impl Clock {
    fn start(time: Duration) -> Self {
        Clock { started: Instant::now(), time, told: 0 }
    }

    /// Whether there is time left.
    fn goes_on(&mut self, steps: u64, kept: usize) -> bool {
        let elapsed = self.started.elapsed();
        if elapsed.as_secs() > self.told {
            self.told = elapsed.as_secs();
            self.tell(steps, kept);
        }
        elapsed < self.time
    }

    fn tell(&self, steps: u64, kept: usize) {
        // Whoever reads it may have gone.
        let _ = writeln!(io::stdout(), "{steps} {kept}");
    }
}
