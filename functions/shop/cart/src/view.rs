//! A cart as its JSON answer.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::{cart::Cart, item::Item, money::Money, order::Order};

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
    /// The order that the cart has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
}

/// What a client is shown of an order: the same as `GET /orders/{orderId}` reads from the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView<'a> {
    id: String,
    customer: String,
    status: &'a str,
    items: Vec<ItemView<'a>>,
    total: MoneyView,
    placed_at: String,
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
            order: cart.frozen_for.as_ref().map(|_| cart.id.to_string()),
        }
    }
}

impl<'a> OrderView<'a> {
    /// The view of `order`.
    pub fn of(order: &'a Order) -> Self {
        OrderView {
            id: order.cart.id.to_string(),
            customer: order.customer.to_string(),
            status: order.status.as_str(),
            items: order.cart.items().iter().map(ItemView::of).collect(),
            total: MoneyView::of(order.cart.total()),
            placed_at: rfc_3339(order.placed_at_s),
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

/// A moment as RFC 3339 writes it; one after the year 9999, which no cart has, as that year's end.
pub(crate) fn rfc_3339(seconds: u64) -> String {
    let since = Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    let moment = OffsetDateTime::UNIX_EPOCH.saturating_add(since);
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_rfc_3339() {
        for (seconds, written) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc_3339(seconds), written);
        }
    }
}
