//! Payments: by the private route to the container's server, over a bank that makes trouble, through deaths at the worst
//! moments.

mod deaths;

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

/// An order's id as the cart makes them; payments know orders by nothing else.
pub(crate) fn new_order() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("random bytes");
    format!("{:032x}", u128::from_be_bytes(random))
}

fn payment(order: &str, key: &str, card: &str) -> Call {
    let body = json!({"amount": {"amount": 1999, "currency": "EUR"}, "card": card});
    Call::new("POST", &format!("/orders/{order}/payments"))
        .header("idempotency-key", key)
        .body("application/json", body.to_string())
}

fn pay(order: &str, key: &str, card: &str) -> Answer {
    Stack::get().call_with_key(payment(order, key, card))
}

fn shown(order: &str) -> (u16, Value) {
    let answer = Stack::get().call_with_key(Call::new("GET", &format!("/orders/{order}/payments")));
    (answer.status, answer.json())
}

/// The movements of money for an order, as the bank's ledger has them: `capture`, `refund`.
pub(crate) fn moved(order: &str) -> Vec<String> {
    let ledger = Call::new("GET", "/ledger").send(&Stack::get().bank_url).json();
    let movements = ledger.as_array().expect("a ledger").iter();
    let own = movements.filter(|one| one["reference"].as_str().is_some_and(|reference| reference.starts_with(order)));
    own.map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn an_order_is_paid_by_the_private_route() {
    let order = new_order();
    let paid = pay(&order, "first", "tok_visa");
    assert_eq!((paid.status, &paid.json()["state"]), (201, &json!("captured")), "{}", paid.text());
    assert_eq!(paid.header("x-amz-apigw-id"), None, "the router would have set it");
    let again = pay(&order, "first", "tok_visa");
    assert_eq!((again.status, again.json()), (201, paid.json()));
    assert_eq!(pay(&order, "first", "tok_other").status, 422);
    assert_eq!(pay(&order, "second", "tok_visa").status, 409);
    let (status, payment) = shown(&order);
    assert_eq!(
        (status, &payment["state"], payment["attempts"].as_array().map(Vec::len)),
        (200, &json!("captured"), Some(1))
    );
    assert_eq!(moved(&order), ["capture"]);
}

#[test]
fn a_payment_needs_its_key() {
    let order = new_order();
    let body = json!({"amount": {"amount": 1999, "currency": "EUR"}, "card": "tok_visa"});
    let call = Call::new("POST", &format!("/orders/{order}/payments")).body("application/json", body.to_string());
    let refused = Stack::get().call_with_key(call);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("Idempotency-Key"), "{}", refused.text());
    let stranger = Stack::get().call(payment(&order, "first", "tok_visa"));
    assert_eq!(stranger.status, 401);
    assert_eq!(moved(&order), [""; 0]);
}

#[test]
fn a_declined_card_is_explained_and_another_pays() {
    let order = new_order();
    let declined = pay(&order, "first", "tok_declined");
    assert_eq!((declined.status, &declined.json()["reason"]), (402, &json!("insufficient_funds")));
    assert_eq!(pay(&order, "second", "tok_visa").status, 201);
    assert_eq!(pay(&order, "first", "tok_declined").status, 402, "the same answer as before");
    assert_eq!(moved(&order), ["capture"]);
}

#[test]
fn a_bank_that_keeps_silent_is_asked_again_and_takes_the_money_once() {
    for card in ["tok_silent", "tok_silent_capture", "tok_broken", "tok_slow"] {
        let order = new_order();
        let first = pay(&order, "first", card).status;
        assert_eq!(first, if card == "tok_slow" { 201 } else { 503 }, "{card}");
        assert_eq!(pay(&order, "first", card).status, 201, "{card}");
        assert_eq!(moved(&order), ["capture"], "{card}");
    }
}

#[test]
fn one_request_that_comes_many_times_at_once_is_charged_once() {
    let order = new_order();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..6).map(|_| scope.spawn(|| pay(&order, "first", "tok_visa").status)).collect();
        tasks.into_iter().map(|task| task.join().expect("a task")).collect()
    });
    assert!(statuses.contains(&201) && statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert_eq!(moved(&order), ["capture"]);
}

#[test]
fn whose_order_it_is_no_client_says() {
    let order = new_order();
    assert_eq!(pay(&order, "first", "tok_visa").status, 201);
    let other = Stack::get().new_key_with("payments-other", "staff");
    for name in ["x-shop-tenant", "x_shop_tenant", "X-Shop-Tenant"] {
        let path = format!("/orders/{order}/payments");
        let call = Call::new("GET", &path).header("x-api-key", &other).header(name, "demo");
        assert_eq!(Stack::get().call(call).status, 404, "{name}");
    }
}
