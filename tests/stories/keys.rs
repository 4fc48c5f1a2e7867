//! API keys, from the table to the client.

use e2e::{Call, Stack};
use serde_json::json;

fn get_with(key: &str) -> (u16, serde_json::Value) {
    let answer = Stack::get().call(Call::new("GET", "/catalog/products.json").header("x-api-key", key));
    (answer.status, answer.json())
}

#[test]
fn a_request_without_a_key_is_refused_by_the_managed_gateway() {
    let answer = Stack::get().call(Call::new("GET", "/catalog/products.json"));
    assert_eq!((answer.status, answer.json()), (401, json!({"message": "Unauthorized"})));
}

#[test]
fn an_unknown_key_and_a_disabled_one_are_refused_alike() {
    let forbidden = (403, json!({"message": "Forbidden"}));
    assert_eq!(get_with("tgnobodynobodynobodynobodynobodyno"), forbidden);
    assert_eq!(get_with("short"), forbidden);
    assert_eq!(get_with(&Stack::get().new_key("disabled", false)), forbidden);
}

#[test]
fn a_known_key_reaches_the_backend() {
    let (status, products) = get_with(&Stack::get().new_key("known", true));
    assert_eq!(status, 200, "{products}");
    assert!(products["products"].as_array().is_some_and(|products| !products.is_empty()), "{products}");
}

#[test]
fn what_a_client_says_about_itself_is_not_believed() {
    let call = Call::new("POST", "/carts").body("application/json", r#"{"currency":"EUR"}"#);
    let cart = Stack::get().call_with_key(call).json()["id"].as_str().expect("an id").to_owned();
    // Another tenant, with headers that claim to be the first one's.
    let call = Call::new("GET", &format!("/carts/{cart}"))
        .header("x-api-key", &Stack::get().new_key("other", true))
        .header("x-tollgate-tenant", "demo")
        .header("x-tollgate-key-id", "key-demo");
    assert_eq!(Stack::get().call(call).status, 404);
}
