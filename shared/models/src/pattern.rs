//! `pattern` and `patternProperties`: regular expressions of ECMA 262, found anywhere in a text.

mod class;
mod cost;
mod translate;

use fancy_regex::{Regex, RegexBuilder};

/// How often one search may go back to try another way: a few times for each place of a text of a megabyte.
const MAX_STEPS: usize = 1_000_000;

/// The same for a pattern that is costly. What needs more is no pattern that ends in time: it gives up after about a
/// millisecond.
const MAX_COSTLY_STEPS: usize = 20_000;

/// How large one compiled pattern may be, in bytes: repetitions of repetitions grow without end.
const MAX_COMPILED: usize = 1 << 20;

/// The longest pattern, in bytes.
const MAX_SOURCE: usize = 10_000;

/// A pattern, compiled once.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) source: Box<str>,
    regex: Regex,
    costly: bool,
}

/// A search that took too many steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooComplex;

impl Pattern {
    /// Compiles `source`. `^` and `$` are the text's ends; `\d`, `\w` and `\b` know ASCII only, as ECMA 262 has it. Unlike
    /// there, a character beyond U+FFFF is one character, not two.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub(crate) fn compile(source: &str) -> Result<Self, String> {
        if source.len() > MAX_SOURCE {
            return Err(format!("it is longer than {MAX_SOURCE} bytes"));
        }
        let characters: Vec<char> = source.chars().collect();
        let translated = translate::translate(&characters)?;
        let costly = cost::is_costly(&characters);
        let mut builder = RegexBuilder::new(&translated);
        builder.backtrack_limit(if costly { MAX_COSTLY_STEPS } else { MAX_STEPS });
        builder.delegate_size_limit(MAX_COMPILED).delegate_dfa_size_limit(MAX_COMPILED);
        let regex = builder.build().map_err(|_| "it is no regular expression of ECMA 262, or too large".to_owned())?;
        Ok(Pattern { source: source.into(), regex, costly })
    }

    /// How many steps it may be to look through a text of so many bytes.
    pub(crate) fn cost(&self, length: usize) -> usize {
        // 16,000 bytes take 0.7 s at worst, which is a third of a microsecond for each of these steps. So a small body may
        // have a text of 3,500 bytes for such a pattern.
        if self.costly { 64 + length.saturating_mul(length) / 128 } else { length / 16 }
    }

    /// Whether it is found in `text`.
    pub(crate) fn is_in(&self, text: &str) -> Result<bool, TooComplex> {
        self.regex.is_match(text).map_err(|_| TooComplex)
    }
}

#[cfg(test)]
mod tests;
