//! References: from a variable, step by step, to a value; printed, or set.

use super::{Rendered, Renderer};
use crate::{
    syntax::{Reference, Step},
    value::{Text, Value},
};

impl<'a> Renderer<'a> {
    /// A reference's value.
    pub(super) fn reference(&mut self, reference: &'a Reference) -> Rendered<Value<'a>> {
        self.at = reference.at;
        let root = self.slot(reference.slot);
        self.steps(root, &reference.steps, reference)
    }

    fn steps(&mut self, root: Value<'a>, steps: &'a [Step], reference: &'a Reference) -> Rendered<Value<'a>> {
        let mut value = root;
        for step in steps {
            self.step()?;
            if matches!(value, Value::Null) {
                return Ok(Value::Null);
            }
            value = match step {
                Step::Property(name) => self.property(value, name)?,
                Step::Index(index) => {
                    let index = self.value(index)?;
                    self.index(value, &index)?
                }
                Step::Method { name, arguments, path } => {
                    let arguments = self.values(arguments)?;
                    self.at = reference.at;
                    match (path, &value) {
                        (Some(path), Value::Input) => self.found(name, path)?,
                        _ => self.call(value, name, &arguments)?,
                    }
                }
            };
        }
        // The guide: calling $context.authorizer.claims returns null. What is in it can be read.
        let is_claims =
            matches!(value, Value::Json(json) if self.claims().is_some_and(|claims| std::ptr::eq(json, claims)));
        Ok(if is_claims { Value::Null } else { value })
    }

    fn claims(&self) -> Option<&'a serde_json::Value> {
        self.heap.inputs.context.get("authorizer")?.get("claims")
    }

    /// `$value.name`.
    pub(crate) fn property(&mut self, value: Value<'a>, name: &str) -> Rendered<Value<'a>> {
        let value = self.heap.current(value);
        Ok(match &value {
            Value::Context => self.context_value(name),
            Value::Input if name == "body" => Value::text(self.heap.inputs.body.text_or_object()),
            Value::Loop(depth) => self.loop_property(*depth, name),
            Value::Entry(entry) => match (name, self.heap.entries.get(*entry)) {
                ("key", Some(entry)) => Value::Text(entry.key.clone()),
                ("value", Some(entry)) => entry.value.clone(),
                _ => Value::Null,
            },
            value if self.heap.is_map(value) => match self.heap.get(value, name) {
                Some(found) => found,
                None if name == "empty" => Value::Bool(self.heap.map_len(value) == 0),
                None => Value::Null,
            },
            value if name == "empty" => match value {
                Value::Text(text) => Value::Bool(text.is_empty()),
                Value::Missing => Value::Bool(true),
                value => self.heap.list_len(value).map_or(Value::Null, |len| Value::Bool(len == 0)),
            },
            _ => Value::Null,
        })
    }

    /// `$value[index]`. A negative index counts from the end; beyond a list there is nothing.
    fn index(&mut self, value: Value<'a>, index: &Value<'a>) -> Rendered<Value<'a>> {
        let value = self.heap.current(value);
        if let Some(len) = self.heap.list_len(&value) {
            let at = index.as_integer().and_then(|index| position(index, len));
            return Ok(at.and_then(|at| self.heap.item(&value, at)).unwrap_or(Value::Null));
        }
        let key = self.text_of(index)?;
        match value {
            Value::Context => Ok(self.context_value(&key)),
            value if self.heap.is_map(&value) => Ok(self.heap.get(&value, &key).unwrap_or(Value::Null)),
            _ => Ok(Value::Null),
        }
    }

    /// Prints a reference's value; one that is escaped prints as it is written.
    pub(super) fn print_reference(&mut self, reference: &'a Reference, out: &mut String) -> Rendered<()> {
        self.step()?;
        let value = self.reference(reference)?;
        out.push_str(&reference.prefix);
        match (&reference.escaped, &value) {
            (Some(literal), value) => {
                out.push_str(if value.is_null() { "\\" } else { "" });
                out.push_str(literal);
            }
            (None, Value::Define(define)) => self.defined(define, out)?,
            (None, Value::Context) => {
                let all = self.context_map()?;
                let printing = self.heap.print(&all, out);
                self.printed(printing)?;
            }
            (None, value) => {
                let printing = self.heap.print(value, out);
                self.printed(printing)?;
            }
        }
        self.checked(out)
    }

    /// A value as text. Nothing is the empty text.
    pub(crate) fn text_of(&mut self, value: &Value<'a>) -> Rendered<Text<'a>> {
        match value {
            Value::Define(define) => {
                let mut out = String::new();
                self.defined(define, &mut out)?;
                self.checked(&out)?;
                self.heap.charge(out.len());
                Ok(out.into())
            }
            Value::Context => {
                let all = self.context_map()?;
                self.text_of(&all)
            }
            value => {
                let text = self.heap.to_text(value);
                self.printed(text)
            }
        }
    }

    /// `#set($target = value)`. Nothing on the right empties the target: AWS compares nothing as the empty text, so that
    /// is what it assigns. A target that cannot be set stays as it was.
    pub(super) fn assign(&mut self, target: &'a Reference, value: Value<'a>) -> Rendered<()> {
        self.step()?;
        let Some((last, steps)) = target.steps.split_last() else {
            self.set_slot(target.slot, value);
            return Ok(());
        };
        let value = if value.is_null() { Value::Missing } else { value };
        let root = self.slot(target.slot);
        let owner = self.steps(root, steps, target)?;
        let key = match last {
            Step::Property(name) => Value::text(&**name),
            Step::Index(index) => self.value(index)?,
            Step::Method { .. } => return Ok(()),
        };
        self.put(owner, key, value)
    }

    fn put(&mut self, owner: Value<'a>, key: Value<'a>, value: Value<'a>) -> Rendered<()> {
        match self.heap.changeable(owner) {
            Value::Context => {
                let name = self.text_of(&key)?;
                self.set_context_value(&name, value);
            }
            Value::Map(map) => {
                let name = self.text_of(&key)?;
                self.entry_set(map, &name)?;
                if let Some(map) = self.heap.maps.get_mut(map) {
                    map.put(name, value);
                }
            }
            Value::List(list) => {
                if let (Some(list), Some(index)) = (self.heap.lists.get_mut(list), key.as_integer())
                    && let Some(place) = position(index, list.items.len()).and_then(|at| list.items.get_mut(at))
                {
                    *place = value;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The place of an index in a list of `len` items; -1 is the last one.
pub(crate) fn position(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 { i64::try_from(len).ok()? + index } else { index };
    usize::try_from(at).ok().filter(|at| *at < len)
}
