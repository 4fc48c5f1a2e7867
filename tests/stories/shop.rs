//! The shop, from its shelves to the order: products and orders straight from their tables, the checkout in the cart.

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

pub(crate) fn call(method: &str, path: &str, body: &Value) -> Answer {
    call_as(&Stack::get().key, method, path, body)
}

pub(crate) fn call_as(key: &str, method: &str, path: &str, body: &Value) -> Answer {
    Stack::get().call(request_as(key, method, path, body))
}

pub(crate) fn request_as(key: &str, method: &str, path: &str, body: &Value) -> Call {
    let call = Call::new(method, path).header("x-api-key", key);
    if body.is_null() { call } else { call.body("application/json", body.to_string()) }
}

pub(crate) fn get(path: &str) -> (u16, Value) {
    let answer = call("GET", path, &Value::Null);
    (answer.status, answer.json())
}

/// A cart with what the shop sells at the price it asks; its path.
pub(crate) fn filled_cart(sku: &str, quantity: u32) -> String {
    let (status, product) = get(&format!("/products/{sku}"));
    assert_eq!(status, 200, "{product}");
    let made = call("POST", "/carts", &json!({"currency": "EUR"}));
    let cart = made.header("location").expect("a location").to_owned();
    let item = json!({"sku": sku, "name": product["name"], "quantity": quantity, "unitPrice": product["price"]});
    let added = call("POST", &format!("{cart}/items"), &item);
    assert_eq!(added.status, 200, "{}", added.text());
    cart
}

/// A customer that nobody else is.
pub(crate) fn customer() -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    format!("ann-{:016x}", u64::from_be_bytes(random))
}

#[test]
fn products_come_straight_from_their_table() {
    let (status, listed) = get("/products?category=coffee");
    let skus: Value = listed["items"].as_array().expect("items").iter().map(|item| item["sku"].clone()).collect();
    assert_eq!((status, skus), (200, json!(["coffee-grinder", "espresso-cup", "moka-pot"])));
    let (status, cup) = get("/products/espresso-cup");
    assert_eq!((status, &cup["price"]), (200, &json!({"amount": 1250, "currency": "EUR"})));
    assert_eq!(get("/products/unicorn").0, 404);
    assert_eq!(get("/products?category=unicorns"), (200, json!({"items": [], "count": 0})));
    assert_eq!(get("/products").0, 400, "which category?");
}

#[test]
fn a_cart_becomes_an_order_that_only_its_tenant_sees() {
    let (cart, customer) = (filled_cart("espresso-cup", 2), customer());
    let ann = json!({"customer": customer});
    let placed = call("POST", &format!("{cart}/checkout"), &ann);
    assert_eq!(placed.status, 201, "{}", placed.text());
    let (path, order) = (placed.header("location").expect("a location").to_owned(), placed.json());
    assert_eq!(order["total"], json!({"amount": 2500, "currency": "EUR"}));
    assert_eq!(get(&path), (200, order.clone()), "the table shows what checkout showed");
    assert_eq!(get(&format!("/customers/{customer}/orders")), (200, json!({"items": [order], "count": 1})));

    let other = Stack::get().new_key_with("another-shop", "staff");
    assert_eq!(call_as(&other, "GET", &path, &Value::Null).status, 404);
    let theirs = call_as(&other, "GET", &format!("/customers/{customer}/orders"), &Value::Null);
    assert_eq!(theirs.json(), json!({"items": [], "count": 0}));
}

#[test]
fn a_cart_that_was_checked_out_changes_no_more() {
    let cart = filled_cart("moka-pot", 1);
    let ann = json!({"customer": "ann"});
    let first = call("POST", &format!("{cart}/checkout"), &ann);
    assert_eq!(call("POST", &format!("{cart}/checkout"), &ann).json(), first.json(), "a repeat is the same order");
    assert_eq!(call("PATCH", &format!("{cart}/items/moka-pot"), &json!({"quantity": 9})).status, 409);
    assert_eq!(call("DELETE", &cart, &Value::Null).status, 409);
    assert_eq!(get(&cart).1["order"], first.json()["id"]);
}

#[test]
fn checkouts_at_the_same_time_make_one_order() {
    let (cart, customer) = (filled_cart("tea-pot", 1), customer());
    let path = format!("{cart}/checkout");
    let ann = json!({"customer": customer});
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..4).map(|_| scope.spawn(|| call("POST", &path, &ann).status)).collect();
        tasks.into_iter().map(|task| task.join().expect("a task")).collect()
    });
    assert!(statuses.contains(&201) && statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert_eq!(get(&format!("/customers/{customer}/orders")).1["count"], 1);
}

#[test]
fn a_price_that_a_client_made_up_is_not_what_it_pays() {
    let made = call("POST", "/carts", &json!({"currency": "EUR"}));
    let cart = made.header("location").expect("a location").to_owned();
    let cheap =
        json!({"sku": "moka-pot", "name": "Moka pot", "quantity": 1, "unitPrice": {"amount": 1, "currency": "EUR"}});
    assert_eq!(call("POST", &format!("{cart}/items"), &cheap).status, 200);
    let refused = call("POST", &format!("{cart}/checkout"), &json!({"customer": "ann"}));
    assert_eq!((refused.status, &refused.json()["field"]), (409, &json!("unitPrice")), "{}", refused.text());
}
