//! Open connections of one holder, counted so that what is never reported closed stops counting by itself.
//!
//! `$disconnect` is best effort, so a plain counter would only ever grow. Each connection is counted in the bucket of the ten
//! minutes in which it was opened. A bucket that is older than any connection can be is taken off as a whole.

use std::collections::BTreeMap;

use crate::LIFETIME_S;

/// The length of a bucket, in seconds.
pub const BUCKET_S: u64 = 600;

/// The bucket of a moment.
pub fn bucket_of(at_s: u64) -> u64 {
    at_s / BUCKET_S
}

/// One holder's connections: how many in all, and how many of each bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The sum over the buckets.
    pub total: u64,
    /// Connections by bucket.
    pub buckets: BTreeMap<u64, u64>,
}

impl Tally {
    /// Counts a connection opened at `at_s`, unless there are `cap` already. Says whether it did.
    pub fn admit(&mut self, at_s: u64, cap: u32) -> bool {
        let room = self.total < u64::from(cap);
        if room {
            self.total += 1;
            *self.buckets.entry(bucket_of(at_s)).or_default() += 1;
        }
        room
    }

    /// Takes off a connection opened at `at_s`, if it still counts.
    pub fn release(&mut self, at_s: u64) {
        if let Some(count) = self.buckets.get_mut(&bucket_of(at_s)).filter(|count| **count > 0) {
            *count -= 1;
            self.total = self.total.saturating_sub(1);
        }
    }

    /// The buckets of which no connection can be open any longer, and how many each still counts.
    pub fn expired(&self, now_s: u64) -> Vec<(u64, u64)> {
        let over = |bucket: u64| (bucket + 1).saturating_mul(BUCKET_S).saturating_add(LIFETIME_S) <= now_s;
        self.buckets.iter().map(|(bucket, count)| (*bucket, *count)).filter(|(bucket, _)| over(*bucket)).collect()
    }

    /// Takes off a bucket as a whole.
    pub fn sweep(&mut self, bucket: u64) {
        let count = self.buckets.remove(&bucket).unwrap_or_default();
        self.total = self.total.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_nobody_closed_stops_counting_once_it_cannot_be_open() {
        let mut tally = Tally::default();
        assert!(tally.admit(1_000, 2) && tally.admit(1_300, 2) && !tally.admit(1_400, 2));
        let over = 1_800 + LIFETIME_S;
        assert_eq!(tally.expired(over - 601), []);
        assert_eq!(tally.expired(over - 600), [(1, 1)]);
        assert_eq!(tally.expired(over), [(1, 1), (2, 1)]);
        tally.expired(over).into_iter().for_each(|(bucket, _)| tally.sweep(bucket));
        assert!(tally.admit(over, 2));
        tally.release(1_000);
        assert_eq!(tally.total, tally.buckets.values().sum::<u64>(), "a late close takes off nothing twice");
    }

    proptest! {
        #[test]
        fn there_are_never_more_than_the_cap_and_the_sum_holds(steps in proptest::collection::vec((0u64..40_000, 0u8..3), 0..200)) {
            let mut tally = Tally::default();
            for (at_s, what) in steps {
                match what {
                    0 => { tally.admit(at_s, 5); }
                    1 => tally.release(at_s),
                    _ => tally.expired(at_s).into_iter().for_each(|(bucket, _)| tally.sweep(bucket)),
                }
                prop_assert!(tally.total <= 5);
                prop_assert_eq!(tally.total, tally.buckets.values().sum::<u64>());
            }
        }
    }
}
