//! The adapter against a DynamoDB that answers from a script. What it does against a real one, the contract suite shows
//! in `tests/`.

use serde_json::{Value, json};

use super::*;
use crate::{
    driver::{known_cart, known_order},
    script::{Line, scripted},
};

fn till<const N: usize>(script: [Line; N]) -> (DynamoTill, std::thread::JoinHandle<Vec<(String, Value)>>) {
    let (client, served) = scripted(script);
    let carts = DynamoCarts::new(client.clone(), "carts".to_owned());
    (DynamoTill::new(client, carts, "products".to_owned(), "orders".to_owned()), served)
}

fn demo() -> Tenant {
    Tenant::parse("demo").unwrap()
}

fn shelf_of_mugs() -> Value {
    json!({"sku": {"S": "MUG-BLUE"}, "stock": {"N": "7"}, "price": {"M": {"amount": {"N": "1999"}, "currency": {"S": "EUR"}}}})
}

/// A batch that leaves out one of two articles at first.
fn half(asked: Value) -> Option<(u16, Value)> {
    let keys = asked["RequestItems"]["products"]["Keys"].as_array().unwrap().clone();
    let left = keys.iter().filter(|key| key["sku"]["S"] != "MUG-BLUE" && keys.len() > 1).collect::<Vec<_>>();
    let left = if left.is_empty() { json!({}) } else { json!({"products": {"Keys": left}}) };
    Some((200, json!({"Responses": {"products": [shelf_of_mugs()]}, "UnprocessedKeys": left})))
}

#[tokio::test]
async fn what_a_batch_leaves_out_is_asked_for_again() {
    let (till, served) = till([half, half]);
    let cart = known_cart();
    let skus: Vec<_> = cart.items().iter().map(|item| &item.sku).collect();
    let shelves = till.shelves(&skus).await.unwrap();
    let found: Vec<_> = shelves.into_iter().map(|(sku, shelf)| (sku, shelf.price.amount, shelf.stock)).collect();
    assert_eq!(found, [("MUG-BLUE".to_owned(), 1999, Some(7))]);
    let asked = served.join().unwrap();
    assert_eq!(asked[1].1["RequestItems"]["products"]["Keys"], json!([{"sku": {"S": "TEA-EARL-GREY-100"}}]));
}

#[tokio::test]
async fn shelves_that_stay_left_out_are_unavailable() {
    let none: Line = |asked| Some((200, json!({"Responses": {}, "UnprocessedKeys": asked["RequestItems"]})));
    let (till, _) = till([none; ROUNDS as usize]);
    let skus = [&known_cart().items()[0].sku.clone()];
    assert_eq!(till.shelves(&skus).await, Err(StoreError::Unavailable("shelves are left out".to_owned())));
}

#[tokio::test]
async fn an_order_is_as_far_as_its_item_says() {
    let paid: Line = |_| Some((200, json!({"Item": {"status": {"S": "paid"}}})));
    let (till, _) = till([paid]);
    assert_eq!(till.status(&demo(), &known_cart().id).await, Ok(Status::parse("paid")));
}

/// What is taken in these tests.
fn mugs() -> [Taken; 2] {
    ["MUG-BLUE", "MUG-RED"].map(|sku| Taken { sku: Sku::parse(sku).unwrap(), quantity: 3 })
}

#[test]
fn a_cancelled_transaction_says_what_was_in_the_way() {
    let reason = |code: &str| CancellationReason::builder().code(code).build();
    let none = || reason("None");
    let lacking = |stock: Option<AttributeValue>| {
        let shelf = stock.map(|stock| attributes([("stock", stock)])).unwrap_or_default();
        CancellationReason::builder().code("ConditionalCheckFailed").set_item(Some(shelf)).build()
    };
    let check = |reasons: [CancellationReason; 4], expected| assert_eq!(verdict(&reasons, &mugs()), expected);
    let red = Placing::Lacks { sku: Sku::parse("MUG-RED").unwrap(), left: 2 };
    check([none(), none(), none(), lacking(Some(number(2)))], Ok(Some(red)));
    check([none(), none(), none(), lacking(None)], Err(StoreError::Contended));
    check([lacking(None), none(), none(), lacking(Some(number(2)))], Err(StoreError::Contended));
    check([none(), lacking(None), none(), none()], Err(StoreError::Contended));
    check([none(), none(), reason("TransactionConflict"), none()], Ok(None));
    assert_eq!(verdict(&[], &mugs()), Ok(None));
}

#[tokio::test]
async fn what_others_are_in_the_way_of_is_tried_again_with_the_same_writes() {
    let conflict: Line = |_| {
        let reasons = json!([{"Code": "None"}, {"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]);
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Some((400, json!({"__type": kind, "Message": "no", "CancellationReasons": reasons})))
    };
    let (till, served) = till([conflict, |_| Some((200, json!({})))]);
    assert_eq!(till.place(&demo(), &known_order(), &mugs()).await, Ok(Placing::Placed));
    let asked = served.join().unwrap();
    assert_eq!(asked[0].1["TransactItems"], asked[1].1["TransactItems"]);
    assert_ne!(asked[0].1["ClientRequestToken"], asked[1].1["ClientRequestToken"]);
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
    let mut stored = plain(&AttributeValue::M(write(&demo(), &known_order(), &mugs())));
    let own = stored.as_object_mut().unwrap();
    assert_eq!((own.remove("tenant"), own.remove("buyer")), (Some(json!("demo")), Some(json!("demo#ann"))));
    let mugs = json!([{"sku": "MUG-BLUE", "quantity": 3}, {"sku": "MUG-RED", "quantity": 3}]);
    assert_eq!(own.remove("taken"), Some(mugs));
    assert_eq!(stored, serde_json::to_value(crate::view::OrderView::of(&known_order())).unwrap());
}
