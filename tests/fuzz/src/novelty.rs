//! What an input made a target do, in a few numbers: enough to tell a new thing from one that was seen before.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

thread_local! {
    static NOTED: RefCell<BTreeSet<u64>> = const { RefCell::new(BTreeSet::new()) };
}

/// How many words of a sentence count, from its end, and how long a word may be: what a document says stands before them, or
/// is longer.
const WORDS: usize = 3;
const LETTERS: usize = 12;

/// Notes that something happened, as a sentence says it: `"a" is no method` and `"b" is no method` are one thing, and so are
/// lines 1 and 2.
pub fn note(what: &str) {
    let is_plain = |word: &&str| word.len() <= LETTERS && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = |text: &str| text.split_whitespace().rev().filter(is_plain).take(WORDS).map(str::to_owned).collect();
    // What is quoted is the document's, and so may be what stands around it, if it has quotes of its own.
    let last: Vec<String> = words(what.rsplit('"').next().unwrap_or_default());
    let words = if last.is_empty() { words(what.split('"').next().unwrap_or_default()) } else { last };
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
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
