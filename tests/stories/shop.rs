//! The shop, from its shelves to the order: products and orders straight from their tables, the checkout in the cart.

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

use crate::services::{fresh, target};

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

/// Puts a product of which there are so many on the shelf, and that nobody else buys, for 12.50 EUR; its SKU.
pub(crate) async fn shelved(name: &str, stock: u64) -> String {
    let sku = fresh(name);
    let price = json!({"M": {"amount": {"N": "1250"}, "currency": {"S": "EUR"}}});
    let item = json!({"sku": {"S": sku}, "name": {"S": "Counted"}, "price": price, "stock": {"N": stock.to_string()}});
    let put = json!({"TableName": Stack::get().tables["products"], "Item": item});
    target("dynamodb", "1.0", "DynamoDB_20120810.PutItem", &put).await;
    sku
}

/// [`shelved`], for who is not waiting otherwise.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn counted(name: &str, stock: u64) -> String {
    shelved(name, stock).await
}

/// How many pieces of a product are left.
pub(crate) fn left(sku: &str) -> Value {
    get(&format!("/products/{sku}")).1["stock"].clone()
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

#[test]
fn a_checkout_takes_what_is_there_and_says_how_much_that_is() {
    let (sku, ann) = (counted("scarce", 3), json!({"customer": "ann"}));
    let (two, again) = (filled_cart(&sku, 2), filled_cart(&sku, 2));
    assert_eq!(call("POST", &format!("{two}/checkout"), &ann).status, 201);
    assert_eq!(left(&sku), 1);
    let refused = call("POST", &format!("{again}/checkout"), &ann);
    assert_eq!((refused.status, &refused.json()["field"]), (409, &json!("quantity")));
    assert!(
        refused.text().contains(&format!("the cart holds 2 of {sku} and the shop has 1 left")),
        "{}",
        refused.text()
    );
    assert_eq!(call("PATCH", &format!("{again}/items/{sku}"), &json!({"quantity": 1})).status, 200, "it is still open");
    for _ in 0..2 {
        assert_eq!(call("POST", &format!("{again}/checkout"), &ann).status, 201);
    }
    assert_eq!(left(&sku), 0);
}

#[test]
fn of_many_customers_at_once_as_many_buy_as_there_are_pieces() {
    let (sku, ann) = (counted("sought", 3), json!({"customer": "ann"}));
    let carts: Vec<String> = (0..6).map(|_| filled_cart(&sku, 1)).collect();
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let buy = |cart: &String| call("POST", &format!("{cart}/checkout"), &ann).status;
        let tasks: Vec<_> = carts.iter().map(|cart| scope.spawn(move || buy(cart))).collect();
        tasks.into_iter().map(|task| task.join().expect("a task")).collect()
    });
    statuses.sort_unstable();
    assert_eq!((statuses, left(&sku)), (vec![201, 201, 201, 409, 409, 409], json!(0)));
}
