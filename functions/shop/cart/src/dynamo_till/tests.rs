//! The adapter against a DynamoDB that answers from a script. What it does against a real one, the contract suite shows
//! in `tests/`.

use serde_json::{Value, json};

use super::*;
use crate::{
    driver::{known_cart, known_order},
    script::{Line, failed_on, scripted},
};

fn till<const N: usize>(script: [Line; N]) -> (DynamoTill, std::thread::JoinHandle<Vec<(String, Value)>>) {
    let (client, served) = scripted(script);
    (DynamoTill::new(client, "products".to_owned(), "orders".to_owned()), served)
}

fn demo() -> Tenant {
    Tenant::parse("demo").unwrap()
}

fn price_of_a_mug() -> Value {
    json!({"sku": {"S": "MUG-BLUE"}, "price": {"M": {"amount": {"N": "1999"}, "currency": {"S": "EUR"}}}})
}

/// A list of prices that leaves out one of two articles at first.
fn half(asked: Value) -> Option<(u16, Value)> {
    let keys = asked["RequestItems"]["products"]["Keys"].as_array().unwrap().clone();
    let left = keys.iter().filter(|key| key["sku"]["S"] != "MUG-BLUE" && keys.len() > 1).collect::<Vec<_>>();
    let left = if left.is_empty() { json!({}) } else { json!({"products": {"Keys": left}}) };
    Some((200, json!({"Responses": {"products": [price_of_a_mug()]}, "UnprocessedKeys": left})))
}

#[tokio::test]
async fn what_a_batch_leaves_out_is_asked_for_again() {
    let (till, served) = till([half, half]);
    let cart = known_cart();
    let skus: Vec<_> = cart.items().iter().map(|item| &item.sku).collect();
    let prices = till.prices(&skus).await.unwrap();
    assert_eq!(
        prices.into_iter().map(|(sku, price)| (sku, price.amount)).collect::<Vec<_>>(),
        [("MUG-BLUE".into(), 1999)]
    );
    let asked = served.join().unwrap();
    assert_eq!(asked[1].1["RequestItems"]["products"]["Keys"], json!([{"sku": {"S": "TEA-EARL-GREY-100"}}]));
}

#[tokio::test]
async fn prices_that_stay_left_out_are_unavailable() {
    let none: Line = |asked| Some((200, json!({"Responses": {}, "UnprocessedKeys": asked["RequestItems"]})));
    let (till, _) = till([none; ROUNDS]);
    let skus = [&known_cart().items()[0].sku.clone()];
    assert_eq!(till.prices(&skus).await, Err(StoreError::Unavailable("prices are left out".to_owned())));
}

#[tokio::test]
async fn an_order_that_is_there_is_given_back_as_far_as_it_has_come() {
    let paid: Line = |mine| {
        let mut held = mine["Item"].clone();
        held["status"] = json!({"S": "paid"});
        failed_on(Some(held))
    };
    let (till, _) = till([paid]);
    assert_eq!(till.place(&demo(), &known_order()).await.unwrap().status.as_str(), "paid");
}

/// The plain JSON of an item, as the router shows it.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap(),
        AttributeValue::L(values) => values.iter().map(plain).collect(),
        AttributeValue::M(values) => values.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => panic!("an order has no {other:?}"),
    }
}

#[test]
fn an_order_is_stored_as_checkout_shows_it() {
    let mut stored = plain(&AttributeValue::M(write(&demo(), &known_order())));
    let own = stored.as_object_mut().unwrap();
    assert_eq!((own.remove("tenant"), own.remove("buyer")), (Some(json!("demo")), Some(json!("demo#ann"))));
    assert_eq!(stored, serde_json::to_value(crate::view::OrderView::of(&known_order())).unwrap());
}
