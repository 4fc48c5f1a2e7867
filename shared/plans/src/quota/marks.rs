//! Which marks of a counter may be forgotten, so that its item stays small.

use crate::{DOUBT_MS, HolderId, Stamp, Standing};

/// More marks than this, and some are forgotten: an item of them stays within 1 KB, which is one write unit.
const MANY_MARKS: usize = 36;

/// Up to so many marks, 3 KB, each is kept for [`LONG_DOUBT_MS`].
const FULL_OF_MARKS: usize = 128;

/// How long a sandbox may run nothing and still learn what became of its last change.
const LONG_DOUBT_MS: i64 = 60_000;

/// How many marks are forgotten at once.
const FORGET_AT_ONCE: usize = 32;

/// Marks that nobody needs any more, the oldest first, of a counter that has many.
pub(crate) fn forgettable(standing: &Standing, now_ms: i64) -> Vec<(HolderId, Stamp)> {
    let count = standing.marks.len();
    if count <= MANY_MARKS {
        return Vec::new();
    }
    let age_ms = if count <= FULL_OF_MARKS { LONG_DOUBT_MS } else { DOUBT_MS };
    let before = Stamp(u64::try_from(now_ms - age_ms).unwrap_or_default());
    let mut marks: Vec<_> = standing.marks.iter().filter(|(_, stamp)| *stamp < before).copied().collect();
    marks.sort_unstable_by_key(|(_, stamp)| *stamp);
    marks.truncate(FORGET_AT_ONCE.min(standing.marks.len() - MANY_MARKS / 2));
    marks
}
