use serde_json::Value;

use super::*;
use crate::{contract::largest_cart, driver::known_cart};

/// DynamoDB's limit for an item.
const MAX_ITEM_BYTES: usize = 400 * 1024;

fn demo() -> Tenant {
    Tenant::parse("demo").unwrap()
}

fn item() -> Attributes {
    write(&demo(), &known_cart(), &AttributeValue::S("9f86d081884c7d65".to_owned()))
}

/// The bytes DynamoDB counts, at most: names and texts in UTF-8, a number's digits (it takes half as many, and one),
/// and 3 plus 1 a member for a list or map. (DynamoDB developer guide, `CapacityUnitCalculations`.)
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len() + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(values) => 3 + values.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        other => panic!("a cart has no {other:?}"),
    }
}

/// An attribute from DynamoDB's JSON.
fn attribute(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text.clone()),
        ("N", Value::String(text)) => AttributeValue::N(text.clone()),
        ("L", Value::Array(values)) => AttributeValue::L(values.iter().map(attribute).collect()),
        ("M", Value::Object(_)) => AttributeValue::M(item_of(value)),
        other => panic!("a cart has no {other:?}"),
    }
}

fn item_of(json: &Value) -> Attributes {
    json.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

#[test]
fn a_cart_comes_back_as_it_was_written() {
    let frozen = known_cart().frozen_for(Customer::parse("ann"));
    for cart in [known_cart(), frozen, largest_cart()] {
        let item = write(&demo(), &cart, &number(0));
        assert_eq!(read(&cart.id, &item), Ok(cart));
    }
}

#[test]
fn the_item_is_the_one_that_the_documentation_shows() {
    let page = include_str!("../../../../../../docs/cart.md");
    let shown = page.split_once("```json dynamodb\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(item_of(&serde_json::from_str(shown).unwrap()), item());
}

#[test]
fn the_largest_cart_fits_into_an_item() {
    let tenant = Tenant::parse(&"t".repeat(1024)).unwrap();
    let bytes = size(&AttributeValue::M(write(&tenant, &largest_cart(), &number(u64::MAX))));
    assert!(bytes < MAX_ITEM_BYTES / 4, "{bytes} bytes");
}

#[test]
fn what_is_not_a_cart_is_corrupt_and_named() {
    let check = |name: &str, value: Option<AttributeValue>| {
        let mut item = item();
        item.remove(name);
        item.extend(value.map(|value| (name.to_owned(), value)));
        let expected = format!("{name} is missing or not what belongs there");
        assert_eq!(read(&known_cart().id, &item), Err(StoreError::Corrupt(expected)));
    };
    let text = |text: &str| AttributeValue::S(text.to_owned());
    for name in ["version", "currency", "items", "updatedAt", "expiresAt"] {
        check(name, None);
        check(name, Some(AttributeValue::Bool(true)));
    }
    check("version", Some(text("3")));
    check("version", Some(AttributeValue::N("3.5".to_owned())));
    check("version", Some(AttributeValue::N("1e3".to_owned())));
    check("currency", Some(text("euro")));
    check("expiresAt", Some(number(253_402_300_800)));
}

#[test]
fn an_item_line_that_breaks_a_rule_is_corrupt() {
    let check = |name: &str, value: AttributeValue, expected: &str| {
        let mut item = item();
        let Some(AttributeValue::L(lines)) = item.get_mut("items") else { panic!("no lines") };
        let AttributeValue::M(line) = &mut lines[0] else { panic!("no line") };
        line.insert(name.to_owned(), value);
        assert_eq!(read(&known_cart().id, &item), Err(StoreError::Corrupt(expected.to_owned())));
    };
    check("quantity", number(1000), "quantity is missing or not what belongs there");
    check("unitPrice", number(100_000_001), "unitPrice is missing or not what belongs there");
    check("name", AttributeValue::S(String::new()), "name is missing or not what belongs there");
    check("sku", AttributeValue::S("MUG-BLUE".to_owned()), "the cart has MUG-BLUE twice");
}
