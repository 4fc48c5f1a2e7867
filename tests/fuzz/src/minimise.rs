//! Smaller inputs that fail in the same way.

use std::time::{Duration, Instant};

/// The smallest input that was found, beginning with `input`, for which `fails` holds; what time does not allow is left out.
///
/// Larger parts are cut out before smaller ones, so that few attempts do most of the work.
pub fn minimise(input: &[u8], budget: Duration, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let started = Instant::now();
    let mut smallest = input.to_vec();
    let mut part = smallest.len().div_ceil(2);
    while part > 0 {
        let before = smallest.len();
        let mut start = 0;
        while start < smallest.len() {
            if started.elapsed() > budget {
                return smallest;
            }
            let end = (start + part).min(smallest.len());
            let kept = [smallest.get(..start), smallest.get(end..)].map(Option::unwrap_or_default).concat();
            if fails(&kept) {
                smallest = kept;
            } else {
                start = end;
            }
        }
        // At the smallest size again and again, while it helps.
        part = if part == 1 && smallest.len() < before { 1 } else { part / 2 };
    }
    smallest
}
