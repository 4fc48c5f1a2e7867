//! DynamoDB's items as plain JSON.
//!
//! | JSON | DynamoDB | and back |
//! |---|---|---|
//! | string, boolean, null | `S`, `BOOL`, `NULL` | the same |
//! | number | `N`: an integer of 64 bits or a double | as many digits as are there, up to 38 |
//! | array | `L` | the same |
//! | object | `M` | the same |
//! | | `SS`, `NS` | array |
//! | | `B` | string, in base64 |
//! | | `BS` | array of these |
//!
//! Sets and binary values are read, but there is no way of writing them: JSON does not tell them from arrays and strings,
//! and a member that said so could not be told from a client's data.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// How deep DynamoDB's documents may be. (DynamoDB developer guide, `Constraints`.)
const MAX_DEPTH: usize = 32;

/// An item of plain JSON.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The item that `json` is.
///
/// # Errors
/// A sentence, when it is deeper than DynamoDB's documents may be.
pub(super) fn item(json: &Map<String, Value>) -> Result<Item, String> {
    json.iter().map(|(name, value)| Ok((name.clone(), attribute(value, 1)?))).collect()
}

fn attribute(json: &Value, depth: usize) -> Result<AttributeValue, String> {
    if depth > MAX_DEPTH {
        return Err(format!("an attribute is nested deeper than {MAX_DEPTH} levels"));
    }
    Ok(match json {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(value) => AttributeValue::N(value.to_string()),
        Value::String(value) => AttributeValue::S(value.clone()),
        Value::Array(values) => {
            AttributeValue::L(values.iter().map(|value| attribute(value, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| Ok((name.clone(), attribute(value, depth + 1)?)));
            AttributeValue::M(members.collect::<Result<_, String>>()?)
        }
    })
}

/// `item` as JSON text, its members in order. Written here, and not by way of numbers: those have fewer digits.
pub(super) fn json(item: &Item) -> String {
    let mut out = String::new();
    write_item(&mut out, item);
    out
}

fn write_item(out: &mut String, item: &Item) {
    let members: BTreeMap<_, _> = item.iter().collect();
    write_all(out, ['{', '}'], members, |out, (name, value)| {
        write_text(out, name);
        out.push(':');
        write(out, value);
    });
}

fn write(out: &mut String, value: &AttributeValue) {
    match value {
        AttributeValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        AttributeValue::S(text) => write_text(out, text),
        AttributeValue::N(number) => write_number(out, number),
        AttributeValue::B(bytes) => write_text(out, &BASE64_STANDARD.encode(bytes)),
        AttributeValue::L(values) => write_all(out, ['[', ']'], values, write),
        AttributeValue::M(members) => write_item(out, members),
        AttributeValue::Ss(texts) => write_all(out, ['[', ']'], texts, |out, text| write_text(out, text)),
        AttributeValue::Ns(numbers) => write_all(out, ['[', ']'], numbers, |out, number| write_number(out, number)),
        AttributeValue::Bs(all) => {
            write_all(out, ['[', ']'], all, |out, bytes| write_text(out, &BASE64_STANDARD.encode(bytes)));
        }
        // `NULL`, and types that DynamoDB may get one day.
        _ => out.push_str("null"),
    }
}

fn write_all<T>(
    out: &mut String,
    [open, close]: [char; 2],
    all: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    out.push(open);
    for (at, one) in all.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, one);
    }
    out.push(close);
}

fn write_text(out: &mut String, text: &str) {
    out.push_str(&Value::from(text).to_string());
}

/// DynamoDB's numbers are JSON's; what is none is left as a string.
fn write_number(out: &mut String, number: &str) {
    match serde_json::from_str::<serde_json::Number>(number) {
        Ok(_) => out.push_str(number),
        Err(_) => write_text(out, number),
    }
}

#[cfg(test)]
mod tests;
