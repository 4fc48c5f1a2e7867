//! Any text as a mapping template.

use mapping::{Template, TemplateError};

use crate::novelty;

/// Parses `bytes`, as text: what is not UTF-8 is replaced.
///
/// # Panics
/// When a problem has no place in the text, or parsing again says something else.
pub fn template(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let parsed = Template::parse(&source);
    match &parsed {
        Ok(template) => novelty::note_value("statements", template.statements().min(256)),
        Err(error) => stands(&source, error),
    }
    let again = Template::parse(&source);
    assert_eq!(parsed.err(), again.err(), "the same text is parsed in two ways");
}

/// A problem has a place in the text, and says what is wrong.
pub(super) fn stands(source: &str, error: &TemplateError) {
    novelty::note(&error.message);
    assert!(!error.message.is_empty(), "a problem without a word");
    place(source, error.line, error.column);
}

/// Whether this place is in the text, or right behind it.
pub(super) fn place(source: &str, line: usize, column: usize) {
    let text = source.split('\n').nth(line.wrapping_sub(1));
    assert!(text.is_some(), "line {line} of {} lines", source.split('\n').count());
    let length = text.unwrap_or_default().chars().count();
    assert!((1..=length + 1).contains(&column), "column {column} of a line of {length} characters");
}
