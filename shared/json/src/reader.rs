//! Reads a text into cells, in one pass.

use crate::{
    Document, MAX_BYTES, MAX_DEPTH, ParseError,
    document::{Cell, Repeats, Shape},
    error::Failure,
    escape,
    keys::{self, Key, Repeated},
    number,
};

/// Reads `text`.
pub(crate) fn read(text: &str) -> Result<Document, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(Failure { at: 0, message: "the text is longer than 4 GiB" }.in_text(""));
    }
    let mut reader = Reader::of(text);
    match reader.text() {
        Ok(()) => {
            reader.repeated.sort();
            Ok(Document { text: text.into(), cells: reader.cells, repeated: reader.repeated })
        }
        Err(failure) => Err(failure.in_text(text)),
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    cells: Vec<Cell>,
    /// The containers that are not closed yet.
    open: Vec<Open>,
    /// The keys of the objects that are not closed yet.
    keys: Vec<Key>,
    repeated: Repeated,
}

struct Open {
    cell: usize,
    len: u32,
    object: bool,
    /// Its first one in `keys`.
    first_key: usize,
}

/// What follows what has been read.
#[derive(PartialEq, Eq)]
enum Next {
    /// A value.
    Value,
    /// What stands behind a value.
    Behind,
    /// Nothing: the outermost value is complete.
    End,
}

impl<'t> Reader<'t> {
    fn of(text: &'t str) -> Self {
        // Most bodies have a value or key for every eight bytes; few bytes are wasted where they have not.
        let cells = Vec::with_capacity(text.len() / 8 + 1);
        let (open, keys) = (Vec::with_capacity(16), Vec::with_capacity(32));
        Reader { text, bytes: text.as_bytes(), at: 0, cells, open, keys, repeated: Repeated::default() }
    }

    fn text(&mut self) -> Result<(), Failure> {
        let mut next = Next::Value;
        while next != Next::End {
            self.skip_space();
            next = if next == Next::Value { self.value()? } else { self.behind_value()? };
        }
        self.skip_space();
        if self.at < self.bytes.len() { Err(self.failure("there is more text behind the value")) } else { Ok(()) }
    }

    fn value(&mut self) -> Result<Next, Failure> {
        let Some(first) = self.peek() else { return Err(self.failure("the text ends where a value is expected")) };
        match first {
            b'"' => self.string()?,
            b'{' => return self.open(Shape::Object, b'}'),
            b'[' => return self.open(Shape::Array, b']'),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", Shape::True)?,
            b'f' => self.word("false", Shape::False)?,
            b'n' => self.word("null", Shape::Null)?,
            _ => return Err(self.failure("a value is expected here")),
        }
        Ok(Next::Behind)
    }

    fn open(&mut self, shape: Shape, end: u8) -> Result<Next, Failure> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.failure("values are nested more than 512 deep here"));
        }
        let object = shape == Shape::Object;
        self.open.push(Open { cell: self.cells.len(), len: 0, object, first_key: self.keys.len() });
        self.cell(shape, 0, 0, 0);
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(end) {
            self.close();
            return Ok(Next::Behind);
        }
        if object { self.key() } else { Ok(Next::Value) }
    }

    fn behind_value(&mut self) -> Result<Next, Failure> {
        let Some(open) = self.open.last_mut() else { return Ok(Next::End) };
        open.len += 1;
        let object = open.object;
        match (self.peek(), object) {
            (Some(b','), true) => {
                self.at += 1;
                self.skip_space();
                self.key()
            }
            (Some(b','), false) => {
                self.at += 1;
                Ok(Next::Value)
            }
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close();
                Ok(Next::Behind)
            }
            (None, _) => Err(self.failure("the text ends within an object or array")),
            (_, true) => Err(self.failure("a comma or } is expected here")),
            (_, false) => Err(self.failure("a comma or ] is expected here")),
        }
    }

    /// At the bracket that closes the innermost container.
    fn close(&mut self) {
        self.at += 1;
        let behind = place(self.cells.len());
        let Some(open) = self.open.pop() else { return };
        let mut len = open.len;
        if let Some(own @ [_, _, ..]) = self.keys.get_mut(open.first_key..) {
            len -= keys::settle(self.text, &mut self.cells, own, &mut self.repeated);
        }
        self.keys.truncate(open.first_key);
        if let Some(cell) = self.cells.get_mut(open.cell) {
            (cell.begin, cell.end) = (behind, len);
        }
    }

    fn key(&mut self) -> Result<Next, Failure> {
        if self.peek() != Some(b'"') {
            return Err(self.failure("a key in quotes is expected here"));
        }
        let (begin, end, shape) = self.quoted()?;
        let raw = self.text.get(begin..end).unwrap_or_default();
        let hash = if shape == Shape::Escaped { keys::hash(&escape::unescape(raw)) } else { keys::hash(raw) };
        self.keys.push(Key { hash, cell: place(self.cells.len()) });
        self.cell(shape, begin, end, hash);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.failure("a colon is expected here"));
        }
        self.at += 1;
        Ok(Next::Value)
    }

    fn string(&mut self) -> Result<(), Failure> {
        let (begin, end, shape) = self.quoted()?;
        self.cell(shape, begin, end, 0);
        Ok(())
    }

    /// From a quote to behind the next: what is between them, and whether it has escapes.
    fn quoted(&mut self) -> Result<(usize, usize, Shape), Failure> {
        let begin = self.at + 1;
        let (end, escaped) = escape::scan(self.bytes, begin)?;
        self.at = end + 1;
        Ok((begin, end, if escaped { Shape::Escaped } else { Shape::Plain }))
    }

    fn number(&mut self) -> Result<(), Failure> {
        let (end, integer) = number::scan(self.bytes, self.at)?;
        self.cell(if integer { Shape::Integer } else { Shape::Decimal }, self.at, end, 0);
        self.at = end;
        Ok(())
    }

    fn word(&mut self, word: &str, shape: Shape) -> Result<(), Failure> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(self.failure("a value is expected here: true, false, null, a number or a text in quotes"));
        }
        self.cell(shape, self.at, self.at + word.len(), 0);
        self.at += word.len();
        Ok(())
    }

    fn cell(&mut self, shape: Shape, begin: usize, end: usize, hash: u16) {
        self.cells.push(Cell { begin: place(begin), end: place(end), hash, shape, repeats: Repeats::Never });
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn failure(&self, message: &'static str) -> Failure {
        Failure { at: self.at, message }
    }
}

/// A place in the text or among the cells, of which there are no more than bytes.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
