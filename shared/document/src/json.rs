//! JSON, level by level: `serde_json` reads, and where each slice lies in the source is its place.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Document, Entry, MAX_DEPTH, Map, Node, Value, remedy_of_syntax};
use crate::{Lines, Place, Problem};

/// Why a text was not read.
pub(super) enum Refused {
    /// It is not JSON.
    Syntax(Problem),
    /// It is JSON that no definition may be.
    Contents(Vec<Problem>),
}

/// Reads one document.
pub(super) fn parse(source: &str) -> Result<Document, Refused> {
    let lines = Lines::of(source);
    let raw: &RawValue = serde_json::from_str(source).map_err(|error| {
        let place = lines.place(lines.byte_of_line_feeds(error.line(), error.column()));
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        let message = format!("this is not JSON: {text}");
        Refused::Syntax(Problem::new(place, message, remedy_of_syntax(lines.line(place.line))))
    })?;
    let mut reader = Reader { lines, problems: Vec::new() };
    let root = reader.node(raw.get(), 0).map_err(|problem| Refused::Contents(vec![problem]))?;
    if reader.problems.is_empty() {
        Ok(Document { root, unresolved: Vec::new() })
    } else {
        Err(Refused::Contents(reader.problems))
    }
}

struct Reader<'s> {
    lines: Lines<'s>,
    problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    /// The value that `raw`, a slice of the source, writes. Each level looks through its text once, so the whole is read as
    /// often as it is deep.
    fn node(&mut self, raw: &'s str, depth: usize) -> Result<Node, Problem> {
        let place = self.lines.place_of(raw);
        if depth >= MAX_DEPTH && raw.starts_with(['{', '[']) {
            let message = format!("values are nested more than {MAX_DEPTH} deep here");
            return Err(Problem::new(place, message, "nest them less"));
        }
        let unreadable = |error: serde_json::Error| {
            Problem::new(place, format!("this value cannot be read: {error}"), "write it another way")
        };
        let value = match raw.as_bytes().first() {
            Some(b'{') => self.map(serde_json::from_str(raw).map_err(unreadable)?, depth)?,
            Some(b'[') => {
                let items: Vec<&'s RawValue> = serde_json::from_str(raw).map_err(unreadable)?;
                let items = items.into_iter().map(|item| self.node(item.get(), depth + 1));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Value::Scalar { text: serde_json::from_str(raw).map_err(unreadable)?, plain: false },
            _ => Value::Scalar { text: raw.to_owned(), plain: true },
        };
        Ok(Node { place, value })
    }

    fn map(&mut self, Pairs(pairs): Pairs<'s>, depth: usize) -> Result<Value, Problem> {
        let mut keys = BTreeSet::new();
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, raw) in pairs {
            let value = self.node(raw.get(), depth + 1)?;
            // A key with escapes is no slice of the source; its value is the nearest place.
            let place = match key {
                Cow::Borrowed(key) => self.lines.place_of(key).one_column_less(),
                Cow::Owned(_) => value.place,
            };
            if !keys.insert(key.clone()) {
                let message = format!("the key {key:?} is here a second time");
                self.problems.push(Problem::new(place, message, "write each key once; merge the two values"));
            }
            entries.push(Entry { key: key.into_owned(), place, value });
        }
        Ok(Value::Map(Map::new(entries)))
    }
}

impl Place {
    /// Where the quote of a key is.
    fn one_column_less(self) -> Place {
        Place { column: self.column.saturating_sub(1).max(1), ..self }
    }
}

/// An object's keys and values in order, repeated keys included.
struct Pairs<'s>(Vec<(Cow<'s, str>, &'s RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            pairs.push((key, value));
        }
        Ok(Pairs(pairs))
    }
}

/// A key, borrowed from the source where it has no escapes.
#[derive(Deserialize)]
struct Key<'s>(#[serde(borrow)] Cow<'s, str>);
