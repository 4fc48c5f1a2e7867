//! A place in a path.

use super::PathError;

/// Reads a path from left to right.
pub(super) struct Lexer<'s> {
    text: &'s str,
    at: usize,
    pub(super) depth: usize,
}

/// How deep filters and arguments may be nested.
const MAX_NESTING: usize = 24;

impl<'s> Lexer<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    pub(super) fn expect(&mut self, token: &str, message: &'static str) -> Result<(), PathError> {
        self.skip_space();
        if self.eat(token) { Ok(()) } else { Err(self.error(message)) }
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    pub(super) fn error(&self, message: &'static str) -> PathError {
        let before = self.text.get(..self.at).unwrap_or_default();
        PathError { column: before.chars().count() + 1, message }
    }

    /// One level deeper.
    pub(super) fn enter(&mut self) -> Result<(), PathError> {
        self.depth += 1;
        if self.depth > MAX_NESTING { Err(self.error("the path is nested more than 24 deep")) } else { Ok(()) }
    }

    /// A text in quotes; a backslash makes the character behind it part of it.
    pub(super) fn quoted(&mut self) -> Result<String, PathError> {
        let Some(quote @ ('\'' | '"')) = self.peek() else {
            return Err(self.error("a quote is expected here"));
        };
        self.at += 1;
        let mut out = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, escaped)) => out.push(escaped),
                    None => break,
                },
                character if character == quote => {
                    self.at += at + 1;
                    return Ok(out);
                }
                character => out.push(character),
            }
        }
        Err(self.error("this text has no end"))
    }

    /// An integer with its sign.
    pub(super) fn integer(&mut self) -> Option<i64> {
        self.skip_space();
        let before = self.at;
        self.eat("-");
        self.take_while(|character| character.is_ascii_digit());
        let number = self.text.get(before..self.at).and_then(|text| text.parse().ok());
        if number.is_none() {
            self.at = before;
        }
        number
    }
}
