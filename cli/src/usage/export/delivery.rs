//! Sending until everything is taken or refused, or it is no use to go on.

use std::{collections::VecDeque, time::Duration};

use gateway::{Backends, HttpAnswer};
use tokio::time::sleep;

use super::{
    event::Event,
    receiver::{Fate, Receiver, Verdict},
};

/// How often and how long it is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How often a batch is sent.
    pub(super) attempts: u32,
    /// The pause after the first attempt: half to all of it, and twice that after each further one.
    pub(super) first_pause: Duration,
    /// The longest pause, also one that the receiver asks for.
    pub(super) longest_pause: Duration,
    /// How long one attempt may take.
    pub(super) timeout_ms: u32,
}

impl Default for Patience {
    /// Five minutes of pauses at most, where the receiver asks for none.
    fn default() -> Self {
        let (first_pause, longest_pause) = (Duration::from_millis(500), Duration::from_secs(120));
        Patience { attempts: 9, first_pause, longest_pause, timeout_ms: 20_000 }
    }
}

/// One export.
pub(super) struct Delivery<'b, B> {
    receiver: Receiver,
    backends: &'b B,
    patience: Patience,
    taken: u64,
    requests: u64,
    refused: Vec<(String, String)>,
    left: u64,
    /// Why nothing more is sent.
    given_up: Option<String>,
}

impl<'b, B: Backends> Delivery<'b, B> {
    /// To a receiver.
    pub(super) fn new(receiver: Receiver, backends: &'b B, patience: Patience) -> Self {
        let (taken, requests, left) = (0, 0, 0);
        Delivery { receiver, backends, patience, taken, requests, refused: Vec::new(), left, given_up: None }
    }

    /// Sends events, batch by batch. Once it has given up, none.
    pub(super) async fn send(&mut self, events: Vec<Event>) {
        let mut waiting: VecDeque<Vec<Event>> = events.chunks(self.receiver.batch()).map(<[Event]>::to_vec).collect();
        while let Some(batch) = waiting.pop_front() {
            if self.given_up.is_some() {
                self.left += count(&batch);
                continue;
            }
            // One of them is the reason why none was taken: it is found by halves.
            for half in self.batch(batch).await.into_iter().rev() {
                waiting.push_front(half);
            }
        }
    }

    /// Sends a batch until each of it is taken or refused; what is to be sent in smaller ones.
    async fn batch(&mut self, mut batch: Vec<Event>) -> Vec<Vec<Event>> {
        for attempt in 1.. {
            let (verdict, asked) = self.attempt(&batch).await;
            let fates = match verdict {
                Verdict::Each(fates) => fates,
                Verdict::AsOne(_) if batch.len() > 1 => {
                    let later = batch.split_off(batch.len() / 2);
                    return vec![batch, later];
                }
                Verdict::AsOne(why) => vec![Fate::Refused(why)],
                Verdict::Nothing(why) => return self.give_up(&batch, why),
            };
            let Some(why) = self.settle(&mut batch, fates) else { break };
            let pause = pause(&self.patience, attempt, asked, fastrand::f64());
            match pause.filter(|_| attempt < self.patience.attempts) {
                Some(pause) => sleep(pause).await,
                None => return self.give_up(&batch, format!("{why} ({attempt} attempts)")),
            }
        }
        Vec::new()
    }

    /// What became of one attempt, and how long the receiver asks to be left alone.
    async fn attempt(&mut self, batch: &[Event]) -> (Verdict, Option<Duration>) {
        self.requests += 1;
        match self.receiver.send(self.backends, batch, self.patience.timeout_ms).await {
            Ok(answer) => (self.receiver.read(batch, &answer), retry_after(&answer)),
            // What it has done all the same, it knows again by the events' ids.
            Err(problem) => (Verdict::Each(vec![Fate::Later(problem.to_string()); batch.len()]), None),
        }
    }

    /// Notes what became of each, and leaves in the batch what is to be sent again; why, if there is any.
    fn settle(&mut self, batch: &mut Vec<Event>, fates: Vec<Fate>) -> Option<String> {
        let mut later = None;
        for (event, fate) in std::mem::take(batch).into_iter().zip(fates) {
            match fate {
                Fate::Taken => self.taken += 1,
                Fate::Refused(why) => self.refused.push((event.id, why)),
                Fate::Later(why) => {
                    later = Some(why);
                    batch.push(event);
                }
            }
        }
        later
    }

    fn give_up(&mut self, batch: &[Event], why: String) -> Vec<Vec<Event>> {
        self.left += count(batch);
        self.given_up = Some(why);
        Vec::new()
    }

    /// Tells what was taken and what was not; a failure if anything was not.
    pub(super) fn end(self, tell: impl Fn(&str)) -> Result<(), String> {
        let Delivery { taken, requests, refused, left, given_up, .. } = self;
        tell(&format!("{taken} events were taken, {} refused, {left} not sent (requests: {requests})", refused.len()));
        for (id, why) in &refused {
            tell(&format!("refused: {id}: {why}"));
        }
        match given_up {
            Some(why) => Err(format!("{why}. Export again: what was taken is known there and changes nothing")),
            None if refused.is_empty() => Ok(()),
            None => Err(format!("{} events were refused: mend what stands above and export again", refused.len())),
        }
    }
}

fn count(batch: &[Event]) -> u64 {
    u64::try_from(batch.len()).unwrap_or(u64::MAX)
}

/// `Retry-After` in seconds. (RFC 9110, section 10.2.3; a date there is read as no wish.)
fn retry_after(answer: &HttpAnswer) -> Option<Duration> {
    answer.headers.get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

/// How long to wait after an attempt, `random` from 0 to 1: what the receiver asks for, or half to all of what doubles each time.
/// Nothing where it asks for longer than there is patience.
pub(super) fn pause(patience: &Patience, attempt: u32, asked: Option<Duration>, random: f64) -> Option<Duration> {
    let doubled = patience.first_pause.saturating_mul(1 << (attempt - 1).min(16)).min(patience.longest_pause);
    let own = doubled.mul_f64(0.5 + random / 2.0);
    match asked {
        Some(asked) if asked > patience.longest_pause => None,
        asked => Some(asked.map_or(own, |asked| asked.max(own))),
    }
}
