//! The workflow state by state: each by itself, as it is deployed, between a state that gives it its variables and others
//! that say who came next and with what.

use serde_json::{Map, Value, json};

use e2e::Stack;

use super::{ended, listener, order, paid_order, shown, states_api};
use crate::{
    services::{fresh, text},
    shop::{counted, customer, left},
};

/// The machine as it is deployed, and the role that it has.
fn deployed() -> (Value, String) {
    let found = states_api("DescribeStateMachine", &json!({"stateMachineArn": Stack::get().delivery_machine}));
    let definition = found["definition"].as_str().expect("a definition");
    (serde_json::from_str(definition).expect("JSON"), text(&found["roleArn"]))
}

/// What became of `state` on `input`, with `given` as its variables: the next state and its input, or the error.
fn run(state: &str, given: &Value, input: &Value) -> (String, Value) {
    let (definition, role) = deployed();
    let mut states = Map::new();
    for (name, own) in definition["States"].as_object().expect("states") {
        let stub = json!({"Type": "Pass", "End": true,
                          "Output": {"next": name, "input": "{% $states.input %}"}});
        states.insert(name.clone(), if name == state { own.clone() } else { stub });
    }
    let first = json!({"Type": "Pass", "Assign": given, "Output": input, "Next": state});
    states.insert("Given".to_owned(), first);
    let machine = json!({"QueryLanguage": definition["QueryLanguage"], "StartAt": "Given", "States": states});
    let made = states_api(
        "CreateStateMachine",
        &json!({"name": fresh("state"), "definition": machine.to_string(), "roleArn": role}),
    );
    let machine = text(&made["stateMachineArn"]);
    let started = states_api("StartExecution", &json!({"stateMachineArn": machine, "input": "{}"}));
    let found = ended(&text(&started["executionArn"]));
    states_api("DeleteStateMachine", &json!({"stateMachineArn": machine}));
    match found["output"].as_str() {
        Some(output) if found["status"] == "SUCCEEDED" => {
            let output: Value = serde_json::from_str(output).expect("JSON");
            (output["next"].as_str().unwrap_or("the end").to_owned(), output["input"].clone())
        }
        _ => (found["error"].as_str().unwrap_or("nothing").to_owned(), Value::Null),
    }
}

fn given(order: &str, customer: &str) -> Value {
    let items = json!([{"sku": "espresso-cup", "quantity": 1}]);
    let channel = format!("orders/demo/{customer}");
    json!({"tenant": "demo", "order": order, "customer": customer, "channel": channel, "items": items, "taken": [],
           "at": "2026-01-31T12:00:00.000Z", "reason": "a \"reason\""})
}

#[test]
fn the_order_and_its_payment_are_read() {
    let (order, customer) = paid_order("espresso-cup", "");
    let (next, read) = run("ReadOrder", &json!({}), &json!({"tenant": "demo", "order": order}));
    assert_eq!((next.as_str(), &read["order"]["customer"]["S"]), ("ReadPayment", &json!(customer)));
    let (next, both) = run("ReadPayment", &given(&order, &customer), &read);
    assert_eq!((next.as_str(), &both["payment"]["state"]["S"]), ("IsPaid", &json!("captured")));
    assert_eq!(both["order"], read["order"]);
    assert_eq!(run("IsPaid", &given(&order, &customer), &both).0, "HasExpired");

    let (next, none) = run("ReadOrder", &json!({}), &json!({"tenant": "other", "order": order}));
    assert_eq!((next.as_str(), &none), ("ReadPayment", &json!({})));
    assert_eq!(run("ReadPayment", &given("none", "ann"), &json!({})), ("IsPaid".to_owned(), json!({})));
}

#[test]
fn an_order_is_paid_by_its_whole_price_in_its_currency() {
    let money = |amount: &str, currency: &str| json!({"M": {"amount": {"N": amount}, "currency": {"S": currency}}});
    let item = json!({"M": {"sku": {"S": "a"}, "quantity": {"N": "2"}}});
    let placed = json!({"customer": {"S": "ann"}, "items": {"L": [item]}, "total": money("1250", "EUR")});
    let check = |payment: &Value, expected: &str| {
        let input = json!({"order": placed, "payment": payment});
        assert_eq!(run("IsPaid", &given("o1", "ann"), &input).0, expected, "{payment}");
    };
    let of = |state: &str, amount: &Value| json!({"state": {"S": state}, "amount": amount});
    check(&of("captured", &money("1250", "EUR")), "HasExpired");
    check(&of("captured", &money("1249", "EUR")), "Unpaid");
    check(&of("captured", &money("1250", "JPY")), "Unpaid");
    for state in ["started", "authorized", "declined", "refunded"] {
        check(&of(state, &money("1250", "EUR")), "Unpaid");
    }
    check(&json!({}), "Unpaid");
    assert_eq!(run("IsPaid", &given("o1", "ann"), &json!({})).0, "Unpaid");
}

#[test]
fn who_pays_an_order_that_was_given_up_is_refunded_once() {
    let (order, customer) = order("espresso-cup", "");
    let given = given(&order, &customer);
    for (status, next) in [("placed", "MarkPaid"), ("requested", "MarkPaid"), ("expired", "MarkPaidLate")] {
        let input = json!({"order": {"status": {"S": status}}});
        assert_eq!(run("HasExpired", &given, &input).0, next, "{status}");
    }
    assert_eq!(run("MarkPaidLate", &given, &json!({})).0, "UnderWay", "it is placed");
    assert_eq!(shown(&order)["status"], "placed");
}

#[test]
fn each_step_is_written_into_the_order() {
    let (order, customer) = order("espresso-cup", "");
    let given = given(&order, &customer);
    let steps = [
        ("MarkPaid", "AnnouncePaid", "paid"),
        ("MarkRequested", "AnnounceRequested", "requested"),
        ("MarkCancelled", "AnnounceCancelled", "cancelled"),
        ("MarkRefunded", "AnnounceRefunded", "refunded"),
        ("MarkUnrefunded", "AnnounceUnrefunded", "refund-failed"),
        ("MarkDelivered", "AnnounceDelivered", "delivered"),
    ];
    for (state, next, status) in steps {
        let input = json!({"outcome": "cancelled", "reason": "a reason"});
        assert_eq!(run(state, &given, &input).0, next, "{state}");
        assert_eq!(shown(&order)["status"], status);
    }
    let found = shown(&order);
    assert_eq!((found["history"].as_array().map(Vec::len), &found["reason"]), (Some(6), &json!("a reason")));
    assert_eq!(run("MarkPaid", &given, &json!({})).0, "UnderWay", "a second start");
    assert_eq!(shown(&order)["status"], "delivered");
}

#[test]
fn what_an_order_took_is_put_back_once_however_often_the_state_runs() {
    let sku = counted("taken", 7);
    let (order, given) = requested(&sku, &sku);
    assert_eq!(left(&sku), 6);
    assert_eq!(run("MarkCancelled", &given, &json!({})).0, "AnnounceCancelled");
    assert_eq!((left(&sku), &shown(&order)["status"]), (json!(7), &json!("cancelled")));
    assert_eq!(run("MarkCancelled", &given, &json!({})).0, "MarkCancelledAlone", "as if its answer were lost");
    assert_eq!(run("MarkCancelledAlone", &given, &json!({})).0, "AnnounceCancelled");
    assert_eq!((left(&sku), shown(&order)["history"].as_array().map(Vec::len)), (json!(7), Some(2)));
}

#[test]
fn an_article_that_is_not_counted_any_more_is_in_no_cancellations_way() {
    let (order, given) = requested("espresso-cup", &fresh("gone"));
    assert_eq!(run("MarkCancelled", &given, &json!({})).0, "MarkCancelledAlone");
    assert_eq!(run("MarkCancelledAlone", &given, &json!({})).0, "AnnounceCancelled");
    assert_eq!((&shown(&order)["status"], &shown(&order)["reason"]), (&json!("cancelled"), &given["reason"]));
}

/// An order of one piece of `sku` that the carrier is asked to deliver, and the variables of a workflow that believes it
/// took one piece of `taken`.
fn requested(sku: &str, taken: &str) -> (String, Value) {
    let (order, customer) = order(sku, "");
    let mut given = given(&order, &customer);
    given["taken"] = json!([{"sku": taken, "quantity": 1}]);
    run("MarkRequested", &given, &json!({}));
    (order, given)
}

#[test]
fn each_step_is_announced_on_the_customers_channel() {
    let (order, customer) = (fresh("o"), customer());
    let given = given(&order, &customer);
    let mut socket = listener(&customer);
    for (state, next, status) in [
        ("AnnouncePaid", "MarkRequested", "paid"),
        ("AnnounceRequested", "RequestDelivery", "requested"),
        ("AnnounceDelivered", "TellDelivered", "delivered"),
        ("AnnounceCancelled", "RequestRefund", "cancelled"),
        ("AnnounceRefunded", "TellCancelled", "refunded"),
        ("AnnounceUnrefunded", "Unrefunded", "refund-failed"),
    ] {
        assert_eq!(run(state, &given, &json!({})).0, next, "{state}");
        let message = socket.message();
        assert_eq!(message["messageId"], format!("{order}-{status}"));
        let mut expected = json!({"order": order, "status": status, "at": given["at"]});
        if status == "cancelled" {
            expected["reason"] = given["reason"].clone();
        }
        assert_eq!(message["data"], expected);
    }
}

#[test]
fn what_cannot_be_announced_holds_nothing_up() {
    // No channel to say it on: the expression has no value.
    let deaf = json!({"tenant": "demo", "order": fresh("o"), "customer": "ann", "at": "2026-01-31T12:00:00.000Z"});
    assert_eq!(run("AnnouncePaid", &deaf, &json!({})).0, "MarkRequested");
}

#[test]
fn the_carrier_is_asked_and_its_answer_passed_on() {
    let delivered = run("RequestDelivery", &given(&fresh("o"), "ann"), &json!({}));
    assert_eq!((delivered.0.as_str(), &delivered.1["outcome"]), ("WhatBecameOfIt", &json!("delivered")));
    let mut sold_out = given(&fresh("o"), "ann");
    sold_out["items"][0]["sku"] = json!("sold-out-samovar");
    let cancelled = run("RequestDelivery", &sold_out, &json!({}));
    assert_eq!((&cancelled.1["outcome"], &cancelled.1["reason"]), (&json!("cancelled"), &json!("out of stock")));
    let silence = run("RequestDelivery", &given(&fresh("o"), "never-ann"), &json!({}));
    let expected = json!({"outcome": "cancelled", "reason": "the carrier does not answer"});
    assert_eq!(silence, ("WhatBecameOfIt".to_owned(), expected));
}

#[test]
fn what_is_not_delivered_is_cancelled() {
    let given = given("o1", "ann");
    for (outcome, next) in [("delivered", "MarkDelivered"), ("cancelled", "MarkCancelled"), ("eaten", "MarkCancelled")]
    {
        assert_eq!(run("WhatBecameOfIt", &given, &json!({"outcome": outcome})).0, next);
    }
    assert_eq!(run("WhatBecameOfIt", &given, &json!({})).0, "MarkCancelled");
}

#[test]
fn the_payments_give_back_what_was_taken_once() {
    let (order, customer) = paid_order("espresso-cup", "");
    for _ in 0..2 {
        let refunded = run("RequestRefund", &given(&order, &customer), &json!({}));
        assert_eq!(refunded, ("MarkRefunded".to_owned(), json!({"refunded": true})));
    }
    assert_eq!(crate::payments::moved(&order), ["capture", "refund"]);
}

#[test]
fn customers_are_told_and_ends_are_ends() {
    let given = given("o1", "ann");
    for (state, next) in [("TellDelivered", "Delivered"), ("TellCancelled", "Cancelled")] {
        assert_eq!(run(state, &given, &json!({})).0, next);
    }
    for state in ["Delivered", "Cancelled"] {
        assert_eq!(run(state, &given, &json!({})).0, "the end");
    }
    for (state, error) in [("Unpaid", "Shop.Unpaid"), ("UnderWay", "Shop.UnderWay"), ("Unrefunded", "Shop.Unrefunded")]
    {
        assert_eq!(run(state, &given, &json!({})).0, error);
    }
}
