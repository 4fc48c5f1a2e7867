//! Reads a JSON body field by field, so that whoever sent a wrong one learns which field, what was wrong and what to
//! send.

use serde_json::{Map, Value};

/// What is wrong with a part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which part: `body`, the path of a field such as `unitPrice.amount`, or a header's name.
    pub field: String,
    /// What was wrong and what to send.
    pub message: String,
}

/// A JSON object with a known set of fields.
#[derive(Debug)]
pub struct Fields<'a> {
    /// What stands before its fields' names: nothing, or `unitPrice.`.
    prefix: String,
    fields: &'a Map<String, Value>,
}

/// Longest part of an unknown field's name that is told back.
const SHOWN_NAME_CHARS: usize = 40;

/// The JSON value of a body.
///
/// # Errors
/// Where it stops being UTF-8, or the line and column where it stops being JSON.
pub fn parse(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Err(fault("body", "the body is empty: send a JSON object"));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let byte = error.valid_up_to() + 1;
        fault("body", &format!("the body is not UTF-8 from its byte {byte} on: send JSON in UTF-8"))
    })?;
    serde_json::from_str(text).map_err(|error| fault("body", &format!("the body is not JSON: {error}")))
}

impl<'a> Fields<'a> {
    /// The body's object, which may have the fields `known`.
    ///
    /// # Errors
    /// When it is no object, or has another field.
    pub fn of(body: &'a Value, known: &[&str]) -> Result<Self, Fault> {
        let Value::Object(fields) = body else {
            return Err(fault("body", &format!("the body is {}: send a JSON object", found(body))));
        };
        Fields { prefix: String::new(), fields }.known(known)
    }

    /// The object in the field `name`, which may have the fields `known`.
    ///
    /// # Errors
    /// When it is missing, is no object, or has another field.
    pub fn object(&self, name: &str, known: &[&str]) -> Result<Fields<'a>, Fault> {
        let wanted = format!("an object of {}", known.join(", "));
        let Value::Object(fields) = self.value(name, &wanted)? else { return Err(self.fault(name, &wanted)) };
        Fields { prefix: format!("{}{name}.", self.prefix), fields }.known(known)
    }

    /// What `parse` makes of the text in the field `name`; `wanted` says what it takes.
    ///
    /// # Errors
    /// When the field is missing, is no text, or one that `parse` does not take.
    pub fn text<T>(&self, name: &str, wanted: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
        let text = self.value(name, wanted)?.as_str();
        text.and_then(parse).ok_or_else(|| self.fault(name, wanted))
    }

    /// What `parse` makes of the whole number in the field `name`; `wanted` says what it takes.
    ///
    /// # Errors
    /// When the field is missing, is no whole number from 0 to 2^64 - 1, or one that `parse` does not take. `1.0` and
    /// `1e3` are none: they are how a float is written.
    pub fn whole<T>(&self, name: &str, wanted: &str, parse: impl FnOnce(u64) -> Option<T>) -> Result<T, Fault> {
        let number = self.value(name, wanted)?.as_u64();
        number.and_then(parse).ok_or_else(|| self.fault(name, wanted))
    }

    fn known(self, known: &[&str]) -> Result<Self, Fault> {
        let Some(name) = self.fields.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(self) };
        let shown: String = name.chars().take(SHOWN_NAME_CHARS).collect();
        let field = format!("{}{shown}", self.prefix);
        let known = known.join(", ");
        Err(fault(&field, &format!("{field} is not a field here: send only {known}")))
    }

    fn value(&self, name: &str, wanted: &str) -> Result<&'a Value, Fault> {
        self.fields.get(name).ok_or_else(|| self.fault(name, wanted))
    }

    fn fault(&self, name: &str, wanted: &str) -> Fault {
        let field = format!("{}{name}", self.prefix);
        let found = self.fields.get(name).map_or_else(|| "missing".to_owned(), found);
        fault(&field, &format!("{field} is {found}: send {wanted}"))
    }
}

/// A fault of `field`.
pub fn fault(field: &str, message: &str) -> Fault {
    Fault { field: field.to_owned(), message: message.to_owned() }
}

/// A value as a message tells it: numbers as they are, text never.
fn found(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(text) => format!("a string of {} characters", text.chars().count()),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
