//! The names of channels.

use std::fmt;

/// The longest name. It is part of DynamoDB keys, which end at 1,024 bytes, and of every frame.
pub const MAX_CHANNEL_BYTES: usize = 256;

/// A channel's name: segments with `/` between them, such as `orders/acme/42`.
///
/// A segment has letters and digits of ASCII and `-_.:~@+`: what stands in a URL's path, a log and a DynamoDB key as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(String);

/// Why a text is no channel's name. It says what to write instead, and repeats nothing of a text that may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelProblem {
    /// There is nothing.
    #[error("a channel's name is empty; write one such as orders/acme/42")]
    Empty,
    /// It is longer than [`MAX_CHANNEL_BYTES`].
    #[error("a channel's name has at most {MAX_CHANNEL_BYTES} bytes; this one has {0}")]
    TooLong(usize),
    /// Two slashes follow each other, or one stands at an end.
    #[error("a channel's name has an empty segment; write one slash between segments and none at the ends")]
    EmptySegment,
    /// Something else than segments may have.
    #[error(
        "a channel's name has letters, digits and -_.:~@+ of ASCII, and / between segments; byte {0} is something else"
    )]
    Byte(usize),
}

impl Channel {
    /// A name from text.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ChannelProblem> {
        if text.is_empty() {
            return Err(ChannelProblem::Empty);
        }
        if text.len() > MAX_CHANNEL_BYTES {
            return Err(ChannelProblem::TooLong(text.len()));
        }
        if let Some(at) = text.bytes().position(|byte| byte != b'/' && !is_of_segment(byte)) {
            return Err(ChannelProblem::Byte(at + 1));
        }
        if text.split('/').any(str::is_empty) {
            return Err(ChannelProblem::EmptySegment);
        }
        Ok(Channel(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its segments.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

/// Whether a byte may stand in a segment.
pub(crate) fn is_of_segment(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:~@+".contains(&byte)
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), ChannelProblem>) {
        assert_eq!(Channel::parse(text).map(|_| ()), expected, "{text:.40?}");
    }

    #[test]
    fn a_name_is_segments_of_plain_characters() {
        for good in ["a", "orders/acme/42", "Room-1_2.3:4~5@6+7", &"x".repeat(256)] {
            check(good, Ok(()));
        }
        check("", Err(ChannelProblem::Empty));
        check(&"x".repeat(257), Err(ChannelProblem::TooLong(257)));
        check(&"é".repeat(5000), Err(ChannelProblem::TooLong(10_000)));
        for empty in ["/", "/a", "a/", "a//b"] {
            check(empty, Err(ChannelProblem::EmptySegment));
        }
        for odd in ["a b", "a\0", "a#b", "a*", "a{tenant}", "a\u{202e}", "a\"", "a\\", "a\n"] {
            check(odd, Err(ChannelProblem::Byte(2)));
        }
    }
}
