//! What can be wrong with a template, and with rendering one.

use thiserror::Error;

/// Where something stands in a template; both from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl TemplateError {
    pub(crate) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { line: place.line as usize, column: place.column as usize, message: message.into() }
    }
}

/// Why a template gave no text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RenderProblem {
    /// The template reads the body as JSON, and the body is none: the gateway answers 400.
    #[error("could not process payload: {0}")]
    Body(json::ParseError),
    /// The template asked for more than it may have.
    #[error("line {line}, column {column}: {what}")]
    Limit {
        /// The line of the template, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// Which limit.
        what: &'static str,
    },
    /// A method refused its arguments, where Java would throw: an index beyond a text, a text that is no number.
    #[error("line {line}, column {column}: {message}")]
    Failed {
        /// The line of the template, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What was refused.
        message: String,
    },
}
