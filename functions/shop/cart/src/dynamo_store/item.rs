//! A cart as a DynamoDB item and back.

use aws::dynamodb::types::AttributeValue;

use crate::{
    attributes::{Attributes, attributes, corrupt, number, parsed, seconds, text, whole},
    cart::{Cart, CartId, Lifetime},
    customer::Customer,
    item::{Item, ItemName, Quantity, Sku, UnitPrice},
    money::{Currency, Money},
    store::StoreError,
    tenant::Tenant,
};

/// The partition key of a cart. An id has no `#`, so that no two carts share a key, whatever a tenant is called.
pub(super) fn key(tenant: &Tenant, id: &CartId) -> AttributeValue {
    AttributeValue::S(format!("{tenant}#{id}"))
}

/// The item of a cart. Prices stand without their currency, which is the cart's.
pub(super) fn write(tenant: &Tenant, cart: &Cart, write_id: &AttributeValue) -> Attributes {
    let frozen_for = cart.frozen_for.as_ref().map(|customer| AttributeValue::S(customer.to_string()));
    let mut item = attributes([
        ("cartKey", key(tenant, &cart.id)),
        ("version", number(cart.version)),
        ("currency", AttributeValue::S(cart.currency.to_string())),
        ("items", AttributeValue::L(cart.items().iter().map(write_line).collect())),
        ("updatedAt", number(cart.lifetime.updated_at_s)),
        ("expiresAt", number(cart.lifetime.expires_at_s)),
        ("writeId", write_id.clone()),
    ]);
    item.extend(frozen_for.map(|customer| ("frozenFor".to_owned(), customer)));
    item
}

fn write_line(line: &Item) -> AttributeValue {
    AttributeValue::M(attributes([
        ("sku", AttributeValue::S(line.sku.as_str().to_owned())),
        ("name", AttributeValue::S(line.name.as_str().to_owned())),
        ("quantity", number(line.quantity().get())),
        ("unitPrice", number(line.unit_price().amount)),
    ]))
}

/// The cart of an item.
pub(super) fn read(id: &CartId, item: &Attributes) -> Result<Cart, StoreError> {
    let currency = parsed(item, "currency", text, Currency::parse)?;
    let updated_at_s = parsed(item, "updatedAt", whole, seconds)?;
    let expires_at_s = parsed(item, "expiresAt", whole, seconds)?;
    let version = parsed(item, "version", whole, Some)?;
    let lines = item.get("items").and_then(|items| items.as_l().ok()).ok_or_else(|| corrupt("items"))?;
    let items = lines.iter().map(|line| read_line(currency, line)).collect::<Result<_, _>>()?;
    let cart = Cart::new(id.clone(), currency, Lifetime { updated_at_s, expires_at_s });
    let cart = cart.with_items(items).map_err(|problem| StoreError::Corrupt(problem.to_string()))?;
    let frozen_for = item.get("frozenFor").map(|_| parsed(item, "frozenFor", text, Customer::parse)).transpose()?;
    Ok(cart.at_version(version).frozen_for(frozen_for))
}

fn read_line(currency: Currency, line: &AttributeValue) -> Result<Item, StoreError> {
    let line = line.as_m().map_err(|_| corrupt("items[]"))?;
    let sku = parsed(line, "sku", text, Sku::parse)?;
    let name = parsed(line, "name", text, ItemName::parse)?;
    let quantity = parsed(line, "quantity", whole, Quantity::parse)?;
    let price = parsed(line, "unitPrice", whole, |amount| UnitPrice::parse(Money { amount, currency }))?;
    Item::new(sku, name, quantity, price).map_err(|problem| StoreError::Corrupt(problem.to_string()))
}

#[cfg(test)]
mod tests;
