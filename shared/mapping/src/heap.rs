//! Lists and maps that a rendering has made or changed.
//!
//! They are numbered and live until the rendering ends: a list may hold itself, and no chain of them is freed by
//! recursion. Arrays and objects of the body are read where they are until one is changed; from then on its copy here
//! stands for it, wherever the template meets it again.

use std::{cell::Cell, collections::HashMap};

use json::Kind;

use crate::{
    inputs::Inputs,
    value::{Pairs, Text, Value},
};

/// A list.
#[derive(Default)]
pub(crate) struct List<'a> {
    pub(crate) items: Vec<Value<'a>>,
    /// Whether it came from JSON, and so prints as JSON.
    pub(crate) json: bool,
}

/// A map in the order of insertion.
#[derive(Default)]
pub(crate) struct Map<'a> {
    entries: Vec<(Text<'a>, Value<'a>)>,
    /// Where a key is, once there are many.
    index: HashMap<Text<'a>, usize>,
}

/// Up to this size a map is searched from its start: faster than hashing.
const SEARCHED: usize = 12;

impl<'a> Map<'a> {
    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() <= SEARCHED {
            self.entries.iter().position(|(found, _)| &**found == key)
        } else {
            self.index.get(key).copied()
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.entries.get(self.position(key)?).map(|(_, value)| value)
    }

    /// Sets a key's value and gives the old one.
    pub(crate) fn put(&mut self, key: Text<'a>, value: Value<'a>) -> Value<'a> {
        if let Some(entry) = self.position(&key).and_then(|at| self.entries.get_mut(at)) {
            return std::mem::replace(&mut entry.1, value);
        }
        self.entries.push((key, value));
        self.reindex(self.entries.len() - 1);
        Value::Null
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let at = self.position(key)?;
        let (_, value) = self.entries.remove(at);
        self.index.clear();
        self.reindex(0);
        Some(value)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Brings the index up to date from `start` on, or makes it when the map has become large.
    fn reindex(&mut self, start: usize) {
        if self.entries.len() > SEARCHED {
            let start = if self.index.is_empty() { 0 } else { start };
            let keys = self.entries.iter().enumerate().skip(start).map(|(at, (key, _))| (key.clone(), at));
            self.index.extend(keys);
        }
    }
}

/// A key and its value, of the map that they were taken from.
pub(crate) struct Entry<'a> {
    pub(crate) key: Text<'a>,
    pub(crate) value: Value<'a>,
    pub(crate) map: Value<'a>,
}

/// Items that are taken one by one.
pub(crate) struct Iterator<'a> {
    pub(crate) items: Vec<Value<'a>>,
    pub(crate) next: usize,
}

/// What a value in a list counts for.
const VALUE_BYTES: usize = 32;

/// Everything that a rendering has made, and what it reads.
pub(crate) struct Heap<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) lists: Vec<List<'a>>,
    pub(crate) maps: Vec<Map<'a>>,
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) iterators: Vec<Iterator<'a>>,
    /// The copies of changed arrays and objects, by their index in the body.
    pub(crate) changed: HashMap<usize, Value<'a>>,
    /// How many bytes of texts, lists and maps were made.
    made: Cell<u64>,
}

impl<'a> Heap<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            lists: Vec::new(),
            maps: Vec::new(),
            entries: Vec::new(),
            iterators: Vec::new(),
            changed: HashMap::new(),
            made: Cell::new(0),
        }
    }

    /// Counts what is made.
    pub(crate) fn charge(&self, bytes: usize) {
        self.made.set(self.made.get().saturating_add(bytes as u64));
    }

    /// Counts values that are copied into a list or map.
    fn charge_values(&self, count: usize) {
        self.charge(count.saturating_mul(VALUE_BYTES) + VALUE_BYTES);
    }

    /// How many bytes of texts, lists and maps were made.
    pub(crate) fn made(&self) -> u64 {
        self.made.get()
    }

    pub(crate) fn list(&mut self, items: Vec<Value<'a>>, json: bool) -> Value<'a> {
        self.charge_values(items.len());
        self.lists.push(List { items, json });
        Value::List(self.lists.len() - 1)
    }

    pub(crate) fn map(&mut self, entries: impl IntoIterator<Item = (Text<'a>, Value<'a>)>) -> Value<'a> {
        let mut map = Map::default();
        for (key, value) in entries {
            map.put(key, value);
        }
        self.charge_values(map.entries.len() * 2);
        self.maps.push(map);
        Value::Map(self.maps.len() - 1)
    }

    /// What stands for a value now: the copy of an array or object that was changed.
    pub(crate) fn current(&self, value: Value<'a>) -> Value<'a> {
        match &value {
            Value::Node(node) if !self.changed.is_empty() => self.changed.get(&node.index()).cloned().unwrap_or(value),
            _ => value,
        }
    }

    /// A value that can be changed in place: an array or object of the body becomes a copy.
    pub(crate) fn changeable(&mut self, value: Value<'a>) -> Value<'a> {
        let Value::Node(node) = self.current(value.clone()) else {
            return self.current(value);
        };
        let copy = if node.kind() == Kind::Array {
            self.list(node.items().map(Value::of_node).collect(), true)
        } else {
            self.map(node.entries().map(|(key, value)| (key.into(), Value::of_node(value))))
        };
        self.changed.insert(node.index(), copy.clone());
        copy
    }

    /// A list's items; none if it is no list.
    pub(crate) fn items(&self, value: &Value<'a>) -> Option<Vec<Value<'a>>> {
        self.charge_values(self.list_len(value)?);
        match self.current(value.clone()) {
            Value::Node(node) if node.kind() == Kind::Array => Some(node.items().map(Value::of_node).collect()),
            Value::Json(serde_json::Value::Array(items)) => Some(items.iter().map(Value::of_json).collect()),
            Value::List(list) => Some(self.lists.get(list)?.items.clone()),
            _ => None,
        }
    }

    /// How many items a list has; none if it is no list.
    pub(crate) fn list_len(&self, value: &Value<'a>) -> Option<usize> {
        match self.current(value.clone()) {
            Value::Node(node) if node.kind() == Kind::Array => Some(node.len()),
            Value::Json(serde_json::Value::Array(items)) => Some(items.len()),
            Value::List(list) => Some(self.lists.get(list)?.items.len()),
            _ => None,
        }
    }

    /// A list's item.
    pub(crate) fn item(&self, value: &Value<'a>, index: usize) -> Option<Value<'a>> {
        match self.current(value.clone()) {
            Value::Node(node) => node.at(index).map(Value::of_node),
            Value::Json(serde_json::Value::Array(items)) => items.get(index).map(Value::of_json),
            Value::List(list) => self.lists.get(list)?.items.get(index).cloned(),
            _ => None,
        }
    }

    /// Whether a value is a map, to be read.
    pub(crate) fn is_map(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Node(node) => node.kind() == Kind::Object,
            Value::Json(json) => json.is_object(),
            Value::Pairs(_) | Value::Variables(_) | Value::Map(_) | Value::Params => true,
            _ => false,
        }
    }

    /// The value of a map's key.
    pub(crate) fn get(&self, value: &Value<'a>, key: &str) -> Option<Value<'a>> {
        match self.current(value.clone()) {
            Value::Node(node) => node.get(key).map(Value::of_node),
            Value::Json(json) => json.get(key).map(Value::of_json),
            Value::Pairs(pairs) => pairs.get(key).map(Value::text),
            Value::Variables(variables) => variables.get(key).map(|value| Value::text(value.as_str())),
            Value::Map(map) => self.maps.get(map)?.get(key).cloned(),
            Value::Params => self.parameters(key).map(Value::Pairs),
            _ => None,
        }
    }

    /// A map's keys and values in order.
    pub(crate) fn pairs(&self, value: &Value<'a>) -> Vec<(Text<'a>, Value<'a>)> {
        let pairs = self.pairs_of(value);
        self.charge_values(pairs.len() * 2);
        pairs
    }

    fn pairs_of(&self, value: &Value<'a>) -> Vec<(Text<'a>, Value<'a>)> {
        match self.current(value.clone()) {
            Value::Node(node) => node.entries().map(|(key, value)| (key.into(), Value::of_node(value))).collect(),
            Value::Json(serde_json::Value::Object(map)) => {
                map.iter().map(|(key, value)| (key.as_str().into(), Value::of_json(value))).collect()
            }
            Value::Pairs(pairs) => {
                let mut map = Map::default();
                for (key, value) in pairs.pairs {
                    map.put(key.as_str().into(), Value::text(value.as_str()));
                }
                map.entries
            }
            Value::Variables(variables) => {
                variables.iter().map(|(key, value)| (key.as_str().into(), Value::text(value.as_str()))).collect()
            }
            Value::Map(map) => self.maps.get(map).map(|map| map.entries.clone()).unwrap_or_default(),
            Value::Params => {
                let kinds = ["path", "querystring", "header"].into_iter();
                kinds.filter_map(|kind| Some((kind.into(), Value::Pairs(self.parameters(kind)?)))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many entries a map has.
    pub(crate) fn map_len(&self, value: &Value<'a>) -> usize {
        match self.current(value.clone()) {
            Value::Node(node) => node.len(),
            Value::Map(map) => self.maps.get(map).map_or(0, |map| map.entries.len()),
            other => self.pairs_of(&other).len(),
        }
    }

    /// The request's parameters of one kind.
    pub(crate) fn parameters(&self, kind: &str) -> Option<Pairs<'a>> {
        let params = self.inputs.params;
        let (pairs, fold_case) = match kind {
            "path" => (&params.path, false),
            "querystring" => (&params.querystring, false),
            "header" => (&params.header, true),
            _ => return None,
        };
        Some(Pairs { pairs, fold_case })
    }
}
