//! Latencies, counted in buckets whose bounds grow by a constant factor, so that any quantile is known within one per cent of
//! its value and two histograms add up to what one would have counted.
//! (Masson, Rim, Lee: *DDSketch*, VLDB 2019, section 2.1.)

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The relative error of a quantile.
const ERROR: f64 = 0.01;

/// A bucket's upper bound over its lower one.
const FACTOR: f64 = (1.0 + ERROR) / (1.0 - ERROR);

/// The longest that is told apart: an hour, in microseconds. Its bucket is number 1,100.
const MAX_MICROS: u64 = 3_600_000_000;

/// Latencies in microseconds, each in the bucket whose number is its logarithm; only buckets in use are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram(BTreeMap<u16, u64>);

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, micros: u64) {
        let count = self.0.entry(bucket(micros)).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts what another has counted.
    pub fn merge(&mut self, other: &Histogram) {
        for (bucket, more) in &other.0 {
            let count = self.0.entry(*bucket).or_default();
            *count = count.saturating_add(*more);
        }
    }

    /// How many it has counted.
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The latency, in microseconds, that `per_mille` of a thousand do not exceed; none of an empty histogram.
    pub fn quantile(&self, per_mille: u64) -> Option<u64> {
        let rank = (u128::from(self.count()) * u128::from(per_mille)).div_ceil(1_000).max(1);
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += u128::from(**count);
            seen >= rank
        });
        found.map(|(bucket, _)| value(*bucket))
    }
}

/// The bucket of a latency: number `n` holds what is over `FACTOR^(n-1)` and not over `FACTOR^n`.
fn bucket(micros: u64) -> u16 {
    let micros = micros.clamp(1, MAX_MICROS) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1,100")]
    let number = (micros.ln() / FACTOR.ln()).ceil() as u16;
    number
}

/// What stands for all in a bucket: no more than [`ERROR`] from either bound.
fn value(bucket: u16) -> u64 {
    let middle = 2.0 * FACTOR.powi(i32::from(bucket)) / (FACTOR + 1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    let value = middle.round() as u64;
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_quantile_is_within_one_per_cent(mut all in prop::collection::vec(1u64..100_000_000, 1..200), mille in 1u64..=1000) {
            let mut histogram = Histogram::default();
            all.iter().for_each(|micros| histogram.add(*micros));
            all.sort_unstable();
            let rank = (all.len() as u64 * mille).div_ceil(1000).max(1);
            let exact = all[rank as usize - 1] as f64;
            let found = histogram.quantile(mille).unwrap() as f64;
            // Half a microsecond for the rounding of the answer.
            prop_assert!((found - exact).abs() <= exact * 0.010_001 + 0.5, "{} of {}", found, exact);
        }

        #[test]
        fn two_add_up_to_one(left in prop::collection::vec(0u64.., 0..50), right in prop::collection::vec(0u64.., 0..50)) {
            let of = |all: &[u64]| {
                let mut histogram = Histogram::default();
                all.iter().for_each(|micros| histogram.add(*micros));
                histogram
            };
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(merged, of(&[left, right].concat()));
        }
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(500), None);
    }

    #[test]
    fn any_bucket_has_a_value() {
        // Also one that no latency is in: a message may name it.
        assert!(value(u16::MAX) > 0);
        assert_eq!(value(0), 1);
    }
}
