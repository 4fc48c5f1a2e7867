//! The storefront, as its bucket and the gateway serve it, and what the key in its pages may do.

use e2e::{Answer, Call, Socket, Stack};
use serde_json::{Value, json};

use crate::{
    shop::{call_as, customer, filled_cart, request_as},
    shoppers::{signed_in, token},
};

fn page(path: &str) -> Answer {
    Stack::get().call(Call::new("GET", path))
}

#[test]
fn a_page_says_what_it_is_and_whom_it_may_talk_to() {
    let index = page("/shop/index.html");
    assert_eq!((index.status, index.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = index.header("content-security-policy").expect("a policy");
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page("/shop").header("location"), Some("shop/index.html"));
    assert_eq!(page("/shop/").header("location"), Some("index.html"));
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let index = page("/shop/index.html");
    let tag = index.header("etag").expect("a tag").to_owned();
    let again = Stack::get().call(Call::new("GET", "/shop/index.html").header("if-none-match", &tag));
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(&*tag)));
}

#[test]
fn a_picture_comes_in_bytes_whatever_is_accepted() {
    for accept in ["image/avif,image/webp,*/*", "*/*", "text/html"] {
        let icon = Stack::get().call(Call::new("GET", "/shop/pictures/icon.png").header("accept", accept));
        assert_eq!((icon.status, icon.header("content-type")), (200, Some("image/png")), "{accept}");
        assert!(icon.body.starts_with(b"\x89PNG\r\n\x1a\n"), "{accept}");
    }
}

#[test]
fn nothing_but_the_storefront_is_served() {
    let missing = page("/shop/no/such.html");
    assert_eq!((missing.status, missing.header("content-type")), (404, Some("text/html")));
    assert!(missing.text().contains(r#"href="../index.html""#), "{}", missing.text());
    for outside in ["/shop/..%2fconfig.json", "/shop/%2e%2e/%2e%2e/config.json", "/shop/pictures/..%2f..%2fx"] {
        assert_eq!(page(outside).status, 400, "{outside}");
    }
    for absent in ["/shop/tests/server.js", "/shop/package.json", "/shop/index.html%3facl"] {
        assert_eq!(page(absent).status, 404, "{absent}");
    }
}

/// What who shows the storefront's key, and this token, is answered.
fn as_shopper(token: &str, method: &str, path: &str) -> (u16, Value) {
    let call = request_as(&Stack::get().storefront_key, method, path, &Value::Null);
    let answer = Stack::get().call(call.header("authorization", &format!("Bearer {token}")));
    (answer.status, answer.json())
}

#[test]
fn shoppers_see_their_own_orders_and_nobody_elses() {
    let [ann, bob] = ["Ann", "Bob"].map(|_| token(&signed_in("tollgate-shoppers"), "AccessToken"));
    let cart = filled_cart("espresso-cup", 1);
    let (status, order) = as_shopper(&ann, "POST", &format!("/me{cart}/checkout"));
    assert_eq!(status, 201, "{order}");
    let own = json!({"items": [order], "count": 1});
    let path = format!("/me/orders/{}", order["id"].as_str().expect("an id"));
    for path in [&path, "/me/orders"] {
        assert_eq!(as_shopper(&ann, "GET", path), (200, own.clone()), "{path}");
        assert_eq!(as_shopper(&bob, "GET", path), (200, json!({"items": [], "count": 0})), "{path}");
        assert_eq!(as_shopper("", "GET", path).0, 401, "{path}");
    }
    // Nobody has paid it yet; without a token one does not learn even that.
    assert_eq!(as_shopper(&ann, "GET", &format!("{path}/payments")).0, 404);
    assert_eq!(as_shopper("", "GET", &format!("{path}/payments")).0, 403);
}

#[test]
fn the_key_that_everybody_sees_opens_nothing_of_a_shopper() {
    let key = &Stack::get().storefront_key;
    let cart = filled_cart("tea-pot", 1);
    for (method, path, body) in [
        ("GET", "/orders/00000000000000000000000000000000".to_owned(), Value::Null),
        ("GET", "/customers/ann/orders".to_owned(), Value::Null),
        ("POST", format!("{cart}/checkout"), json!({"customer": "ann"})),
        ("POST", "/channels/lobby/messages".to_owned(), json!({"data": 1})),
        ("GET", "/orders/00000000000000000000000000000000/payments".to_owned(), Value::Null),
        ("POST", "/orders/00000000000000000000000000000000/payments".to_owned(), json!({})),
        ("POST", "/orders/00000000000000000000000000000000/delivery".to_owned(), Value::Null),
    ] {
        assert_eq!(call_as(key, method, &path, &body).status, 403, "{method} {path}");
    }
}

#[test]
fn who_listens_is_told_to_the_operator_alone() {
    let channel = format!("rooms/demo/{}", customer());
    let mut socket = Socket::with_key(&Stack::get().key);
    socket.subscribe(&channel);
    let listed = call_as(&Stack::get().operator_key, "GET", "/channels", &Value::Null);
    let places = listed.json()["Items"].as_array().expect("items").clone();
    let is_ours = |item: &&Value| item["channelShard"]["S"].as_str().is_some_and(|place| place.ends_with(&channel));
    assert_eq!(places.iter().filter(is_ours).count(), 1, "{}", listed.text());
    assert_eq!(call_as(&Stack::get().key, "GET", "/channels", &Value::Null).status, 403);
}
