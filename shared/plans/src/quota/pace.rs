//! How fast a sandbox spends, and how much it therefore asks for at once.

use crate::{DOUBT_MS, Standing};

/// A block is meant to last this long. A tenth of a write for each second's traffic in a sandbox: with blocks of one second
/// the 10 requests a second that a sandbox has of a key with 100 would cost 0.1 writes each, ten times too many.
pub(crate) const HORIZON_MS: i64 = 10_000;

/// The longest that a block is stretched to where very many sandboxes share a key.
const MAX_HORIZON_MS: i64 = 600_000;

/// Writes a second to one item, beyond which blocks are stretched. DynamoDB takes 1,000 units a second of one partition; at
/// this pace an item holds some 250 marks, 5 KB, so that its changes take 250.
const MOST_WRITES_A_SECOND: f64 = 50.0;

/// A block is at most so many times as large as the one before, lest one quick pair of requests take thousands of units.
const GROWTH: u64 = 8;

/// The pace of one key in one sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    since_ms: i64,
    spent: u64,
    per_ms: f64,
    measured: bool,
    block: u64,
    horizon_ms: i64,
}

impl Pace {
    /// A pace not yet known, for blocks that last `horizon_ms`.
    pub(crate) fn new(now_ms: i64, horizon_ms: i64) -> Self {
        Pace { since_ms: now_ms, spent: 0, per_ms: 0.0, measured: false, block: 0, horizon_ms }
    }

    /// This pace, carried over into another lease of the same key.
    pub(crate) fn carried_over(&self, now_ms: i64) -> Self {
        Pace { since_ms: now_ms, spent: 0, ..self.clone() }
    }

    pub(crate) fn spend(&mut self, units: u64) {
        self.spent = self.spent.saturating_add(units);
    }

    pub(crate) fn refund(&mut self, units: u64) {
        self.spent = self.spent.saturating_sub(units);
    }

    /// The size of the next block; the measurement begins anew.
    pub(crate) fn next_block(&mut self, now_ms: i64) -> u64 {
        if self.spent > 0 {
            self.per_ms = self.now_per_ms(now_ms);
            self.measured = true;
        }
        (self.since_ms, self.spent) = (now_ms, 0);
        let wanted = self.lasting();
        self.block = wanted.clamp(1, self.block.saturating_mul(GROWTH).max(1));
        self.block
    }

    /// What the coming block's time is expected to need.
    pub(crate) fn expected(&self, now_ms: i64) -> u64 {
        let elapsed = (now_ms - self.since_ms).max(1);
        // Since the last block only: a key that has fallen silent needs nothing.
        whole((self.spent as f64 / elapsed as f64 * self.horizon_ms as f64).floor())
    }

    /// Whether `hand` units will soon be gone.
    pub(crate) fn runs_low(&self, hand: u64) -> bool {
        self.block >= 4 && self.spent > 0 && hand <= self.block / 4
    }

    /// Whether a block is more than what one request needs.
    pub(crate) fn is_steady(&self) -> bool {
        self.block >= 4
    }

    /// Whether anything has been spent since the last block.
    pub(crate) fn is_in_use(&self) -> bool {
        self.spent > 0
    }

    /// How long after a lease its units are expected to be spent.
    pub(crate) fn deadline_ms(&self) -> i64 {
        self.horizon_ms + self.horizon_ms / 2
    }

    /// Lengthens blocks while the counter is written too often by all sandboxes together, and shortens them again.
    pub(crate) fn stretch(&mut self, standing: &Standing, now_ms: i64) {
        let since = u64::try_from(now_ms - DOUBT_MS).unwrap_or_default();
        // Marks younger than this are never forgotten, so this counts all sandboxes that wrote of late.
        let writers = standing.marks.iter().filter(|(_, stamp)| stamp.0 >= since).count();
        let a_second = writers as f64 * 1000.0 / DOUBT_MS as f64;
        let factor = (a_second / MOST_WRITES_A_SECOND).clamp(0.5, 2.0);
        #[allow(clippy::cast_possible_truncation, reason = "at most twice the longest horizon")]
        let stretched = (self.horizon_ms as f64 * factor) as i64;
        self.horizon_ms = stretched.clamp(HORIZON_MS, MAX_HORIZON_MS);
    }

    fn lasting(&self) -> u64 {
        whole(self.per_ms * self.horizon_ms as f64)
    }

    fn now_per_ms(&self, now_ms: i64) -> f64 {
        let measured = self.spent as f64 / (now_ms - self.since_ms).max(1) as f64;
        if self.measured { f64::midpoint(self.per_ms, measured) } else { measured }
    }
}

/// A count of units, rounded up.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float becomes the nearest u64")]
fn whole(units: f64) -> u64 {
    units.ceil().max(0.0) as u64
}
