//! New inputs from old ones.

mod bytes;
mod json;
pub mod words;

use crate::random::Random;

/// The longest input that is made: long enough for what grows, short enough for thousands a second.
const MAX_BYTES: usize = 64 * 1024;

/// A new input: one of `corpus`, changed in a few places.
pub fn next(random: &mut Random, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = random.pick(corpus).cloned().unwrap_or_default();
    // A change of JSON as bytes is seldom JSON again.
    if input.first() == Some(&b'{') && random.one_in(2) {
        for _ in 0..=random.below(4) {
            input = json::change(random, &input).unwrap_or(input);
        }
        if random.one_in(2) {
            return input;
        }
    }
    // Often one change, seldom many.
    let changes = 1 << random.below(5);
    for _ in 0..=random.below(changes) {
        bytes::change(random, &mut input, corpus, words);
    }
    input.truncate(MAX_BYTES);
    input
}
