//! One sandbox's tokens of one bucket.

use std::sync::Arc;

use super::bucket::{Take, Tat, level, shard_of, worth_ns};
use crate::{
    CounterError, Taken, Throttle,
    pauses::{FIRST_PAUSE_MS, LAST_CUT_OFF_MS, LAST_PAUSE_MS},
    quota::{Lack, Pace, Shut},
};

/// How long tokens may be kept before they are spent. So what is admitted in any t seconds was taken in t + 1 seconds, and is
/// at most burst + rate × (t + 1).
pub(crate) const BLOCK_LIFE_MS: i64 = 1_000;

/// How long an empty bucket is left alone at first.
const MOST_FILL_MS: i64 = 1_000;

/// A bucket of more requests a second than this is cut into several: its item would be written too often.
const MOST_PER_SHARD: u64 = 1_000;

const MAX_SHARDS: u64 = 64;

/// What a bucket allows whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenRule {
    pub(crate) throttle: Throttle,
    /// Hundredths of the burst that are reserved for others.
    pub(crate) reserved_percent: u64,
}

/// Tokens in hand.
#[derive(Clone, Debug)]
pub(crate) struct TokenLease {
    bucket: Arc<str>,
    rule: TokenRule,
    now: Block,
    next: Block,
    busy: bool,
    pace: Pace,
    /// How many tokens the last take was for, had there been enough.
    wanted: u64,
    known: Option<Tat>,
    shut: Option<(i64, Shut)>,
    /// Whether the bucket was seen nearly full, and has not refused since: after a pause, all of it may be used.
    bursting: bool,
    pause_ms: i64,
    shard: u64,
    used_ms: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    tokens: u64,
    expires_ms: i64,
}

impl Block {
    fn is_good(self, now_ms: i64) -> bool {
        self.tokens > 0 && now_ms < self.expires_ms
    }
}

impl TokenLease {
    /// Nothing in hand yet. `shard` spreads sandboxes over a bucket's parts.
    pub(crate) fn new(bucket: Arc<str>, rule: TokenRule, shard: u64, now_ms: i64) -> Self {
        TokenLease {
            bucket,
            rule,
            now: Block::default(),
            next: Block::default(),
            busy: false,
            pace: Pace::new(now_ms, BLOCK_LIFE_MS),
            wanted: 0,
            known: None,
            shut: None,
            bursting: false,
            pause_ms: 0,
            shard,
            used_ms: now_ms,
        }
    }

    /// The bucket's name.
    pub(crate) fn bucket(&self) -> &Arc<str> {
        &self.bucket
    }

    /// Hundredths of the burst that are not for this lease.
    pub(crate) fn reserved(&self) -> u64 {
        self.rule.reserved_percent
    }

    pub(crate) fn set_rule(&mut self, rule: TokenRule) {
        self.rule = rule;
    }

    /// Whether a token is in hand.
    pub(crate) fn has(&self, now_ms: i64) -> bool {
        self.now.is_good(now_ms) || self.next.is_good(now_ms)
    }

    /// Spends a token that is in hand.
    pub(crate) fn spend(&mut self, now_ms: i64) {
        if !self.now.is_good(now_ms) {
            self.now = std::mem::take(&mut self.next);
        }
        self.now.tokens = self.now.tokens.saturating_sub(1);
        self.pace.spend(1);
        self.used_ms = now_ms;
    }

    /// What to do while no request waits: the next block is taken before the one in hand is gone or too old.
    pub(crate) fn maintain(&mut self, now_ms: i64) -> Option<Take> {
        let open = self.shut.is_none_or(|(until_ms, _)| until_ms <= now_ms);
        let soon = Block { expires_ms: self.now.expires_ms.saturating_sub(BLOCK_LIFE_MS / 4), ..self.now };
        let low = self.pace.runs_low(self.now.tokens) || self.pace.is_steady() && !soon.is_good(now_ms);
        let used = now_ms < self.used_ms.saturating_add(BLOCK_LIFE_MS / 4);
        if self.busy || !open || !low || !used || self.next.is_good(now_ms) {
            return None;
        }
        let take = self.take(now_ms)?;
        self.busy = true;
        Some(take)
    }

    /// What to do about a token that is not in hand.
    pub(crate) fn lack(&mut self, now_ms: i64) -> Lack<Take> {
        if self.busy {
            return Lack::Wait;
        }
        if let Some((until_ms, why)) = self.shut
            && now_ms < until_ms
        {
            return Lack::Shut(why, until_ms);
        }
        let Some(take) = self.take(now_ms) else {
            return Lack::Shut(Shut::Exhausted, now_ms.saturating_add(LAST_PAUSE_MS));
        };
        self.busy = true;
        Lack::Ask(take)
    }

    /// Learns what came of a take.
    pub(crate) fn answered(&mut self, take: &Take, answer: Result<Taken, CounterError>, now_ms: i64) {
        self.busy = false;
        match answer {
            Ok(Taken { taken: true, before }) => {
                self.known = take.from(before);
                // From when it was sent: the store cannot have taken them earlier.
                let block = Block { tokens: take.tokens, expires_ms: ms(take.at_ns).saturating_add(BLOCK_LIFE_MS) };
                *if self.now.is_good(now_ms) { &mut self.next } else { &mut self.now } = block;
                self.pause_ms = 0;
                // Where the bucket is the limit, takes that come too soon are small.
                self.bursting |= self.was_nearly_full(take, before);
                let scarce = take.tokens < self.wanted && !self.bursting;
                self.shut = scarce.then(|| (now_ms.saturating_add(fill_ms(take)), Shut::Exhausted));
            }
            Ok(Taken { taken: false, before }) => self.refused(take, before, now_ms),
            Err(_) => {
                self.pause_ms = self.pause_ms.clamp(FIRST_PAUSE_MS, LAST_CUT_OFF_MS);
                self.pause(Shut::Unavailable, 0, now_ms);
            }
        }
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_spent(&self, now_ms: i64, idle_ms: i64) -> bool {
        !self.busy && now_ms >= self.used_ms.saturating_add(idle_ms)
    }

    fn part(&self) -> (u64, Throttle) {
        let shards = (self.rule.throttle.rate_limit.milli / 1000 / MOST_PER_SHARD).clamp(1, MAX_SHARDS);
        (shards, shard_of(self.rule.throttle, shards))
    }

    fn take(&mut self, now_ms: i64) -> Option<Take> {
        let (shards, throttle) = self.part();
        let open = 100u64.saturating_sub(self.rule.reserved_percent);
        let room_ns = worth_ns(throttle.burst_limit, throttle.rate_limit)? / 100 * open;
        let at_ns = ns(now_ms);
        let holds = level(room_ns, self.known, at_ns, throttle.rate_limit);
        // Three quarters, so that others find something.
        self.wanted = self.pace.next_block(now_ms);
        let tokens = self.wanted.min(holds - holds / 4).max(1);
        let cost_ns = worth_ns(tokens, throttle.rate_limit)?;
        let full = self.known.is_none_or(|tat| tat.0 < at_ns);
        let bucket =
            if shards == 1 { self.bucket.to_string() } else { format!("{}#{}", self.bucket, self.shard % shards) };
        (throttle.burst_limit > 0).then_some(Take { bucket, tokens, at_ns, cost_ns, room_ns, full })
    }

    /// Whether more than three quarters were there. Where the bucket is the limit it never fills so far: it is left alone
    /// for half the time that it takes.
    fn was_nearly_full(&self, take: &Take, before: Option<Tat>) -> bool {
        let (_, throttle) = self.part();
        let held = |tat| level(take.room_ns, tat, take.at_ns, throttle.rate_limit);
        held(before).saturating_mul(4) > held(None).saturating_mul(3)
    }

    fn refused(&mut self, take: &Take, before: Option<Tat>, now_ms: i64) {
        self.known = before;
        let (shards, throttle) = self.part();
        if level(take.room_ns, before, ns(now_ms), throttle.rate_limit) > 0 {
            return;
        }
        self.bursting = false;
        let one = worth_ns(1, throttle.rate_limit).unwrap_or(u64::MAX);
        let next = before.map_or(0, |tat| tat.0).saturating_add(one).saturating_sub(take.room_ns);
        // The millisecond in which there is one, and not the one before.
        let wait = ms(next.saturating_add(999_999)) - now_ms;
        // Another part of the bucket may hold some.
        self.shard += u64::from(shards > 1);
        if shards > 1 {
            self.known = None;
        }
        self.pause_ms = self.pause_ms.max(fill_ms(take));
        self.pause(Shut::Exhausted, wait.min(LAST_PAUSE_MS), now_ms);
    }

    fn pause(&mut self, why: Shut, least_ms: i64, now_ms: i64) {
        self.shut = Some((now_ms.saturating_add(self.pause_ms.max(least_ms)), why));
        self.pause_ms = (self.pause_ms * 2).min(LAST_PAUSE_MS);
    }
}

/// How long an empty bucket is left alone, so that the next take is worth its write: half the time in which it fills.
fn fill_ms(take: &Take) -> i64 {
    ms(take.room_ns / 2).clamp(1, MOST_FILL_MS)
}

fn ns(now_ms: i64) -> u64 {
    u64::try_from(now_ms).unwrap_or_default().saturating_mul(1_000_000)
}

fn ms(at_ns: u64) -> i64 {
    i64::try_from(at_ns / 1_000_000).unwrap_or(i64::MAX)
}
