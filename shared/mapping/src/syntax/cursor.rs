//! A place in a text that moves forward.

use crate::problem::Place;

/// Reads a text from left to right.
pub(super) struct Cursor<'s> {
    source: &'s str,
    at: usize,
    origin: Place,
    /// The place of a byte that was looked up last: one behind it is counted from there.
    known: (usize, Place),
}

impl<'s> Cursor<'s> {
    /// At the beginning of `source`, which stands at `origin`.
    pub(super) fn new(source: &'s str, origin: Place) -> Self {
        Self { source, at: 0, origin, known: (0, origin) }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The text from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'s str {
        self.source.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    /// The byte `ahead` of this one.
    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    /// Goes on by `bytes`, which must end at a character's end.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.source.len());
    }

    /// Goes on to the place behind `token`, if it is here.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.advance(token.len());
        }
        found
    }

    /// Takes bytes as long as they are wanted. Only ASCII bytes may end it.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'s str {
        let start = self.at;
        let bytes = self.source.as_bytes().get(start..).unwrap_or_default();
        self.at += bytes.iter().position(|byte| !wanted(*byte)).unwrap_or(bytes.len());
        self.since(start)
    }

    /// Takes everything before `end` and `end` itself.
    pub(super) fn take_through(&mut self, end: &str) -> Option<&'s str> {
        let taken = self.rest().split_once(end)?.0;
        self.advance(taken.len() + end.len());
        Some(taken)
    }

    /// Passes over blanks and line ends.
    pub(super) fn skip_space(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Passes over blanks and one line end, if nothing else is on the line.
    pub(super) fn skip_line_end(&mut self) {
        let start = self.at;
        self.take_while(|byte| matches!(byte, b' ' | b'\t'));
        if !(self.eat("\r\n") || self.eat("\n") || self.eat("\r")) {
            self.at = start;
        }
    }

    /// A word of a name: a letter or underscore, then letters, digits, underscores, and hyphens where `hyphens` says so.
    pub(super) fn name(&mut self, hyphens: bool) -> Option<&'s str> {
        self.peek().filter(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
        Some(self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || (hyphens && byte == b'-')))
    }

    /// Where this is.
    pub(super) fn place(&mut self) -> Place {
        self.place_of(self.at)
    }

    /// Where the byte at `offset` is.
    pub(super) fn place_of(&mut self, offset: usize) -> Place {
        let (known, mut place) = if offset < self.known.0 { (0, self.origin) } else { self.known };
        if let Some(between) = self.source.get(known..offset) {
            let lines = between.bytes().filter(|byte| *byte == b'\n').count();
            let last = between.rsplit('\n').next().unwrap_or_default().chars().count();
            place.line += u32::try_from(lines).unwrap_or(u32::MAX);
            place.column = u32::try_from(last).unwrap_or(u32::MAX) + if lines == 0 { place.column } else { 1 };
            self.known = (offset, place);
        }
        place
    }
}
