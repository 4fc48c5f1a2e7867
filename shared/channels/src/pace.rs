//! Posts a second: the account's 10,000 requests per second are shared by all its APIs, and each post takes one.

/// Spaces posts evenly: the generic cell rate algorithm. (ITU-T I.371.)
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    interval_us: u64,
    burst_us: u64,
    /// When the next post would be due if all so far had kept their distance.
    due_us: u64,
}

impl Pace {
    /// `per_second` posts a second, at least one, of which a twentieth of a second's worth may come at once.
    pub fn new(per_second: u32) -> Self {
        Pace { interval_us: 1_000_000 / u64::from(per_second.clamp(1, 1_000_000)), burst_us: 50_000, due_us: 0 }
    }

    /// Takes the next place in line at `now_us` of any clock that only goes forward; says how long to wait for it, in
    /// microseconds.
    pub fn take(&mut self, now_us: u64) -> u64 {
        let due = self.due_us.max(now_us);
        self.due_us = due.saturating_add(self.interval_us);
        due.saturating_sub(now_us.saturating_add(self.burst_us))
    }

    /// Lets nobody go before `wait_us` have passed: the account's limit was reached.
    pub fn pause(&mut self, now_us: u64, wait_us: u64) {
        self.due_us = self.due_us.max(now_us.saturating_add(wait_us).saturating_add(self.burst_us));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_second_sees_more_than_the_rate_and_the_burst(rate in 1u32..20_000, gaps in proptest::collection::vec(0u64..5_000, 1..400)) {
            let mut pace = Pace::new(rate);
            let mut now = 0;
            let mut sent = Vec::new();
            for gap in gaps {
                now += gap;
                sent.push(now + pace.take(now));
            }
            for (first, at) in sent.iter().enumerate() {
                let within = sent.iter().skip(first).filter(|other| **other >= *at && **other - at < 1_000_000).count() as u64;
                // The interval is rounded down to whole microseconds.
                prop_assert!(within <= 1_000_000 / pace.interval_us + 50_000 / pace.interval_us + 2, "{within} at {rate}");
            }
        }
    }

    #[test]
    fn a_pause_holds_everybody() {
        let mut pace = Pace::new(1_000);
        assert_eq!(pace.take(0), 0);
        pace.pause(0, 300_000);
        assert_eq!(pace.take(0), 300_000);
        assert_eq!(pace.take(0), 301_000);
    }
}
