//! Attributes of items, written and read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use channels::ports::StoreError;

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(super) fn read_text<'i>(item: &'i Item, name: &str) -> Result<&'i str, StoreError> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| corrupt(name))
}

pub(super) fn read_number(item: &Item, name: &str) -> Result<u64, StoreError> {
    item.get(name).and_then(whole).ok_or_else(|| corrupt(name))
}

pub(super) fn whole(value: &AttributeValue) -> Option<u64> {
    value.as_n().ok()?.parse().ok()
}

pub(super) fn corrupt(name: &str) -> StoreError {
    StoreError::Corrupt(name.to_owned())
}
