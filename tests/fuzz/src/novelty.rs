//! What an input made a target do, in a few numbers: enough to tell a new thing from one that was seen before.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

thread_local! {
    static NOTED: RefCell<BTreeSet<u64>> = const { RefCell::new(BTreeSet::new()) };
}

/// Notes that something happened. What stands in quotes, and numbers, count for nothing: `"a" is no method` and `"b" is no
/// method` are one thing.
pub fn note(what: &str) {
    let mut hasher = DefaultHasher::new();
    for (place, text) in what.split('"').enumerate() {
        if place % 2 == 0 {
            text.split(|c: char| c.is_ascii_digit())
                .filter(|part| !part.is_empty())
                .for_each(|part| part.hash(&mut hasher));
        }
    }
    NOTED.with_borrow_mut(|noted| noted.insert(hasher.finish()));
}

/// Notes a number that counts: each value of it is a thing of its own.
pub fn note_value(what: &str, value: usize) {
    let mut hasher = DefaultHasher::new();
    (what, value).hash(&mut hasher);
    NOTED.with_borrow_mut(|noted| noted.insert(hasher.finish()));
}

/// What was noted since the last call, on this thread.
pub fn take() -> BTreeSet<u64> {
    NOTED.take()
}
