//! What every [`CartStore`] promises, as one suite that runs over the one in memory and over a table.
#![allow(clippy::expect_used, reason = "a test suite: a value it cannot make is a failed test")]

use crate::{
    cart::{Cart, CartId, Lifetime, MAX_ITEMS},
    customer::Customer,
    item::{Item, ItemName, MAX_NAME_CHARS, MAX_QUANTITY, MAX_SKU_BYTES, MAX_UNIT_PRICE, Quantity, Sku, UnitPrice},
    money::{Currency, Money},
    store::{CartStore, StoreError},
    tenant::Tenant,
};

/// Runs every promise over `store`, which may hold other carts and is left as it was.
///
/// # Panics
/// When a promise is broken.
pub async fn suite(store: &impl CartStore) {
    a_cart_is_loaded_as_it_was_stored(store).await;
    the_largest_cart_is_loaded_as_it_was_stored(store).await;
    an_id_is_taken_once(store).await;
    a_change_follows_the_version_it_was_made_from(store).await;
    of_several_writers_of_one_version_one_succeeds(store).await;
    a_deleted_cart_does_not_come_back(store).await;
    a_tenant_reaches_no_other_tenants_cart(store).await;
}

async fn a_cart_is_loaded_as_it_was_stored(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), empty_cart());
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(None));
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(Some(cart.clone())));
    let frozen = cart.at_version(2).frozen_for(Customer::parse("ann"));
    assert_eq!(store.replace(&tenant, &frozen).await, Ok(()));
    assert_eq!(store.load(&tenant, &frozen.id).await, Ok(Some(frozen.clone())));
    assert_eq!(store.delete(&tenant, &frozen.id, 2).await, Ok(()));
}

async fn the_largest_cart_is_loaded_as_it_was_stored(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), largest_cart());
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(Some(cart.clone())));
    assert_eq!(store.delete(&tenant, &cart.id, cart.version).await, Ok(()));
}

async fn an_id_is_taken_once(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), empty_cart());
    let other = Cart::new(cart.id.clone(), currency("JPY"), cart.lifetime);
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    assert_eq!(store.create(&tenant, &other).await, Err(StoreError::Contended));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(Some(cart.clone())));
    assert_eq!(store.delete(&tenant, &cart.id, 1).await, Ok(()));
}

async fn a_change_follows_the_version_it_was_made_from(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), empty_cart());
    let [second, third] = [2, 3].map(|version| cart.clone().at_version(version));
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    assert_eq!(store.replace(&tenant, &third).await, Err(StoreError::Contended), "a version is skipped");
    assert_eq!(store.replace(&tenant, &second).await, Ok(()));
    assert_eq!(store.replace(&tenant, &second).await, Err(StoreError::Contended), "a change is repeated");
    assert_eq!(store.replace(&tenant, &third).await, Ok(()));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(Some(third)));
    assert_eq!(store.delete(&tenant, &cart.id, 2).await, Err(StoreError::Contended), "an old version is deleted");
    assert_eq!(store.delete(&tenant, &cart.id, 3).await, Ok(()));
}

async fn of_several_writers_of_one_version_one_succeeds(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), empty_cart());
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    let [first, second, third] = [1, 2, 3].map(|quantity| {
        let items = vec![item("RACE", "race", quantity, 100)];
        cart.clone().at_version(2).with_items(items).expect("one item")
    });
    let (one, two, three) =
        tokio::join!(store.replace(&tenant, &first), store.replace(&tenant, &second), store.replace(&tenant, &third));
    let written = [(one, first), (two, second), (three, third)];
    let winners: Vec<_> = written.iter().filter(|(outcome, _)| outcome.is_ok()).map(|(_, cart)| cart.clone()).collect();
    let losers = written.iter().filter(|(outcome, _)| *outcome == Err(StoreError::Contended)).count();
    assert_eq!((winners.len(), losers), (1, 2));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(winners.into_iter().next()));
    assert_eq!(store.delete(&tenant, &cart.id, 2).await, Ok(()));
}

async fn a_deleted_cart_does_not_come_back(store: &impl CartStore) {
    let (tenant, cart) = (tenant("contract"), empty_cart());
    assert_eq!(store.create(&tenant, &cart).await, Ok(()));
    assert_eq!(store.delete(&tenant, &cart.id, 1).await, Ok(()));
    assert_eq!(store.delete(&tenant, &cart.id, 1).await, Ok(()), "a deletion is repeated");
    assert_eq!(store.replace(&tenant, &cart.clone().at_version(2)).await, Err(StoreError::Contended));
    assert_eq!(store.load(&tenant, &cart.id).await, Ok(None));
}

async fn a_tenant_reaches_no_other_tenants_cart(store: &impl CartStore) {
    let (owner, other, cart) = (tenant("contract"), tenant("contract-other"), empty_cart());
    assert_eq!(store.create(&owner, &cart).await, Ok(()));
    assert_eq!(store.load(&other, &cart.id).await, Ok(None));
    assert_eq!(store.replace(&other, &cart.clone().at_version(2)).await, Err(StoreError::Contended));
    assert_eq!(store.delete(&other, &cart.id, 1).await, Ok(()), "there is none of its own to delete");
    assert_eq!(store.load(&owner, &cart.id).await, Ok(Some(cart.clone())));
    assert_eq!(store.delete(&owner, &cart.id, 1).await, Ok(()));
}

/// The largest cart that the rules allow: [`MAX_ITEMS`] items, each as long as it may be.
///
/// # Panics
/// When the rules do not allow it.
pub fn largest_cart() -> Cart {
    // Four bytes a character, the most that UTF-8 has.
    let name = "\u{1F6D2}".repeat(MAX_NAME_CHARS);
    let items = (0..MAX_ITEMS).map(|n| item(&format!("{n:0MAX_SKU_BYTES$}"), &name, MAX_QUANTITY, MAX_UNIT_PRICE));
    empty_cart().with_items(items.collect()).expect("a full cart")
}

fn empty_cart() -> Cart {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("random bytes");
    // The end of 2099: a table deletes what has expired.
    let lifetime = Lifetime { updated_at_s: 1_700_000_000, expires_at_s: 4_102_444_799 };
    Cart::new(CartId::from_random(random), currency("EUR"), lifetime)
}

fn item(sku: &str, name: &str, quantity: u64, price: u64) -> Item {
    let price = UnitPrice::parse(Money { amount: price, currency: currency("EUR") }).expect("a price");
    let (sku, name) = (Sku::parse(sku).expect("a SKU"), ItemName::parse(name).expect("a name"));
    Item::new(sku, name, Quantity::parse(quantity).expect("a quantity"), price).expect("a line total")
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

fn tenant(name: &str) -> Tenant {
    Tenant::parse(name).expect("a tenant")
}
