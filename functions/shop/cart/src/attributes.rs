//! Attributes of DynamoDB items, written and read with care.

use std::collections::HashMap;

use aws::dynamodb::types::AttributeValue;

use crate::{
    money::{Currency, Money},
    store::StoreError,
};

/// An item, or a map in one.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// A number as an attribute.
pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item of these attributes.
pub(crate) fn attributes<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Attributes {
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Money as a map of `amount` and `currency`.
pub(crate) fn money(money: Money) -> AttributeValue {
    let currency = AttributeValue::S(money.currency.to_string());
    AttributeValue::M(attributes([("amount", number(money.amount)), ("currency", currency)]))
}

/// The money in a map of `amount` and `currency`.
pub(crate) fn read_money(value: &AttributeValue) -> Result<Money, StoreError> {
    let map = value.as_m().map_err(|_| corrupt("price"))?;
    Ok(Money { amount: parsed(map, "amount", whole, Some)?, currency: parsed(map, "currency", text, Currency::parse)? })
}

/// What `parse` makes of the attribute `name`, which must be of a kind.
pub(crate) fn parsed<'a, V, T>(
    item: &'a Attributes,
    name: &str,
    kind: impl FnOnce(&'a AttributeValue) -> Option<V>,
    parse: impl FnOnce(V) -> Option<T>,
) -> Result<T, StoreError> {
    item.get(name).and_then(kind).and_then(parse).ok_or_else(|| corrupt(name))
}

/// A text.
pub(crate) fn text(value: &AttributeValue) -> Option<&str> {
    value.as_s().ok().map(String::as_str)
}

/// A whole number.
pub(crate) fn whole(value: &AttributeValue) -> Option<u64> {
    value.as_n().ok()?.parse().ok()
}

/// Until the end of the year 9999, the last that RFC 3339 can write.
pub(crate) fn seconds(value: u64) -> Option<u64> {
    (value <= 253_402_300_799).then_some(value)
}

/// What is stored under `name` is not what is written there.
pub(crate) fn corrupt(name: &str) -> StoreError {
    StoreError::Corrupt(format!("{name} is missing or not what belongs there"))
}
