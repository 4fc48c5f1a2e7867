//! The parameters of an action by name, each read as what the action takes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Expressions, MessageAttributes, Refusal, Returned};

/// Values by the names of their parameters; a value is taken out when it is read.
#[derive(Default)]
pub(super) struct Values<'a>(BTreeMap<&'a str, Value>);

impl<'a> Values<'a> {
    pub(super) fn insert(&mut self, name: &'a str, value: Value) {
        self.0.insert(name, value);
    }

    /// A text; a number or boolean counts as its text, anything else as its JSON.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(other) => Some(other.to_string()),
        }
    }

    pub(super) fn required(&mut self, name: &'static str) -> Result<String, Refusal> {
        self.text(name).ok_or(wrong(name, "be there"))
    }

    /// A value that is JSON, or the text of it.
    fn json(&mut self, name: &'static str) -> Result<Option<Value>, Refusal> {
        match self.0.remove(name) {
            Some(Value::String(text)) => serde_json::from_str(&text).map(Some).map_err(|_| wrong(name, "be JSON")),
            other => Ok(other.filter(|value| !value.is_null())),
        }
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<Map<String, Value>>, Refusal> {
        match self.json(name)? {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(wrong(name, "be an object")),
        }
    }

    pub(super) fn required_object(&mut self, name: &'static str) -> Result<Map<String, Value>, Refusal> {
        self.object(name)?.ok_or(wrong(name, "be there"))
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<u32>, Refusal> {
        let text = self.text(name).filter(|text| !text.is_empty());
        text.map(|text| text.parse().map_err(|_| wrong(name, "be a whole number"))).transpose()
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.text(name).map(|text| text.parse().map_err(|_| wrong(name, "be true or false"))).transpose()
    }

    /// A list of texts, or texts with commas between them.
    pub(super) fn list(&mut self, name: &'static str) -> Result<Vec<String>, Refusal> {
        Ok(match self.0.remove(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.into_iter().map(text).collect(),
            Some(Value::String(written)) => match serde_json::from_str(&written) {
                Ok(Value::Array(items)) => items.into_iter().map(text).collect(),
                _ => written.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect(),
            },
            Some(_) => return Err(wrong(name, "be a list")),
        })
    }

    pub(super) fn attributes(&mut self, name: &'static str) -> Result<MessageAttributes, Refusal> {
        const SHAPE: &str = r#"be attributes: {"name": {"DataType": "String", "StringValue": "…"}}"#;
        let Some(value) = self.json(name)? else { return Ok(MessageAttributes::new()) };
        serde_json::from_value(value).map_err(|_| wrong(name, SHAPE))
    }

    /// `ExpressionAttributeNames`.
    pub(super) fn names(&mut self) -> Result<BTreeMap<String, String>, Refusal> {
        let name = "ExpressionAttributeNames";
        let pair = |(key, value): (String, Value)| match value {
            Value::String(text) => Ok((key, text)),
            _ => Err(wrong(name, "have texts as values")),
        };
        self.object(name)?.unwrap_or_default().into_iter().map(pair).collect()
    }

    /// The condition, and what it stands for.
    pub(super) fn expressions(&mut self) -> Result<Expressions, Refusal> {
        Ok(Expressions {
            condition: self.text("ConditionExpression"),
            names: self.names()?,
            values: self.object("ExpressionAttributeValues")?.unwrap_or_default(),
        })
    }

    /// `ReturnValues`.
    pub(super) fn returned(&mut self) -> Result<Returned, Refusal> {
        let name = "ReturnValues";
        match self.text(name).as_deref() {
            None | Some("NONE") => Ok(Returned::Nothing),
            Some("ALL_OLD") => Ok(Returned::Old),
            Some("ALL_NEW") => Ok(Returned::New),
            Some(_) => Err(wrong(name, "be NONE, ALL_OLD or ALL_NEW")),
        }
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn wrong(name: &'static str, must: &'static str) -> Refusal {
    Refusal::ActionParameter { name, must }
}
