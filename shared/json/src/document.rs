//! The text and the flat list of its values.

use std::fmt;

use crate::{Node, ParseError, keys::Repeated, reader};

/// How deep arrays and objects may be nested: four times what `serde_json` reads, so that no document that other
/// readers take is refused for it.
pub const MAX_DEPTH: usize = 512;

/// The longest text: cells hold places as 32 bits.
pub const MAX_BYTES: usize = u32::MAX as usize;

/// A parsed JSON text.
pub struct Document {
    pub(crate) text: Box<str>,
    /// Every value in the order of the text, a container before its contents, a key before its value.
    pub(crate) cells: Vec<Cell>,
    /// Where the last value of a repeated key is.
    pub(crate) repeated: Repeated,
}

/// One value or key.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    /// A scalar's or key's first byte, of a string the one behind its quote; a container's cell behind its contents.
    pub(crate) begin: u32,
    /// A scalar's or key's end in the text; how many items or entries a container has.
    pub(crate) end: u32,
    /// A key's hash, by which it is found quickly.
    pub(crate) hash: u16,
    pub(crate) shape: Shape,
    pub(crate) repeats: Repeats,
}

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    False,
    True,
    /// A number without fraction and exponent.
    Integer,
    Decimal,
    /// A string or key that is in the text as it is.
    Plain,
    /// A string or key with escapes.
    Escaped,
    Array,
    Object,
}

/// Whether a key is in its object more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    Never,
    /// Its first place, which the last value takes.
    First,
    /// A later place, which is passed over.
    Later,
}

impl Document {
    /// Reads one JSON text (RFC 8259). Of an object's key that is given twice, the last value wins, at the first's place.
    ///
    /// Stricter than the RFC in two ways: half a surrogate pair is refused, for no text can hold it, and so is nesting
    /// beyond [`MAX_DEPTH`]. Numbers may be of any size.
    ///
    /// # Errors
    /// The first place at which the text is not JSON.
    pub fn parse(text: &str) -> Result<Document, ParseError> {
        reader::read(text)
    }

    /// Its one value.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, index: 0 }
    }

    /// The bytes that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Says how large it is, not what is in it: bodies do not belong into logs.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.text.len())
    }
}
