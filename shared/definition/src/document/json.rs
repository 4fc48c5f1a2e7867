//! JSON, level by level: `serde_json` reads, and where each slice lies in the source is its place.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Document, Entry, MAX_DEPTH, Node, Value, problem};
use crate::{Place, Problem};

/// Why a text was not read.
pub(super) enum Refused {
    /// It is not JSON.
    Syntax(Problem),
    /// It is JSON that no definition may be.
    Contents(Vec<Problem>),
}

/// Reads one document.
pub(super) fn parse(source: &str) -> Result<Document, Refused> {
    let raw: &RawValue = serde_json::from_str(source).map_err(|error| {
        let place = Place { line: error.line(), column: error.column().max(1) };
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        let message = format!("this is not JSON: {text}");
        Refused::Syntax(problem(place, message, "correct the syntax here, or what leads up to it"))
    })?;
    let mut reader = Reader { lines: Lines::of(source), problems: Vec::new() };
    let root = reader.node(raw.get(), 0).map_err(|problem| Refused::Contents(vec![problem]))?;
    if reader.problems.is_empty() { Ok(Document { root }) } else { Err(Refused::Contents(reader.problems)) }
}

struct Reader<'s> {
    lines: Lines<'s>,
    problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    /// The value that `raw`, a slice of the source, writes. Each level looks through its text once, so the whole is read as
    /// often as it is deep.
    fn node(&mut self, raw: &'s str, depth: usize) -> Result<Node, Problem> {
        let place = self.lines.place(raw);
        if depth >= MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} deep here");
            return Err(problem(place, message, "nest them less"));
        }
        let unreadable = |error: serde_json::Error| {
            problem(place, format!("this value cannot be read: {error}"), "write it another way")
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
                Cow::Borrowed(key) => self.lines.place(key).one_column_less(),
                Cow::Owned(_) => value.place,
            };
            if !keys.insert(key.clone()) {
                let message = format!("the key {key:?} is here a second time");
                self.problems.push(problem(place, message, "write each key once; merge the two values"));
            }
            entries.push(Entry { key: key.into_owned(), place, value });
        }
        Ok(Value::Map(entries))
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

/// Where the lines of a source begin.
struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    fn of(source: &'s str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { source, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Where `slice`, which is a part of the source, begins.
    fn place(&self, slice: &str) -> Place {
        let at = (slice.as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize);
        let line = self.starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or_default();
        // Columns count characters; in a line of megabytes that would take long for each of its values, and nobody counts
        // them: bytes do there.
        let before = self.source.get(start..at).unwrap_or_default();
        let column = if before.len() > 1000 { before.len() } else { before.chars().count() };
        Place { line, column: column + 1 }
    }
}
