//! A value in a document.

use std::{borrow::Cow, fmt, iter};

use crate::{
    Document, Number,
    document::{Cell, Repeats, Shape},
    keys, write,
};

/// A value in a document. It is two words: pass it by value.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(crate) document: &'d Document,
    pub(crate) index: u32,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl<'d> Node<'d> {
    /// Which of the document's values it is: no other value of the same document has this number.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.shape() {
            Shape::Null => Kind::Null,
            Shape::False | Shape::True => Kind::Bool,
            Shape::Integer | Shape::Decimal => Kind::Number,
            Shape::Plain | Shape::Escaped => Kind::String,
            Shape::Array => Kind::Array,
            Shape::Object => Kind::Object,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.shape() == Shape::Null
    }

    /// A boolean's value.
    pub fn as_bool(self) -> Option<bool> {
        match self.shape() {
            Shape::True => Some(true),
            Shape::False => Some(false),
            _ => None,
        }
    }

    /// A number.
    pub fn as_number(self) -> Option<Number<'d>> {
        match self.shape() {
            shape @ (Shape::Integer | Shape::Decimal) => {
                Some(Number { text: self.raw()?, integer: shape == Shape::Integer })
            }
            _ => None,
        }
    }

    /// A string's text, borrowed where it has no escapes.
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        match self.shape() {
            Shape::Plain | Shape::Escaped => Some(keys::text(&self.document.text, self.cell()?)),
            _ => None,
        }
    }

    /// How many items or entries it has; 0 if it is neither array nor object.
    pub fn len(self) -> usize {
        match self.container(Shape::Array).or_else(|| self.container(Shape::Object)) {
            Some(cell) => cell.end as usize,
            None => 0,
        }
    }

    /// Whether it has no items or entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How many values and keys it is made of, itself included; keys that are repeated count each time. Known at once: a
    /// measure of what it costs to look through it.
    pub fn size(self) -> usize {
        match self.container(Shape::Array).or_else(|| self.container(Shape::Object)) {
            Some(cell) => (cell.begin - self.index) as usize,
            None => 1,
        }
    }

    /// Tells it from every other node: two nodes of one place are one value of one document, as long as that lives.
    pub fn place(self) -> (usize, usize) {
        (std::ptr::from_ref(self.document).addr(), self.index as usize)
    }

    /// An array's items; of anything else none.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let end = self.container(Shape::Array).map_or(0, |cell| cell.begin);
        let mut next = self.sibling(self.index + 1);
        iter::from_fn(move || {
            let item = next;
            next = item.behind();
            (item.index < end).then_some(item)
        })
    }

    /// An object's keys and values, in the order of the text; of anything else none. Each key comes once.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'d, str>, Node<'d>)> {
        self.keys().map(|(key, value)| (keys::text(&key.document.text, key.cell().unwrap_or(&NOTHING)), value))
    }

    /// The value of an object's key.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        let hash = keys::hash(key);
        let is_it = |cell: &Cell| cell.hash == hash && keys::text(&self.document.text, cell) == key;
        self.keys().find(|(found, _)| found.cell().is_some_and(is_it)).map(|(_, value)| value)
    }

    /// An array's item, from 0. At once in an array of scalars, step by step in others.
    pub fn at(self, index: usize) -> Option<Node<'d>> {
        let cell = self.container(Shape::Array)?;
        let within = u32::try_from(index).ok().filter(|index| *index < cell.end)?;
        let flat = cell.begin - self.index - 1 == cell.end;
        if flat { Some(self.sibling(self.index + 1 + within)) } else { self.items().nth(index) }
    }

    /// Appends it as JSON without white space. Numbers stay as they were written; strings have only the escapes that
    /// they need.
    pub fn write(self, out: &mut String) {
        write::write(self, out);
    }

    /// An object's keys with their values.
    fn keys(self) -> impl Iterator<Item = (Node<'d>, Node<'d>)> {
        let end = self.container(Shape::Object).map_or(0, |cell| cell.begin);
        let mut next = self.sibling(self.index + 1);
        iter::from_fn(move || {
            while next.index < end {
                let (key, value) = (next, next.sibling(next.index + 1));
                next = value.behind();
                match key.cell()?.repeats {
                    Repeats::Never => return Some((key, value)),
                    Repeats::First => return Some((key, key.sibling(self.document.repeated.last_value(key.index)?))),
                    Repeats::Later => {}
                }
            }
            None
        })
    }

    /// The cell behind this value and its contents.
    fn behind(self) -> Self {
        match self.container(Shape::Array).or_else(|| self.container(Shape::Object)) {
            Some(cell) => self.sibling(cell.begin),
            None => self.sibling(self.index + 1),
        }
    }

    pub(crate) fn shape(self) -> Shape {
        self.cell().map_or(Shape::Null, |cell| cell.shape)
    }

    /// A scalar as it stands in the text; a string without its quotes.
    pub(crate) fn raw(self) -> Option<&'d str> {
        let cell = self.cell()?;
        self.document.text.get(cell.begin as usize..cell.end as usize)
    }

    fn cell(self) -> Option<&'d Cell> {
        self.document.cells.get(self.index as usize)
    }

    fn container(self, shape: Shape) -> Option<&'d Cell> {
        self.cell().filter(|cell| cell.shape == shape)
    }

    fn sibling(self, index: u32) -> Self {
        Node { document: self.document, index }
    }
}

/// What a node beyond the document would be; there is none.
const NOTHING: Cell = Cell { begin: 0, end: 0, hash: 0, shape: Shape::Plain, repeats: Repeats::Never };

/// Says what it is, not what is in it: bodies do not belong into logs.
impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?})", self.kind())
    }
}
