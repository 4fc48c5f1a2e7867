use proptest::prelude::*;

use super::*;
use crate::{
    driver::{item, known_cart},
    item::{ItemName, UnitPrice},
};

const LATER: Lifetime = Lifetime { updated_at_s: 2_000_000_000, expires_at_s: 2_000_000_100 };

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn empty_cart() -> Cart {
    let lifetime = Lifetime::starting(1_000, 60);
    Cart::new(CartId::from_random([7; 16]), Currency::parse("EUR").unwrap(), lifetime)
}

fn shown(cart: &Cart) -> String {
    let lines = cart.items().iter().map(|item| format!("{} × {}, ", item.quantity().get(), item.sku));
    format!("v{}: {}{}", cart.version, lines.collect::<String>(), cart.total())
}

#[track_caller]
fn check(changed: Result<Cart, CartProblem>, expected: &str) {
    assert_eq!(changed.map_or_else(|problem| problem.to_string(), |cart| shown(&cart)), expected);
}

#[test]
fn an_id_is_32_hex_digits() {
    let id = CartId::from_random(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff");
    assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
    assert_eq!(CartId::parse(&id.to_string()), Some(id));
    for text in [
        "",
        "0",
        &"g".repeat(32),
        &"A".repeat(32),
        &"0".repeat(33),
        &"0".repeat(31),
        "../../../../../../../../../../../",
    ] {
        assert_eq!(CartId::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_lifetime_ends_at_its_second() {
    let lifetime = Lifetime::starting(1_000, 60);
    assert_eq!([1_059, 1_060, 1_061].map(|now| lifetime.is_over(now)), [false, true, true]);
    assert!(!Lifetime::starting(1, u64::MAX).is_over(u64::MAX - 1));
}

#[test]
fn a_new_cart_is_empty_at_version_one() {
    assert_eq!(shown(&empty_cart()), "v1: 0 EUR");
}

#[test]
fn added_items_are_summed_by_sku() {
    let cart = known_cart();
    assert_eq!(shown(&cart), "v3: 2 × TEA-EARL-GREY-100, 1 × MUG-BLUE, 4499 EUR");
    let more = add(&cart, item("MUG-BLUE", "Another name", 3, 1999), LATER).unwrap();
    assert_eq!(shown(&more), "v4: 2 × TEA-EARL-GREY-100, 4 × MUG-BLUE, 10496 EUR");
    assert_eq!(more.items()[1].name.as_str(), "Mug, blue", "the name stays");
    assert_eq!(more.lifetime, LATER);
}

#[test]
fn what_cannot_be_added_says_why() {
    let cart = known_cart();
    check(
        add(&cart, item("MUG-BLUE", "Mug", 1, 2099), LATER),
        "the cart holds MUG-BLUE at 1999 EUR and the price sent is 2099 EUR (minor units): send the price that the cart \
         holds, or remove the item first",
    );
    check(
        add(&cart, item("MUG-BLUE", "Mug", 999, 1999), LATER),
        "the cart holds 1 of MUG-BLUE and takes at most 999 of an item: add at most 998",
    );
    let yen = UnitPrice::parse(Money { amount: 1999, currency: Currency::parse("JPY").unwrap() }).unwrap();
    let yen = Item::new(sku("MUG-BLUE"), ItemName::parse("Mug").unwrap(), Quantity::parse(1).unwrap(), yen).unwrap();
    check(
        add(&cart, yen, LATER),
        "the cart is in EUR and the price in JPY: send a price in EUR, or make a cart in JPY",
    );
    let full = crate::contract::largest_cart();
    check(
        add(&full, item("ONE-MORE", "One more", 1, 1), LATER),
        "the cart holds 98 different items, which is the most: remove one first",
    );
}

#[test]
fn a_quantity_is_set_and_an_item_removed() {
    let cart = known_cart();
    let nine = Quantity::parse(9).unwrap();
    check(change(&cart, &sku("MUG-BLUE"), nine, LATER), "v4: 2 × TEA-EARL-GREY-100, 9 × MUG-BLUE, 20491 EUR");
    check(remove(&cart, &sku("MUG-BLUE"), LATER), "v4: 2 × TEA-EARL-GREY-100, 2500 EUR");
    check(change(&cart, &sku("SPOON"), nine, LATER), "the cart has no item SPOON: add it first");
    check(remove(&cart, &sku("SPOON"), LATER), "the cart has no item SPOON: add it first");
}

#[test]
fn a_cart_never_holds_one_item_twice() {
    let twice = vec![item("A", "a", 1, 1), item("B", "b", 1, 1), item("A", "a", 1, 1)];
    check(empty_cart().with_items(twice), "the cart has A twice");
}

#[derive(Clone, Debug)]
enum Step {
    Add(u8, u64, u64),
    Change(u8, u64),
    Remove(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let (sku, quantity, price) = (0..6u8, 1..=999u64, prop_oneof![Just(100_000_000u64), 0..3u64]);
    prop_oneof![
        3 => (sku.clone(), quantity.clone(), price).prop_map(|(sku, quantity, price)| Step::Add(sku, quantity, price)),
        1 => (sku.clone(), quantity).prop_map(|(sku, quantity)| Step::Change(sku, quantity)),
        1 => sku.prop_map(Step::Remove),
    ]
}

fn take(cart: &Cart, step: &Step) -> Result<Cart, CartProblem> {
    let sku = |n: &u8| sku(&format!("SKU-{n}"));
    match step {
        Step::Add(n, quantity, price) => add(cart, item(&format!("SKU-{n}"), "Something", *quantity, *price), LATER),
        Step::Change(n, quantity) => change(cart, &sku(n), Quantity::parse(*quantity).unwrap(), LATER),
        Step::Remove(n) => remove(cart, &sku(n), LATER),
    }
}

proptest! {
    #[test]
    fn totals_are_never_wrong_and_versions_count_the_changes(steps in prop::collection::vec(step(), 0..40)) {
        let mut cart = empty_cart();
        for step in steps {
            let Ok(next) = take(&cart, &step) else { continue };
            prop_assert_eq!(next.version, cart.version + 1);
            for line in next.items() {
                prop_assert_eq!(line.line_total().amount, line.quantity().get() * line.unit_price().amount);
                prop_assert!(line.quantity().get() <= 999);
            }
            let sum: u64 = next.items().iter().map(|line| line.line_total().amount).sum();
            prop_assert_eq!(next.total(), Money { amount: sum, currency: cart.currency });
            let skus: std::collections::BTreeSet<_> = next.items().iter().map(|line| line.sku.to_string()).collect();
            prop_assert_eq!(skus.len(), next.items().len());
            prop_assert_eq!((&next.id, next.currency), (&cart.id, cart.currency));
            cart = next;
        }
    }

    #[test]
    fn removing_what_was_added_gives_the_cart_back(quantity in 1..=999u64, price in 0..=100_000_000u64) {
        let cart = known_cart();
        let more = add(&cart, item("SPOON", "Spoon", quantity, price), LATER).unwrap();
        let less = remove(&more, &sku("SPOON"), LATER).unwrap();
        prop_assert_eq!((less.items(), less.total()), (cart.items(), cart.total()));
    }
}
