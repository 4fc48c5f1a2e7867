//! `pattern` and `patternProperties`: regular expressions of ECMA 262, found anywhere in a text.

mod class;
mod translate;

use fancy_regex::{Regex, RegexBuilder};

/// How often one search may go back to try another way. What needs more is no pattern that ends in time: a search gives up
/// after a few milliseconds.
const MAX_STEPS: usize = 100_000;

/// How large one compiled pattern may be, in bytes: repetitions of repetitions grow without end.
const MAX_COMPILED: usize = 1 << 20;

/// The longest pattern, in bytes.
const MAX_SOURCE: usize = 10_000;

/// A pattern, compiled once.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) source: Box<str>,
    regex: Regex,
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
        let translated = translate::translate(source)?;
        let mut builder = RegexBuilder::new(&translated);
        builder.backtrack_limit(MAX_STEPS).delegate_size_limit(MAX_COMPILED).delegate_dfa_size_limit(MAX_COMPILED);
        let regex = builder.build().map_err(|_| "it is no regular expression of ECMA 262, or too large".to_owned())?;
        Ok(Pattern { source: source.into(), regex })
    }

    /// Whether it is found in `text`.
    pub(crate) fn is_in(&self, text: &str) -> Result<bool, TooComplex> {
        self.regex.is_match(text).map_err(|_| TooComplex)
    }
}

#[cfg(test)]
mod tests;
