//! A cart's life, through the managed API, the authorizer, the router and the cart into DynamoDB and back.

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

fn call(method: &str, path: &str, body: &Value) -> Answer {
    let call = Call::new(method, path);
    let call = if body.is_null() { call } else { call.body("application/json", body.to_string()) };
    Stack::get().call_with_key(call)
}

/// A new cart; its path.
fn new_cart() -> String {
    let made = call("POST", "/carts", &json!({"currency": "EUR"}));
    assert_eq!(made.status, 201, "{}", made.text());
    made.header("location").expect("a location").to_owned()
}

fn cup(quantity: u32) -> Value {
    json!({"sku": "espresso-cup", "name": "Espresso cup", "quantity": quantity,
           "unitPrice": {"amount": 1250, "currency": "EUR"}})
}

#[test]
fn a_request_goes_all_the_way() {
    let cart = new_cart();
    let added = call("POST", &format!("{cart}/items"), &cup(2));
    assert_eq!(added.status, 200, "{}", added.text());
    let read = call("GET", &cart, &Value::Null);
    assert_eq!((read.status, &read.json()["total"]), (200, &json!({"amount": 2500, "currency": "EUR"})));
    assert_eq!(read.header("etag"), Some("\"2\""));
    let changed = call("PATCH", &format!("{cart}/items/espresso-cup"), &json!({"quantity": 5}));
    assert_eq!(changed.json()["total"]["amount"], 6250, "{}", changed.text());
    let removed = call("DELETE", &format!("{cart}/items/espresso-cup"), &Value::Null);
    assert_eq!((removed.status, &removed.json()["items"]), (200, &json!([])), "{}", removed.text());
    assert_eq!(call("DELETE", &cart, &Value::Null).status, 204);
    assert_eq!(call("GET", &cart, &Value::Null).status, 404);
}

#[test]
fn of_two_changes_to_one_version_one_is_told_that_it_lost() {
    let cart = new_cart();
    let change = |quantity| {
        let call = Call::new("POST", &format!("{cart}/items")).header("if-match", "\"1\"");
        Stack::get().call_with_key(call.body("application/json", cup(quantity).to_string())).status
    };
    let mut statuses = [change(1), change(2)];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!([409, 412].contains(&statuses[1]), "{statuses:?}");
}

#[test]
fn changes_at_the_same_time_lose_nothing() {
    let cart = new_cart();
    let path = format!("{cart}/items");
    let added: u32 = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..3).map(|_| u32::from(call("POST", &path, &cup(1)).status == 200)).sum::<u32>()))
            .collect();
        tasks.into_iter().map(|task| task.join().expect("a task")).sum()
    });
    let read = call("GET", &cart, &Value::Null).json();
    assert!(added > 0);
    assert_eq!(read["items"][0]["quantity"], added, "each 200 is in the cart, each 409 is not: {read}");
}

#[test]
fn money_is_never_a_float() {
    let cart = new_cart();
    let mut item = cup(1);
    item["unitPrice"]["amount"] = json!(12.5);
    let refused = call("POST", &format!("{cart}/items"), &item);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("amount"), "{}", refused.text());
}

#[test]
fn a_native_route_goes_past_the_router_and_not_past_the_key() {
    let cart = new_cart();
    let read = call("GET", &cart, &Value::Null);
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.header("x-amz-apigw-id"), None, "the router would have set it");
    assert_eq!(read.header("x-amzn-requestid"), read.header("apigw-requestid"));
    assert!(call("DELETE", &cart, &Value::Null).header("x-amz-apigw-id").is_some(), "and here it did");
    let stranger = Call::new("GET", &cart).header("x-api-key", "tgnobodynobodynobodynobodynobodyno");
    assert_eq!(Stack::get().call(stranger).status, 403);
}
