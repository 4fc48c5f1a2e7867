use super::*;

#[track_caller]
fn check(customer: &str, sku: &str, lost: &[&str], expected: Decision) {
    let article = Article { sku: sku.to_owned(), quantity: 1 };
    let [delivery, customer, task_token] = ["o1", customer, "t1"].map(str::to_owned);
    let delivery = Delivery { delivery, customer, items: vec![article], task_token };
    assert_eq!(decide(&delivery, &lost.iter().map(|&one| one.to_owned()).collect()), expected);
}

#[test]
fn a_delivery_asked_for_twice_has_one_outcome() {
    check("ann", "espresso-cup", &[], Decision::Tell("delivered", ""));
    check("ann", "sold-out-samovar", &[], Decision::Tell("cancelled", "out of stock"));
    check("lost-ann", "espresso-cup", &[], Decision::Silence);
    check("lost-ann", "espresso-cup", &["o1"], Decision::Tell("delivered", ""));
    check("never-ann", "espresso-cup", &["o1"], Decision::Silence);
}

#[test]
fn a_message_is_what_the_state_machine_writes() {
    let body = r#"{"delivery": "o1", "tenant": "demo", "customer": "ann", "items": [{"sku": "a", "quantity": 2}], "taskToken": "t"}"#;
    let delivery: Delivery = serde_json::from_str(body).unwrap();
    assert_eq!((delivery.items[0].quantity, delivery.task_token.as_str()), (2, "t"));
}
