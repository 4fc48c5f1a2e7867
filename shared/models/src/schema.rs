//! A model's schemas, compiled: what each keyword asks for, ready to be compared.

use std::collections::HashMap;

use json::{Document, Kind, Node};

use crate::{
    decimal::{Decimal, Divisor},
    equal::equal,
    format::Format,
    pattern::Pattern,
};

/// A schema's place among a model's schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SchemaId(pub(crate) u32);

/// What one schema asks of a value.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// The schema that stands for this one; beside a reference draft 4 knows no keywords.
    pub(crate) refers_to: Option<SchemaId>,
    pub(crate) types: Option<Types>,
    pub(crate) enumeration: Option<Box<Enumeration>>,
    pub(crate) number: Option<Box<NumberRules>>,
    pub(crate) string: Option<Box<StringRules>>,
    pub(crate) array: Option<Box<ArrayRules>>,
    pub(crate) object: Option<Box<ObjectRules>>,
    pub(crate) all_of: Vec<SchemaId>,
    pub(crate) any_of: Vec<SchemaId>,
    pub(crate) one_of: Vec<SchemaId>,
    pub(crate) not: Option<SchemaId>,
}

/// What `minimum`, `maximum` and `multipleOf` ask.
#[derive(Debug, Default)]
pub(crate) struct NumberRules {
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) multiple_of: Option<(Divisor, Box<str>)>,
}

/// A `minimum` or `maximum`.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) value: Decimal,
    /// The value, where an `i64` holds it: most numbers are compared without their digits.
    pub(crate) whole: Option<i64>,
    pub(crate) text: Box<str>,
    /// Whether the bound itself is out of bounds.
    pub(crate) exclusive: bool,
}

/// What the keywords for strings ask. Lengths count characters.
#[derive(Debug, Default)]
pub(crate) struct StringRules {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) format: Option<Format>,
}

/// What the keywords for arrays ask.
#[derive(Debug, Default)]
pub(crate) struct ArrayRules {
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) unique: bool,
    pub(crate) items: Items,
    /// For items beyond a list of `items`.
    pub(crate) additional: Additional,
}

/// What `items` asks.
#[derive(Debug, Default)]
pub(crate) enum Items {
    #[default]
    Any,
    /// Of every item.
    Each(SchemaId),
    /// Of one item each.
    List(Vec<SchemaId>),
}

/// What is asked of items or properties that have no schema of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Additional {
    #[default]
    Any,
    None,
    Schema(SchemaId),
}

/// What the keywords for objects ask.
#[derive(Debug, Default)]
pub(crate) struct ObjectRules {
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    /// The names in `required`, in the order of the model, each once.
    pub(crate) required: Vec<Box<str>>,
    /// What is known of a key: one look-up for `properties` and `required`.
    pub(crate) keys: HashMap<Box<str>, Key>,
    pub(crate) patterns: Vec<(Pattern, SchemaId)>,
    pub(crate) additional: Additional,
    pub(crate) dependencies: Vec<(Box<str>, Dependency)>,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Key {
    pub(crate) property: Option<SchemaId>,
    pub(crate) required: bool,
}

/// What an object must also be if it has a property.
#[derive(Debug)]
pub(crate) enum Dependency {
    /// It has these too.
    Properties(Vec<Box<str>>),
    /// It is of this schema.
    Schema(SchemaId),
}

/// What `enum` allows.
#[derive(Debug)]
pub(crate) struct Enumeration {
    /// The strings, sorted.
    strings: Vec<Box<str>>,
    /// All values.
    values: Document,
}

impl Enumeration {
    pub(crate) fn of(values: Document) -> Self {
        let mut strings: Vec<Box<str>> = values.root().items().filter_map(|it| Some(it.as_str()?.into())).collect();
        strings.sort_unstable();
        Enumeration { strings, values }
    }

    pub(crate) fn has(&self, value: Node<'_>) -> bool {
        match value.as_str() {
            Some(text) => self.strings.binary_search_by(|it| (**it).cmp(&text)).is_ok(),
            None => self.values.root().items().any(|it| equal(it, value)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.root().len()
    }

    /// The values as JSON.
    pub(crate) fn text(&self) -> &str {
        self.values.text()
    }
}

/// The values of `type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types(u8);

/// Their names, in the order in which messages list them.
const NAMES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

impl Types {
    /// These and the one called `name`. A number may be an integer.
    pub(crate) fn with(self, name: &str) -> Option<Self> {
        let more = if name == "number" { 1 << position("integer")? } else { 0 };
        Some(Types(self.0 | more | 1 << position(name)?))
    }

    pub(crate) fn allow(self, value: Node<'_>) -> bool {
        position(name_of(value)).is_some_and(|at| self.0 & 1 << at != 0)
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(at, _)| self.0 & 1 << at != 0).map(|(_, name)| name)
    }
}

fn position(name: &str) -> Option<usize> {
    NAMES.iter().position(|it| *it == name)
}

/// The type of a value. An integer is a number written without fraction and exponent, so that `1.0` is none: draft 4 says
/// so (section 3.5 of its core), and the checker whose messages API Gateway gives goes by the token as well.
pub(crate) fn name_of(value: Node<'_>) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Number if value.as_number().is_some_and(json::Number::is_integer) => "integer",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}
