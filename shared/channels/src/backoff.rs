//! How long to wait before a post is tried again.

/// Exponential waits with full jitter, so that a thousand posts that failed together do not come back together.
/// (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first wait, in milliseconds; it doubles with each try.
    pub base_ms: u64,
    /// The longest wait of all, in milliseconds.
    pub cap_ms: u64,
    /// How often a post is tried at most.
    pub tries: u32,
}

impl Backoff {
    /// For one post within one invocation: six tries over about three seconds.
    pub const POST: Backoff = Backoff { base_ms: 100, cap_ms: 2_000, tries: 6 };

    /// The wait after the `tried`th try (from 1) by a random number, in milliseconds; none when that was the last.
    pub fn wait_ms(&self, tried: u32, random: u64) -> Option<u64> {
        let longest = self.base_ms.saturating_mul(1u64 << tried.saturating_sub(1).min(32)).min(self.cap_ms);
        (tried < self.tries).then(|| random % longest.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        let longest = |tried| (0..5_000).filter_map(|random| Backoff::POST.wait_ms(tried, random)).max();
        let waits: Vec<_> = (1..=7).map(longest).collect();
        assert_eq!(waits, [Some(100), Some(200), Some(400), Some(800), Some(1600), None, None]);
        assert_eq!(Backoff { tries: u32::MAX, ..Backoff::POST }.wait_ms(u32::MAX - 1, 2_000), Some(2_000));
    }
}
