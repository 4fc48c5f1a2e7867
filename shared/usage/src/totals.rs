//! What is counted of a record.

use serde::{Deserialize, Serialize};

use crate::Histogram;

/// What was counted. Every field only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Answers.
    pub requests: u64,
    /// Units of quota that they cost: none for one that was refused.
    pub units: u64,
    /// Bytes of the requests' bodies.
    pub bytes_in: u64,
    /// Bytes of the answers' bodies.
    pub bytes_out: u64,
    /// Answers out of the cache.
    pub cache_hits: u64,
    /// Answers that said that a throttle or quota was used up.
    pub throttled: u64,
    /// How long the answers took.
    pub latency: Histogram,
}

impl Totals {
    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Totals) {
        for (sum, more) in [
            (&mut self.requests, other.requests),
            (&mut self.units, other.units),
            (&mut self.bytes_in, other.bytes_in),
            (&mut self.bytes_out, other.bytes_out),
            (&mut self.cache_hits, other.cache_hits),
            (&mut self.throttled, other.throttled),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.latency.merge(&other.latency);
    }

    /// Whether these running totals of a sandbox are later than others of it: each answer is one request more.
    pub fn are_beyond(&self, other: &Totals) -> bool {
        self.requests > other.requests
    }

    /// Whether something can have counted so: each answer has a latency, and is at most once a hit or throttled.
    pub fn are_sane(&self) -> bool {
        let parts = [self.cache_hits, self.throttled];
        self.requests > 0
            && self.latency.count() == self.requests
            && parts.into_iter().all(|part| part <= self.requests)
    }
}
