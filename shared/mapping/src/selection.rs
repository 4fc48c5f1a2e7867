//! Selection patterns: the regular expressions by which an integration response is chosen.
//! (API Gateway API reference, `IntegrationResponse`, `selectionPattern`: Java's expressions, over the whole text.)

use fancy_regex::{Regex, RegexBuilder};

use crate::regex::translated;

/// How often matching may go back: far more than a status or an error message needs.
const BACKTRACK_LIMIT: usize = 100_000;

/// How large a compiled pattern may be, in bytes: room for a thousand statuses, and built in no time.
const MAX_COMPILED_BYTES: usize = 100_000;

/// The longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 4 * 1024;

/// A compiled selection pattern.
#[derive(Debug)]
pub struct SelectionPattern(Regex);

impl SelectionPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Why it is none, or that it is too large.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err("it is longer than 4 KB".to_owned());
        }
        let whole = format!("\\A(?:{})\\z", translated(pattern));
        let built = RegexBuilder::new(&whole)
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(MAX_COMPILED_BYTES)
            .delegate_dfa_size_limit(MAX_COMPILED_BYTES)
            .build();
        built.map(SelectionPattern).map_err(|error| error.to_string())
    }

    /// Whether it matches the whole of `text`; a pattern that goes back without end matches nothing.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_a_text_as_a_whole() {
        for (pattern, text, matches) in [
            (r"4\d{2}", "404", true),
            (r"4\d{2}", "4040", false),
            ("2..|404", "404", true),
            (".*not found.*", "thing 4 not found", true),
            (".*Error.*", "line\nError", false),
            (r"(\n|.)+", "line\nError", true),
            ("^(?!.*ok).*$", "it is bad", true),
            ("^(?!.*ok).*$", "it is ok", false),
            (r"\d+", "٣", false),
        ] {
            assert_eq!(SelectionPattern::parse(pattern).unwrap().matches(text), matches, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_too_large_is_refused() {
        for pattern in ["(", "[a", "((a{1,100}){1,100}){1,100}", &"a".repeat(5000)] {
            assert!(SelectionPattern::parse(pattern).is_err(), "{}", pattern.get(..20).unwrap_or(pattern));
        }
    }
}
