//! `java.util.Map` and `Map.Entry`.

use crate::{
    heap::Entry,
    render::{Rendered, Renderer},
    value::Value,
};

impl<'a> Renderer<'a> {
    pub(super) fn map_method(&mut self, map: &Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        match (name, arguments) {
            ("size", []) => Ok(Value::count(self.heap.map_len(map))),
            ("isEmpty", []) => Ok(Value::Bool(self.heap.map_len(map) == 0)),
            ("get", [key]) => {
                let key = self.text_of(key)?;
                Ok(self.heap.get(map, &key).unwrap_or(Value::Null))
            }
            ("getOrDefault", [key, otherwise]) => {
                let key = self.text_of(key)?;
                Ok(self.heap.get(map, &key).unwrap_or_else(|| otherwise.clone()))
            }
            ("containsKey", [key]) => {
                let key = self.text_of(key)?;
                Ok(Value::Bool(self.heap.get(map, &key).is_some()))
            }
            ("containsValue", [value]) => {
                let values = self.map_values(map)?;
                self.call(values, "contains", std::slice::from_ref(value))
            }
            ("keySet", []) => {
                let pairs = self.counted_pairs(map)?;
                Ok(self.heap.list(pairs.into_iter().map(|(key, _)| Value::Text(key)).collect(), false))
            }
            ("values", []) => self.map_values(map),
            ("entrySet", []) => {
                let mut entries = Vec::new();
                for (key, value) in self.counted_pairs(map)? {
                    self.heap.entries.push(Entry { key, value, map: map.clone() });
                    entries.push(Value::Entry(self.heap.entries.len() - 1));
                }
                Ok(self.heap.list(entries, false))
            }
            _ => self.changing_map_method(map, name, arguments),
        }
    }

    fn counted_pairs(&mut self, map: &Value<'a>) -> Rendered<Vec<(crate::value::Text<'a>, Value<'a>)>> {
        let pairs = self.heap.pairs(map);
        self.spend(pairs.len())?;
        Ok(pairs)
    }

    fn map_values(&mut self, map: &Value<'a>) -> Rendered<Value<'a>> {
        let pairs = self.counted_pairs(map)?;
        Ok(self.heap.list(pairs.into_iter().map(|(_, value)| value).collect(), false))
    }

    fn changing_map_method(&mut self, map: &Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        if !matches!(name, "put" | "putIfAbsent" | "putAll" | "remove" | "clear" | "replace") {
            return Ok(Value::Null);
        }
        let Value::Map(at) = self.heap.changeable(map.clone()) else {
            return Ok(Value::Null);
        };
        self.heap.charge(64);
        let (key, rest) = match arguments {
            [] => (crate::value::Text::from(""), [].as_slice()),
            [key, rest @ ..] if name != "putAll" => (self.text_of(key)?, rest),
            rest => (crate::value::Text::from(""), rest),
        };
        let present = self.heap.get(&Value::Map(at), &key);
        let others = match (name, rest) {
            ("putAll", [others]) => self.counted_pairs(others)?,
            _ => Vec::new(),
        };
        if name == "put" {
            self.entry_set(at, &key)?;
        }
        let len = self.heap.map_len(map);
        self.spend(if name == "remove" { len / 4 } else { 1 })?;
        let Some(map) = self.heap.maps.get_mut(at) else {
            return Ok(Value::Null);
        };
        Ok(match (name, rest) {
            ("put", [value]) => map.put(key, value.clone()),
            ("putIfAbsent", [value]) => match present {
                Some(found) => found,
                None => map.put(key, value.clone()),
            },
            ("replace", [value]) if present.is_some() => map.put(key, value.clone()),
            ("remove", []) => map.remove(&key).unwrap_or(Value::Null),
            ("putAll", _) => {
                for (key, value) in others {
                    map.put(key, value);
                }
                Value::Null
            }
            ("clear", []) => {
                map.clear();
                Value::Null
            }
            _ => Value::Null,
        })
    }

    pub(super) fn entry_method(
        &mut self,
        entry: &Value<'a>,
        name: &str,
        arguments: &[Value<'a>],
    ) -> Rendered<Value<'a>> {
        let Value::Entry(at) = entry else {
            return Ok(Value::Null);
        };
        let Some(entry) = self.heap.entries.get_mut(*at) else {
            return Ok(Value::Null);
        };
        match (name, arguments) {
            ("getKey", []) => Ok(Value::Text(entry.key.clone())),
            ("getValue", []) => Ok(entry.value.clone()),
            ("setValue", [value]) => {
                entry.value = value.clone();
                let (map, key) = (entry.map.clone(), Value::Text(entry.key.clone()));
                self.call(map, "put", &[key, value.clone()])
            }
            _ => Ok(Value::Null),
        }
    }
}
