//! A target with known defects: a loop that does not find them would find nothing else either.

use crate::corpus::Seed;

/// Words that lead to the defects.
pub(super) const WORDS: [&str; 4] = ["assert", "stack", "memory", "forever"];

/// Fails in the way that `bytes` name behind the word `planted `.
///
/// # Panics
/// For `assert`. For `stack` and `memory` it uses up all there is of them, and for `forever` it does not come back.
pub fn planted(bytes: &[u8]) {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    if !has(b"planted ") {
        return;
    }
    assert!(!has(b"planted assert"), "the planted defect");
    if has(b"planted stack") {
        assert!(deeper(1) > 0);
    }
    if has(b"planted memory") {
        let mut kept = Vec::new();
        while kept.len() < 1_000_000 {
            kept.push(vec![1u8; 1 << 20]);
        }
    }
    while has(b"planted forever") {
        std::thread::yield_now();
    }
}

fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX {
        return depth;
    }
    let frame = std::hint::black_box([depth; 64]);
    deeper(depth + 1).max(frame.iter().copied().max().unwrap_or_default())
}

/// Where the way to a defect begins.
pub(super) fn seeds() -> Vec<Seed> {
    vec![Seed { name: "planted".to_owned(), bytes: b"some padding, planted and more padding of it".to_vec() }]
}
