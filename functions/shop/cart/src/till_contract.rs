//! What every [`Till`] promises, as one suite that runs over the one in memory and over tables.
#![allow(clippy::expect_used, reason = "a test suite: a value it cannot make is a failed test")]

use crate::{
    cart::{Cart, CartId, Lifetime, Shelf, Shelves, add},
    customer::Customer,
    item::{Item, ItemName, Quantity, Sku, UnitPrice},
    money::Money,
    order::{Order, Status, Taken},
    store::{CartStore, StoreError},
    tenant::Tenant,
    till::{Placing, Till},
};

/// How many pieces there must be of the article that is counted.
pub const STOCK: u64 = 5;

/// An article and its price.
type Article<'a> = (&'a str, Money);

/// Runs every promise over `till`, whose carts are in `carts`, which sells `known` without counting, and has [`STOCK`] pieces
/// of `counted` that nobody else takes. It ends with none of them.
///
/// # Panics
/// When a promise is broken.
pub async fn suite(carts: &impl CartStore, till: &impl Till, known: Article<'_>, counted: Article<'_>) {
    an_article_has_the_shops_shelf_and_another_none(till, known, counted).await;
    a_cart_becomes_one_order(carts, till, known).await;
    tenants_have_orders_of_their_own(carts, till, known).await;
    what_is_not_there_is_not_taken_and_nothing_else_either(carts, till, known, counted).await;
    of_many_who_take_the_last_pieces_as_many_get_them_as_there_are(carts, till, counted).await;
}

async fn an_article_has_the_shops_shelf_and_another_none(till: &impl Till, known: Article<'_>, counted: Article<'_>) {
    let (one, two, unknown) = (parsed(known.0), parsed(counted.0), parsed("nobody-sells-this"));
    let expected = Shelves::from([
        (known.0.to_owned(), Shelf { price: known.1, stock: None }),
        (counted.0.to_owned(), Shelf { price: counted.1, stock: Some(STOCK) }),
    ]);
    assert_eq!(till.shelves(&[&one, &two, &unknown]).await, Ok(expected));
    assert_eq!(till.shelves(&[&unknown]).await, Ok(Shelves::new()));
}

async fn a_cart_becomes_one_order(carts: &impl CartStore, till: &impl Till, known: Article<'_>) {
    let (tenant, cart) = (tenant("contract"), cart(&[known], 2));
    let order = order(&cart);
    assert_eq!(till.place(&tenant, &order, &[]).await, Err(StoreError::Contended), "there is no such cart");
    assert_eq!(till.status(&tenant, &cart.id).await, Ok(None));
    assert_eq!(carts.create(&tenant, &cart).await, Ok(()));
    assert_eq!(till.place(&tenant, &order, &[]).await, Ok(Placing::Placed));
    assert_eq!(till.status(&tenant, &cart.id).await, Ok(Some(Status::placed())));
    assert_eq!(carts.load(&tenant, &cart.id).await, Ok(Some(order.cart.clone())));
    assert_eq!(till.place(&tenant, &order, &[]).await, Err(StoreError::Contended), "a repeat");
}

async fn tenants_have_orders_of_their_own(carts: &impl CartStore, till: &impl Till, known: Article<'_>) {
    let cart = cart(&[known], 2);
    for name in ["contract", "contract-other"] {
        assert_eq!(till.status(&tenant(name), &cart.id).await, Ok(None), "{name}");
        assert_eq!(carts.create(&tenant(name), &cart).await, Ok(()));
        assert_eq!(till.place(&tenant(name), &order(&cart), &[]).await, Ok(Placing::Placed));
    }
}

async fn what_is_not_there_is_not_taken_and_nothing_else_either(
    carts: &impl CartStore,
    till: &impl Till,
    known: Article<'_>,
    counted: Article<'_>,
) {
    let (tenant, cart) = (tenant("contract"), cart(&[known, counted], 1));
    let order = order(&cart);
    let (lacking, of_no_stock) = (taken(counted.0, STOCK + 1), taken(known.0, 1));
    assert_eq!(carts.create(&tenant, &cart).await, Ok(()));
    let lacks = Placing::Lacks { sku: parsed(counted.0), left: STOCK };
    assert_eq!(till.place(&tenant, &order, &[lacking]).await, Ok(lacks));
    let of_both = [taken(counted.0, 1), of_no_stock];
    assert_eq!(till.place(&tenant, &order, &of_both).await, Err(StoreError::Contended), "it is not counted");
    let stale = Order { cart: order.cart.clone().at_version(9), ..order.clone() };
    assert_eq!(till.place(&tenant, &stale, &[taken(counted.0, 1)]).await, Err(StoreError::Contended));

    assert_eq!(carts.load(&tenant, &cart.id).await, Ok(Some(cart.clone())), "as it was");
    assert_eq!(till.status(&tenant, &cart.id).await, Ok(None));
    assert_eq!(left(till, counted.0).await, Some(STOCK));
}

async fn of_many_who_take_the_last_pieces_as_many_get_them_as_there_are(
    carts: &impl CartStore,
    till: &impl Till,
    counted: Article<'_>,
) {
    let tenant = tenant("contract");
    let buy = async |quantity| {
        let cart = cart(&[counted], quantity);
        assert_eq!(carts.create(&tenant, &cart).await, Ok(()));
        till.place(&tenant, &order(&cart), &[taken(counted.0, quantity)]).await.expect("an outcome")
    };
    let (one, two, three) = tokio::join!(buy(2), buy(2), buy(2));
    let placed = [&one, &two, &three].into_iter().filter(|outcome| **outcome == Placing::Placed).count();
    assert_eq!(placed, 2, "{one:?} {two:?} {three:?}");
    assert_eq!(buy(2).await, Placing::Lacks { sku: parsed(counted.0), left: 1 });
    assert_eq!(buy(1).await, Placing::Placed);
    assert_eq!(left(till, counted.0).await, Some(0));
}

async fn left(till: &impl Till, sku: &str) -> Option<u64> {
    till.shelves(&[&parsed(sku)]).await.expect("a shelf").get(sku).and_then(|shelf| shelf.stock)
}

fn taken(sku: &str, quantity: u64) -> Taken {
    Taken { sku: parsed(sku), quantity }
}

/// A cart with so many pieces of each article.
fn cart(articles: &[Article<'_>], quantity: u64) -> Cart {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("random bytes");
    let lifetime = Lifetime { updated_at_s: 1_700_000_000, expires_at_s: 4_102_444_799 };
    let (name, quantity) = (ItemName::parse("A thing").expect("a name"), Quantity::parse(quantity).expect("some"));
    let items = articles.iter().map(|(sku, price)| {
        Item::new(parsed(sku), name.clone(), quantity, UnitPrice::parse(*price).expect("a price")).expect("a line")
    });
    let currency = articles.first().expect("an article").1.currency;
    let empty = Cart::new(CartId::from_random(random), currency, lifetime).at_version(0);
    let cart = items.fold(empty, |cart, item| add(&cart, item, lifetime).expect("a cart"));
    cart.at_version(1)
}

/// The order that `cart` becomes.
fn order(cart: &Cart) -> Order {
    let frozen = cart.clone().at_version(cart.version + 1).frozen_for(Customer::parse("ann"));
    Order::of(frozen).expect("an order")
}

fn parsed(sku: &str) -> Sku {
    Sku::parse(sku).expect("a SKU")
}

fn tenant(name: &str) -> Tenant {
    Tenant::parse(name).expect("a tenant")
}
