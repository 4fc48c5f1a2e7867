//! The bucket: GCRA, which needs one number. (ITU-T I.371, "virtual scheduling"; the number is its theoretical arrival time.)
//!
//! A token is worth the time in which it flows in. Taking tokens moves the arrival time on by their worth, from now if the
//! bucket was full; it may lie ahead of now by no more than the whole bucket is worth. Takes add up and commute: no writer
//! depends on what another has just written, so that none is turned away for having read too early, as with
//! compare-and-swap.

use crate::{Rate, Throttle};

/// When the bucket will be full again: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tat(pub u64);

/// Tokens to be taken out of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// The bucket's name.
    pub bucket: String,
    /// How many.
    pub tokens: u64,
    /// Now, by the taker's clock, in nanoseconds since 1970.
    pub at_ns: u64,
    /// What the tokens are worth.
    pub cost_ns: u64,
    /// What the bucket is worth, without what is reserved for others.
    pub room_ns: u64,
    /// Whether the bucket is thought to be full.
    pub full: bool,
}

impl Take {
    /// The bucket after the take, if it allows it; a bucket that nobody has touched is full.
    pub fn from(&self, before: Option<Tat>) -> Option<Tat> {
        let start = before.map_or(self.at_ns, |tat| tat.0.max(self.at_ns));
        let after = start.checked_add(self.cost_ns)?;
        (after <= self.latest()).then_some(Tat(after))
    }

    /// The latest arrival time that a take may leave.
    pub fn latest(&self) -> u64 {
        self.at_ns.saturating_add(self.room_ns)
    }

    /// When nobody needs the bucket any more, in seconds since 1970: full again, and a day for clocks that differ.
    pub fn expires_at_s(&self) -> u64 {
        self.latest() / 1_000_000_000 + 86_400
    }
}

/// What `tokens` are worth, rounded up; nothing where the rate is zero.
pub(crate) fn worth_ns(tokens: u64, rate: Rate) -> Option<u64> {
    let thousandths = u128::from(tokens) * 1_000_000_000_000;
    u64::try_from(thousandths.checked_add(u128::from(rate.milli).saturating_sub(1))?.checked_div(rate.milli.into())?)
        .ok()
}

/// How many whole tokens a bucket holds for whoever may use `room_ns` of it.
pub(crate) fn level(room_ns: u64, tat: Option<Tat>, now_ns: u64, rate: Rate) -> u64 {
    let ahead = tat.map_or(0, |tat| tat.0.saturating_sub(now_ns));
    let free = u128::from(room_ns.saturating_sub(ahead)) * u128::from(rate.milli) / 1_000_000_000_000;
    u64::try_from(free).unwrap_or(u64::MAX)
}

/// A throttle's part for one of `shards` equal buckets.
pub(crate) fn shard_of(throttle: Throttle, shards: u64) -> Throttle {
    let shards = shards.max(1);
    Throttle {
        rate_limit: Rate { milli: throttle.rate_limit.milli / shards },
        burst_limit: throttle.burst_limit / shards,
    }
}
