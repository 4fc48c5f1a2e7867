//! `$context`, and the overrides in it.

use std::collections::{BTreeMap, HashSet};

use super::{Rendered, Renderer};
use crate::{
    Overrides,
    value::{Text, Value},
};

/// What the template may change under `$context`: made when it is first asked for.
pub(super) struct Changes<'a> {
    pub(super) request: Option<Value<'a>>,
    pub(super) response: Option<Value<'a>>,
    /// In the order of their names: what is printed of `$context` is the same each time.
    pub(super) others: BTreeMap<String, Value<'a>>,
    /// The maps of which an entry is set once.
    finals: HashSet<usize>,
    /// The entries of those maps that this template has set.
    set: HashSet<(usize, String)>,
}

impl Changes<'_> {
    pub(super) fn none() -> Self {
        Self { request: None, response: None, others: BTreeMap::new(), finals: HashSet::new(), set: HashSet::new() }
    }
}

/// The maps in each override that a template may set entries of without making them.
const REQUEST_GROUPS: [&str; 3] = ["header", "path", "querystring"];
const RESPONSE_GROUPS: [&str; 1] = ["header"];

impl<'a> Renderer<'a> {
    /// `$context.name`.
    pub(super) fn context_value(&mut self, name: &str) -> Value<'a> {
        match name {
            "requestOverride" => {
                if self.context.request.is_none() {
                    let made = self.override_map(&self.overrides.request, &REQUEST_GROUPS);
                    self.context.request = Some(made);
                }
                self.context.request.clone().unwrap_or(Value::Null)
            }
            "responseOverride" => {
                if self.context.response.is_none() {
                    let made = self.override_map(&self.overrides.response, &RESPONSE_GROUPS);
                    self.context.response = Some(made);
                }
                self.context.response.clone().unwrap_or(Value::Null)
            }
            name => match self.context.others.get(name) {
                Some(value) => value.clone(),
                None => self.heap.inputs.context.get(name).map_or(Value::Null, Value::of_json),
            },
        }
    }

    /// `#set($context.name = value)`.
    pub(super) fn set_context_value(&mut self, name: &str, value: Value<'a>) {
        match name {
            "requestOverride" => self.context.request = Some(value),
            "responseOverride" => self.context.response = Some(value),
            name => {
                self.context.others.insert(name.to_owned(), value);
            }
        }
    }

    /// A map's entries, `$context`'s too.
    pub(crate) fn pairs(&mut self, value: &Value<'a>) -> Rendered<Vec<(Text<'a>, Value<'a>)>> {
        Ok(match value {
            Value::Context => {
                let all = self.context_map()?;
                self.heap.pairs(&all)
            }
            value => self.heap.pairs(value),
        })
    }

    /// `$context` as a map.
    pub(crate) fn context_map(&mut self) -> Rendered<Value<'a>> {
        let mut pairs = self.heap.pairs(&Value::Json(self.heap.inputs.context));
        for name in ["requestOverride", "responseOverride"] {
            pairs.push((name.into(), self.context_value(name)));
        }
        pairs.extend(self.context.others.iter().map(|(name, value)| (name.clone().into(), value.clone())));
        self.spend(pairs.len())?;
        Ok(self.heap.map(pairs))
    }

    /// Notes that an entry of a map is set. The guide: "An override is final", and overriding the same parameter several
    /// times in a template ends in a 5XX.
    pub(crate) fn entry_set(&mut self, map: usize, name: &str) -> Rendered<()> {
        if self.context.finals.contains(&map) && !self.context.set.insert((map, name.to_owned())) {
            let shown: String = name.chars().take(80).collect();
            return Err(
                self.failed(format!("the override of {shown} is set twice; set a variable, and the override once"))
            );
        }
        Ok(())
    }

    fn final_map(&mut self, value: Value<'a>) -> Value<'a> {
        if let Value::Map(map) = value {
            self.context.finals.insert(map);
        }
        value
    }

    fn override_map(
        &mut self,
        before: &'a serde_json::Map<String, serde_json::Value>,
        groups: &[&'a str],
    ) -> Value<'a> {
        let mut entries: Vec<(Text<'a>, Value<'a>)> = Vec::new();
        for group in groups {
            if !before.contains_key(*group) {
                let made = self.heap.map([]);
                entries.push(((*group).into(), self.final_map(made)));
            }
        }
        for (name, value) in before {
            let thawed = self.thawed(value);
            let value = if groups.contains(&name.as_str()) { self.final_map(thawed) } else { thawed };
            entries.push((name.as_str().into(), value));
        }
        let made = self.heap.map(entries);
        self.final_map(made)
    }

    /// A value that can be changed: a map, of which the groups are maps, is enough.
    fn thawed(&mut self, value: &'a serde_json::Value) -> Value<'a> {
        match value {
            serde_json::Value::Object(map) => {
                let entries: Vec<_> =
                    map.iter().map(|(name, value)| (name.as_str().into(), Value::of_json(value))).collect();
                self.heap.map(entries)
            }
            value => Value::of_json(value),
        }
    }

    /// The overrides as the template left them; none if it did not ask for them.
    pub(crate) fn overrides_after(&mut self) -> Rendered<Option<Overrides>> {
        if self.context.request.is_none() && self.context.response.is_none() {
            return Ok(None);
        }
        let mut after = self.overrides.clone();
        for (changed, place) in
            [(self.context.request.clone(), &mut after.request), (self.context.response.clone(), &mut after.response)]
        {
            if let Some(value) = changed {
                let json = self.printed(self.heap.to_json(&value))?;
                if let serde_json::Value::Object(map) = json {
                    *place = map;
                }
            }
        }
        Ok(Some(after))
    }
}
