//! Values as text: maps as Java prints them, lists from JSON as JSON.

use json::Kind;

use crate::{
    MAX_OUTPUT_BYTES,
    heap::Heap,
    java,
    value::{Text, Value},
};

/// What printing gives, or which limit it passed.
pub(crate) type Printing<T> = Result<T, &'static str>;

/// How deep printed values may be nested: deeper than any body's.
const MAX_DEPTH: usize = json::MAX_DEPTH + 32;

const TOO_LONG: &str = "a text is longer than 10 MB";
const TOO_DEEP: &str = "a value is nested too deep to be printed; it may contain itself";

impl<'a> Heap<'a> {
    /// A value as text. Nothing is the empty text.
    pub(crate) fn to_text(&self, value: &Value<'a>) -> Printing<Text<'a>> {
        if let Value::Text(text) = value {
            return Ok(text.clone());
        }
        let mut out = String::new();
        self.print(value, &mut out)?;
        self.charge(out.len());
        Ok(out.into())
    }

    /// Appends a value as it prints. Nothing prints nothing.
    pub(crate) fn print(&self, value: &Value<'a>, out: &mut String) -> Printing<()> {
        if value.is_null() { Ok(()) } else { self.java(value, out, 0) }
    }

    /// As Java's `toString` has it.
    fn java(&self, value: &Value<'a>, out: &mut String, depth: usize) -> Printing<()> {
        check(out, depth)?;
        match value {
            Value::Null => out.push_str("null"),
            Value::Missing => {}
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Integer(value) => push_integer(*value, out),
            Value::Double(value) => out.push_str(&java::double(*value)),
            Value::Text(text) => out.push_str(text),
            Value::Entry(entry) => {
                if let Some(entry) = self.entries.get(*entry) {
                    out.push_str(&entry.key);
                    out.push('=');
                    self.java(&entry.value, out, depth + 1)?;
                }
            }
            Value::Node(_) | Value::Json(_) | Value::List(_) => return self.java_collection(value, out, depth),
            value if self.is_map(value) => return self.java_map(value, out, depth),
            _ => {}
        }
        check(out, depth)
    }

    fn java_collection(&self, value: &Value<'a>, out: &mut String, depth: usize) -> Printing<()> {
        let value = self.current(value.clone());
        if self.is_map(&value) {
            return self.java_map(&value, out, depth);
        }
        let Value::List(list) = &value else {
            return self.json(&value, out, depth);
        };
        let Some(list) = self.lists.get(*list) else {
            return Ok(());
        };
        if list.json {
            return self.json(&value, out, depth);
        }
        out.push('[');
        for (at, item) in list.items.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { ", " });
            self.java(item, out, depth + 1)?;
        }
        out.push(']');
        Ok(())
    }

    fn java_map(&self, value: &Value<'a>, out: &mut String, depth: usize) -> Printing<()> {
        out.push('{');
        for (at, (key, value)) in self.pairs(value).iter().enumerate() {
            out.push_str(if at == 0 { "" } else { ", " });
            out.push_str(key);
            out.push('=');
            self.java(value, out, depth + 1)?;
        }
        out.push('}');
        Ok(())
    }

    /// Appends a value as JSON.
    pub(crate) fn json(&self, value: &Value<'a>, out: &mut String, depth: usize) -> Printing<()> {
        check(out, depth)?;
        match value {
            Value::Null => out.push_str("null"),
            Value::Missing => out.push_str("\"\""),
            Value::Double(value) if !value.is_finite() => out.push_str("null"),
            Value::Text(text) => json::write_string(text, out),
            Value::Node(node) if self.changed.is_empty() => node.write(out),
            Value::Node(_) | Value::Json(_) | Value::List(_) => {
                let value = self.current(value.clone());
                match self.items(&value) {
                    Some(items) => self.json_list(&items, out, depth)?,
                    None => self.json_map(&value, out, depth)?,
                }
            }
            value if self.is_map(value) => self.json_map(value, out, depth)?,
            Value::Bool(_) | Value::Integer(_) | Value::Double(_) => self.java(value, out, depth)?,
            other => json::write_string(&self.to_text(other)?, out),
        }
        check(out, depth)
    }

    fn json_list(&self, items: &[Value<'a>], out: &mut String, depth: usize) -> Printing<()> {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { "," });
            self.json(item, out, depth + 1)?;
        }
        out.push(']');
        Ok(())
    }

    fn json_map(&self, value: &Value<'a>, out: &mut String, depth: usize) -> Printing<()> {
        out.push('{');
        for (at, (key, value)) in self.pairs(value).iter().enumerate() {
            out.push_str(if at == 0 { "" } else { "," });
            json::write_string(key, out);
            out.push(':');
            self.json(value, out, depth + 1)?;
        }
        out.push('}');
        Ok(())
    }

    /// A value as `serde_json` has it, for the overrides.
    pub(crate) fn to_json(&self, value: &Value<'a>) -> Printing<serde_json::Value> {
        let mut text = String::new();
        self.json(value, &mut text, 0)?;
        self.charge(text.len());
        serde_json::from_str(&text).map_err(|_| TOO_DEEP)
    }

    /// Whether a value is an array of the body, a list, or an array of `$context`.
    pub(crate) fn is_list(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Node(node) => node.kind() == Kind::Array,
            Value::Json(json) => json.is_array(),
            Value::List(_) => true,
            _ => false,
        }
    }
}

fn check(out: &str, depth: usize) -> Printing<()> {
    match (out.len() > MAX_OUTPUT_BYTES, depth > MAX_DEPTH) {
        (true, _) => Err(TOO_LONG),
        (_, true) => Err(TOO_DEEP),
        _ => Ok(()),
    }
}

fn push_integer(value: i64, out: &mut String) {
    use std::fmt::Write as _;
    let _into_a_string = write!(out, "{value}");
}
