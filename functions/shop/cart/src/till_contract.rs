//! What every [`Till`] promises, as one suite that runs over the one in memory and over tables.
#![allow(clippy::expect_used, reason = "a test suite: a value it cannot make is a failed test")]

use crate::{
    cart::{Cart, CartId, Lifetime, Prices, add, freeze},
    customer::Customer,
    item::{Item, ItemName, Quantity, Sku, UnitPrice},
    money::Money,
    order::Order,
    tenant::Tenant,
    till::Till,
};

/// Runs every promise over `till`, which sells the article `known` at that price and has room for another order.
///
/// # Panics
/// When a promise is broken.
pub async fn suite(till: &impl Till, known: (&str, Money)) {
    an_article_has_the_shops_price_and_another_none(till, known).await;
    a_cart_becomes_one_order_however_often_it_is_placed(till, known).await;
    tenants_have_orders_of_their_own(till, known).await;
}

async fn an_article_has_the_shops_price_and_another_none(till: &impl Till, (sku, price): (&str, Money)) {
    let (known, unknown) = (parsed(sku), parsed("nobody-sells-this"));
    let expected = Prices::from([(sku.to_owned(), price)]);
    assert_eq!(till.prices(&[&known, &unknown]).await, Ok(expected));
    assert_eq!(till.prices(&[&unknown]).await, Ok(Prices::new()));
}

async fn a_cart_becomes_one_order_however_often_it_is_placed(till: &impl Till, known: (&str, Money)) {
    let (tenant, order) = (tenant("contract"), order(known));
    assert_eq!(till.place(&tenant, &order).await, Ok(order.clone()));
    assert_eq!(till.place(&tenant, &order).await, Ok(order));
}

async fn tenants_have_orders_of_their_own(till: &impl Till, known: (&str, Money)) {
    let order = order(known);
    for name in ["contract", "contract-other"] {
        assert_eq!(till.place(&tenant(name), &order).await, Ok(order.clone()));
    }
}

fn order((sku, price): (&str, Money)) -> Order {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("random bytes");
    let lifetime = Lifetime { updated_at_s: 1_700_000_000, expires_at_s: 4_102_444_799 };
    let (name, quantity) = (ItemName::parse("A thing").expect("a name"), Quantity::parse(2).expect("a quantity"));
    let item = Item::new(parsed(sku), name, quantity, UnitPrice::parse(price).expect("a price")).expect("a line");
    let cart = add(&Cart::new(CartId::from_random(random), price.currency, lifetime), item, lifetime).expect("a cart");
    let prices = Prices::from([(sku.to_owned(), price)]);
    let customer = Customer::parse("ann").expect("a customer");
    Order::of(freeze(&cart, customer, &prices, lifetime).expect("frozen")).expect("an order")
}

fn parsed(sku: &str) -> Sku {
    Sku::parse(sku).expect("a SKU")
}

fn tenant(name: &str) -> Tenant {
    Tenant::parse(name).expect("a tenant")
}
