//! Orders that nobody pays in time.

use serde_json::{Value, json};

use e2e::Stack;

use super::{ended, listener, order, paid_order, pay, shown, start, states_api, when};
use crate::{
    payments::moved,
    services::{target, text},
    shop::{counted, left},
};

/// Lets the time that an order has to be paid be over.
#[tokio::main(flavor = "current_thread")]
async fn age(order: &str) {
    let update = json!({
        "TableName": Stack::get().tables["orders"],
        "Key": {"tenant": {"S": "demo"}, "id": {"S": order}},
        "UpdateExpression": "SET placedAt = :long_ago",
        "ExpressionAttributeValues": {":long_ago": {"S": "2026-01-31T12:00:00Z"}},
    });
    target("dynamodb", "1.0", "DynamoDB_20120810.UpdateItem", &update).await;
}

/// What the clock starts, to its end.
fn sweep() {
    let started = states_api("StartExecution", &json!({"stateMachineArn": Stack::get().unpaid_machine}));
    let end = ended(&text(&started["executionArn"]));
    assert_eq!(end["status"], "SUCCEEDED", "{end}");
}

fn history(order: &str) -> Vec<Value> {
    let order = shown(order);
    let entries = order["history"].as_array().cloned().unwrap_or_default();
    entries.into_iter().map(|entry| entry["status"].clone()).collect()
}

#[test]
fn an_order_that_nobody_pays_in_time_puts_back_what_it_took_once() {
    let sku = counted("unpaid", 5);
    let (late, customer) = order(&sku, "");
    let (in_time, _) = order(&sku, "");
    let mut socket = listener(&customer);
    age(&late);
    assert_eq!(left(&sku), 3);
    for _ in 0..2 {
        sweep();
    }
    assert_eq!((left(&sku), history(&late)), (json!(4), vec![json!("expired")]));
    // What was said before may come late.
    while socket.message()["data"]["status"] != "expired" {}
    assert_eq!(shown(&in_time)["status"], "placed");
}

#[test]
fn an_order_that_is_paid_is_not_given_up_though_nobody_has_started_its_delivery() {
    let (order, _) = paid_order("espresso-cup", "");
    age(&order);
    sweep();
    assert_eq!(shown(&order)["status"], "placed");
    start(&order);
    when(&order, "delivered");
}

#[test]
fn an_article_that_is_not_counted_any_more_keeps_no_order_from_being_given_up() {
    let sku = counted("uncounted", 5);
    let (order, _) = order(&sku, "");
    uncount(&sku);
    age(&order);
    sweep();
    assert_eq!((&shown(&order)["status"], left(&sku)), (&json!("expired"), Value::Null));
}

#[tokio::main(flavor = "current_thread")]
async fn uncount(sku: &str) {
    let update = json!({
        "TableName": Stack::get().tables["products"],
        "Key": {"sku": {"S": sku}},
        "UpdateExpression": "REMOVE stock",
    });
    target("dynamodb", "1.0", "DynamoDB_20120810.UpdateItem", &update).await;
}

#[test]
fn who_pays_too_late_gets_the_money_back() {
    let sku = counted("too-late", 5);
    let (order, _) = order(&sku, "");
    age(&order);
    sweep();
    pay(&order, &shown(&order)["total"]);
    start(&order);
    let (found, history) = when(&order, "refunded");
    assert_eq!(history, ["expired", "cancelled", "refunded"]);
    assert_eq!((&found["reason"], left(&sku)), (&json!("it was paid too late"), json!(5)));
    assert_eq!(moved(&order), ["capture", "refund"]);
}
