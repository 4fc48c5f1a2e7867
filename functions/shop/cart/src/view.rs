//! A cart as its JSON answer.

use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{cart::Cart, item::Item, money::Money};

/// What a client is shown of a cart.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CartView<'a> {
    id: String,
    version: u64,
    currency: String,
    items: Vec<ItemView<'a>>,
    total: MoneyView,
    expires_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemView<'a> {
    sku: &'a str,
    name: &'a str,
    quantity: u64,
    unit_price: MoneyView,
    line_total: MoneyView,
}

#[derive(Serialize)]
struct MoneyView {
    amount: u64,
    currency: String,
}

impl<'a> CartView<'a> {
    /// The view of `cart`.
    pub fn of(cart: &'a Cart) -> Self {
        CartView {
            id: cart.id.to_string(),
            version: cart.version,
            currency: cart.currency.to_string(),
            items: cart.items().iter().map(ItemView::of).collect(),
            total: MoneyView::of(cart.total()),
            expires_at: rfc_3339(cart.lifetime.expires_at_s),
            updated_at: rfc_3339(cart.lifetime.updated_at_s),
        }
    }
}

impl<'a> ItemView<'a> {
    fn of(item: &'a Item) -> Self {
        ItemView {
            sku: item.sku.as_str(),
            name: item.name.as_str(),
            quantity: item.quantity().get(),
            unit_price: MoneyView::of(item.unit_price()),
            line_total: MoneyView::of(item.line_total()),
        }
    }
}

impl MoneyView {
    fn of(money: Money) -> Self {
        MoneyView { amount: money.amount, currency: money.currency.to_string() }
    }
}

/// A moment as RFC 3339 writes it. One after the year 9999, which a cart never has, gives an empty string.
fn rfc_3339(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}
