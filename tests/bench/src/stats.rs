//! Many measured values, and what to say of them.

use std::time::Duration;

/// Measured values of one kind, in one unit.
#[derive(Default, Clone)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The same in another unit.
    pub(crate) fn map(self, convert: impl Fn(f64) -> f64) -> Self {
        Samples(self.0.into_iter().map(convert).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that `percent` of all do not exceed (nearest rank); NaN of nothing.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
    }
}

/// Milliseconds, with what is below them.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let samples = Samples((1..=20).rev().map(f64::from).collect());
        let seen: Vec<f64> = [0, 50, 90, 99, 100].map(|percent| samples.percentile(percent)).to_vec();
        assert_eq!(seen, [1.0, 10.0, 18.0, 20.0, 20.0]);
        assert!(Samples::default().percentile(50).is_nan());
    }
}
