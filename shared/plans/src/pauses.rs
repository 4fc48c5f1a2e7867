//! How long the store is left alone after it had nothing or gave no answer, for quotas and throttles alike.

/// How long the store is not asked again after it had no unit left or gave no answer: at first, and at most. Units that other
/// sandboxes give back are found within the latter.
pub(crate) const FIRST_PAUSE_MS: i64 = 250;
pub(crate) const LAST_PAUSE_MS: i64 = 8_000;

/// A store that gave no answer is asked again within this: well before a mark may be forgotten that tells of a lost answer.
pub(crate) const LAST_CUT_OFF_MS: i64 = 2_000;
