//! Delivery: a workflow that waits for a carrier, both ways, with callbacks that are lost and orders that are not paid.

mod states;
mod unpaid;

use std::time::{Duration, Instant};

use e2e::{Call, Socket, Stack};
use serde_json::{Value, json};

use crate::{
    payments::moved,
    services::{form, target, text},
    shop::{call, counted, customer, filled_cart, get, left},
};

/// Longer than the patience of every state together, on the local stack.
const PATIENCE: Duration = Duration::from_secs(90);

/// An order of one such article, for a customer whose name begins like that; its id and its customer.
fn order(sku: &str, of: &str) -> (String, String) {
    let customer = format!("{of}{}", customer());
    let placed = checkout(&filled_cart(sku, 1), &customer);
    (text(&placed["id"]), customer)
}

fn checkout(cart: &str, customer: &str) -> Value {
    let placed = call("POST", &format!("{cart}/checkout"), &json!({"customer": customer}));
    assert_eq!(placed.status, 201, "{}", placed.text());
    placed.json()
}

fn pay(order: &str, amount: &Value) {
    let body = json!({"amount": amount, "card": "tok_visa"}).to_string();
    let call = Call::new("POST", &format!("/orders/{order}/payments"))
        .header("idempotency-key", "delivery")
        .body("application/json", body);
    let paid = Stack::get().call_with_key(call);
    assert_eq!(paid.status, 201, "{}", paid.text());
}

/// An order that is paid.
fn paid_order(sku: &str, of: &str) -> (String, String) {
    let (order, customer) = order(sku, of);
    pay(&order, &shown(&order)["total"]);
    (order, customer)
}

fn shown(order: &str) -> Value {
    let (status, order) = get(&format!("/orders/{order}"));
    assert_eq!(status, 200, "{order}");
    order
}

/// Starts an order's delivery; the execution's ARN.
fn start(order: &str) -> String {
    let started = call("POST", &format!("/orders/{order}/delivery"), &Value::Null);
    assert_eq!(started.status, 200, "{}", started.text());
    text(&started.json()["executionArn"])
}

/// What `look` gives, when it gives something.
pub(crate) fn awaited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < give_up, "{what} has not come");
    }
}

/// The order, when it has that status; and the statuses before, in their order.
fn when(order: &str, status: &str) -> (Value, Vec<String>) {
    let found = awaited(status, || Some(shown(order)).filter(|order| order["status"] == status));
    let history = found["history"].as_array().expect("a history").iter().map(|entry| text(&entry["status"])).collect();
    (found, history)
}

#[tokio::main(flavor = "current_thread")]
async fn states_api(action: &str, input: &Value) -> Value {
    target("states", "1.0", &format!("AWSStepFunctions.{action}"), input).await
}

/// The execution, when it has ended.
fn ended(execution: &str) -> Value {
    awaited("the end", || {
        let found = states_api("DescribeExecution", &json!({"executionArn": execution}));
        Some(found).filter(|found| found["status"] != "RUNNING")
    })
}

/// A customer's ear: a queue that hears what the topic tells them.
#[tokio::main(flavor = "current_thread")]
async fn ear(customer: &str) -> String {
    let name = format!("ear-{customer}");
    let made = target("sqs", "1.0", "AmazonSQS.CreateQueue", &json!({"QueueName": name})).await;
    let url = text(&made["QueueUrl"]);
    let asked = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
    let arn = text(&target("sqs", "1.0", "AmazonSQS.GetQueueAttributes", &asked).await["Attributes"]["QueueArn"]);
    let topic = &Stack::get().customers_topic;
    let statement = json!({"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                           "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let allowed = json!({"QueueUrl": url, "Attributes": {"Policy": policy}});
    target("sqs", "1.0", "AmazonSQS.SetQueueAttributes", &allowed).await;
    let filter = crate::services::encoded(&json!({"customer": [customer]}).to_string());
    let subscribe = format!(
        "Action=Subscribe&Version=2010-03-31&TopicArn={topic}&Protocol=sqs&Endpoint={arn}\
         &Attributes.entry.1.key=FilterPolicy&Attributes.entry.1.value={filter}\
         &Attributes.entry.2.key=RawMessageDelivery&Attributes.entry.2.value=true"
    );
    assert_eq!(form("sns", &subscribe).await.status, 200);
    url
}

#[tokio::main(flavor = "current_thread")]
async fn heard(queue: &str) -> String {
    let give_up = Instant::now() + PATIENCE;
    while Instant::now() < give_up {
        let asked = json!({"QueueUrl": queue, "WaitTimeSeconds": 5});
        let received = target("sqs", "1.0", "AmazonSQS.ReceiveMessage", &asked).await;
        if let Some(body) = received["Messages"][0]["Body"].as_str() {
            return body.to_owned();
        }
    }
    panic!("nobody was told")
}

#[test]
fn a_paid_order_is_delivered_and_the_customer_told() {
    let (order, customer) = paid_order("espresso-cup", "");
    let ear = ear(&customer);
    let execution = start(&order);
    let (_, history) = when(&order, "delivered");
    assert_eq!(history, ["paid", "requested", "delivered"]);
    assert_eq!(heard(&ear), format!("Order {order} is delivered."));
    assert_eq!(ended(&execution)["status"], "SUCCEEDED");
    assert_eq!(moved(&order), ["capture"]);
}

/// A page that looks at a customer's orders.
fn listener(customer: &str) -> Socket {
    let mut socket = Socket::with_key(&Stack::get().key);
    socket.subscribe(&format!("orders/demo/{customer}"));
    socket
}

/// The statuses that `socket` hears of an order, by their times: two that follow each other within moments may overtake
/// each other on the queue.
fn heard_of(socket: &mut Socket, order: &str, count: usize) -> Vec<String> {
    let mut heard: Vec<Value> = (0..count).map(|_| socket.message()["data"].clone()).collect();
    assert!(heard.iter().all(|said| said["order"] == order), "{heard:?}");
    // A time without a fraction would come after those of its second that have one.
    heard.sort_by_key(|said| text(&said["at"]).replace('Z', ""));
    heard.iter().map(|said| text(&said["status"])).collect()
}

#[test]
fn whoever_listens_sees_each_step_without_asking() {
    for (sku, steps) in [
        ("espresso-cup", &["placed", "paid", "requested", "delivered"] as &[_]),
        ("sold-out-samovar", &["placed", "paid", "requested", "cancelled", "refunded"]),
    ] {
        let (customer, cart) = (customer(), filled_cart(sku, 1));
        let (mut socket, mut other) = (listener(&customer), listener(&self::customer()));
        let order = text(&checkout(&cart, &customer)["id"]);
        pay(&order, &shown(&order)["total"]);
        start(&order);
        assert_eq!(heard_of(&mut socket, &order, steps.len()), steps);
        assert_eq!(other.ask(json!({"action": "ping"}))["ok"], true);
        assert_eq!(other.pending(), 0, "another customer's");
    }
}

#[test]
fn an_order_that_nobody_can_deliver_is_cancelled_and_refunded() {
    let (order, customer) = paid_order("sold-out-samovar", "");
    let ear = ear(&customer);
    let execution = start(&order);
    let (found, history) = when(&order, "refunded");
    assert_eq!(history, ["paid", "requested", "cancelled", "refunded"]);
    assert_eq!(found["reason"], "out of stock");
    assert_eq!(heard(&ear), format!("Order {order} is cancelled, and your money is on its way back."));
    assert_eq!(ended(&execution)["status"], "SUCCEEDED");
    assert_eq!(moved(&order), ["capture", "refund"]);
    assert_eq!(get(&format!("/orders/{order}/payments")).1["state"], "refunded");
}

#[test]
fn a_cancelled_order_puts_back_what_it_took_and_a_delivered_one_does_not() {
    for (name, last, expected) in [("sold-out", "refunded", 5), ("there", "delivered", 4)] {
        let sku = counted(name, 5);
        let (order, _) = paid_order(&sku, "");
        assert_eq!(left(&sku), 4, "{name}");
        start(&order);
        when(&order, last);
        assert_eq!(left(&sku), expected, "{name}");
    }
}

#[test]
fn a_callback_that_is_lost_is_asked_for_again() {
    let (order, _) = paid_order("espresso-cup", "lost-");
    start(&order);
    assert_eq!(when(&order, "delivered").1, ["paid", "requested", "delivered"]);
    assert_eq!(moved(&order), ["capture"]);
}

#[test]
fn a_carrier_that_never_calls_back_is_waited_for_and_then_the_money_goes_back() {
    let (order, _) = paid_order("espresso-cup", "never-");
    start(&order);
    let (found, history) = when(&order, "refunded");
    assert_eq!(history, ["paid", "requested", "cancelled", "refunded"]);
    assert_eq!(found["reason"], "the carrier does not answer");
    assert_eq!(moved(&order), ["capture", "refund"]);
}

#[test]
fn an_order_is_delivered_when_its_price_is_paid_and_not_before() {
    let (order, _) = order("espresso-cup", "");
    assert_eq!(ended(&start(&order))["error"], "Shop.Unpaid");
    assert_eq!(shown(&order)["status"], "placed");
    pay(&order, &shown(&order)["total"]);
    start(&order);
    when(&order, "delivered");

    let (cheap, _) = self::order("espresso-cup", "");
    pay(&cheap, &json!({"amount": 1, "currency": "EUR"}));
    assert_eq!(ended(&start(&cheap))["error"], "Shop.Unpaid");
    assert_eq!(shown(&cheap)["status"], "placed");
}

#[test]
fn an_order_is_delivered_once() {
    let (order, _) = paid_order("espresso-cup", "");
    let first = start(&order);
    when(&order, "delivered");
    assert_eq!(ended(&start(&order))["error"], "Shop.UnderWay");
    assert_eq!(ended(&first)["status"], "SUCCEEDED");
    assert_eq!(when(&order, "delivered").1, ["paid", "requested", "delivered"]);
}

#[test]
fn whose_order_it_is_no_path_says() {
    let path = "/orders/x%22%2C%22tenant%22%3A%22other/delivery";
    let started = call("POST", path, &json!({"tenant": "other"}));
    assert_eq!(started.status, 200, "{}", started.text());
    let execution = ended(&text(&started.json()["executionArn"]));
    let input: Value = serde_json::from_str(execution["input"].as_str().expect("an input")).expect("JSON");
    assert_eq!(input, json!({"tenant": "demo", "order": "x\",\"tenant\":\"other"}));
}

#[test]
fn a_callback_is_believed_by_its_signature_alone() {
    let call = Call::new("POST", "/deliveries/o1/callback");
    let body = r#"{"taskToken": "t", "outcome": "delivered"}"#;
    let refused = Stack::get().call(call.header("x-signature", "t=1,v1=00").body("application/json", body));
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert_eq!(refused.header("x-amz-apigw-id"), None, "the router would have set it");
}
