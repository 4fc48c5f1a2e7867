//! Why a text is not JSON, and where.

/// Why a text is not JSON. It holds nothing of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line} column {column}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; columns count characters.
    pub column: usize,
    /// What is wrong.
    pub message: &'static str,
}

/// A message for the byte at `at`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) at: usize,
    pub(crate) message: &'static str,
}

impl Failure {
    pub(crate) fn in_text(self, text: &str) -> ParseError {
        let before = text.as_bytes().get(..self.at).unwrap_or(text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        // A byte that goes on with a character is no column of its own.
        let column = before.iter().skip(start).filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        ParseError { line, column, message: self.message }
    }
}
