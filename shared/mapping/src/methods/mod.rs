//! Methods: those of Java's texts, numbers, lists and maps that templates use, and AWS's own on `$input` and `$util`.
//!
//! What no method answers to gives nothing, as `null` does. That includes everything that leads out of the template's
//! values: `getClass()`, `.class`, streams and reflection.

mod format;
mod input;
mod lists;
mod maps;
mod numbers;
mod split;
mod strings;
mod util;

use crate::{
    render::{Rendered, Renderer},
    value::Value,
};

impl<'a> Renderer<'a> {
    /// Calls a method.
    pub(crate) fn call(&mut self, receiver: Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let receiver = self.heap.current(receiver);
        match (name, arguments) {
            ("toString", []) if !receiver.is_null() => return Ok(Value::Text(self.text_of(&receiver)?)),
            ("equals", [other]) => return self.equals(&receiver, other),
            ("hashCode", []) if !receiver.is_null() => {
                let text = self.text_of(&receiver)?;
                return Ok(Value::Integer(receiver.as_integer().unwrap_or_else(|| crate::java::hash(&text))));
            }
            _ => {}
        }
        match &receiver {
            Value::Input => self.input_method(name, arguments),
            Value::Util => self.util_method(name, arguments),
            Value::Text(text) => self.string_method(text, name, arguments),
            Value::Missing => self.string_method(&"".into(), name, arguments),
            Value::Define(_) => {
                let text = self.text_of(&receiver)?;
                self.string_method(&text, name, arguments)
            }
            Value::Integer(_) | Value::Double(_) => self.number_method(&receiver, name, arguments),
            Value::Bool(value) => self.bool_method(*value, name, arguments),
            Value::Entry(_) => self.entry_method(&receiver, name, arguments),
            Value::Iterator(_) => Ok(self.iterator_method(&receiver, name)),
            Value::Context => {
                let all = self.context_map()?;
                self.map_method(&all, name, arguments)
            }
            Value::Loop(_) => self.loop_method(receiver, name, arguments),
            value if self.heap.is_list(value) => self.list_method(&receiver, name, arguments),
            value if self.heap.is_map(value) => self.map_method(&receiver, name, arguments),
            _ => Ok(Value::Null),
        }
    }

    /// `equals`: of Java, so that a text equals texts only, and `null` nothing.
    fn equals(&mut self, left: &Value<'a>, right: &Value<'a>) -> Rendered<Value<'a>> {
        let same = match (left, right) {
            (Value::Null, _) => return Ok(Value::Null),
            (Value::Missing, Value::Text(text)) | (Value::Text(text), Value::Missing) => text.is_empty(),
            (Value::Missing, Value::Missing) => true,
            (_, Value::Null) => false,
            (Value::Text(left), Value::Text(right)) => left == right,
            (Value::Text(_), _) | (_, Value::Text(_)) => false,
            (Value::Integer(left), Value::Integer(right)) => left == right,
            (Value::Integer(_), _) | (_, Value::Integer(_)) => false,
            (left, right) => {
                let equal = crate::compare::equal(&self.heap, left, right);
                self.printed(equal)?
            }
        };
        Ok(Value::Bool(same))
    }

    /// `$foreach.getIndex()` and so on: the properties by their getters.
    fn loop_method(&mut self, receiver: Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let property = name.strip_prefix("get").or_else(|| name.strip_prefix("is")).unwrap_or(name);
        let mut letters = property.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let property: String = first.into_iter().chain(letters).collect();
        if arguments.is_empty() { self.property(receiver, &property) } else { Ok(Value::Null) }
    }

    fn bool_method(&mut self, value: bool, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        Ok(match (name, arguments) {
            ("booleanValue", []) => Value::Bool(value),
            ("parseBoolean" | "valueOf", [text]) => {
                let text = self.text_of(text)?;
                Value::Bool(text.eq_ignore_ascii_case("true"))
            }
            ("compareTo", [Value::Bool(other)]) => Value::Integer(i64::from(value) - i64::from(*other)),
            _ => Value::Null,
        })
    }
}
