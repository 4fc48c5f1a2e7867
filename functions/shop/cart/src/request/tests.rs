use lambda_http::{Body, request::from_str};
use serde_json::{Value, json};

use super::*;
use crate::driver::{KNOWN, event, with};

fn read(request: &str, body: &str) -> Result<Action, Refusal> {
    let request = from_str(&event(request, Some(body)).to_string()).unwrap();
    let operation = crate::route::Resource::find(path(&request)).unwrap().operation(request.method()).unwrap();
    action(&request, operation)
}

/// Expects a body to be refused for `field`, with `message`.
#[track_caller]
fn check(request: &str, body: &str, field: &str, message: &str) {
    let refusal = read(&request.replace("{cartId}", KNOWN), body).unwrap_err();
    assert_eq!((refusal.field(), refusal.to_string().as_str()), (Some(field), message), "{body}");
    assert_eq!(refusal.status(), 400, "{body}");
}

fn item_with(field: &str, value: &str) -> String {
    let fields = [
        ("sku", r#""MUG""#),
        ("name", r#""Mug""#),
        ("quantity", "1"),
        ("unitPrice", r#"{"amount": 5, "currency": "EUR"}"#),
    ];
    let fields = fields.map(|(name, usual)| format!("\"{name}\": {}", if name == field { value } else { usual }));
    format!("{{{}}}", fields.join(", "))
}

#[test]
fn a_wrong_item_is_refused_by_field() {
    let refused = |field: &str, value: &str, message: &str| {
        check("POST /carts/{cartId}/items", &item_with(field, value), field, &format!("{field} is {message}"));
    };
    let sku = "send 1 to 64 of A-Z a-z 0-9 . _ - (but not . or ..)";
    refused("sku", r#""a b""#, &format!("a string of 3 characters: {sku}"));
    refused("sku", r#""""#, &format!("an empty string: {sku}"));
    refused("sku", "7", &format!("7: {sku}"));
    refused("sku", "null", &format!("null: {sku}"));
    refused("name", r#""""#, "an empty string: send 1 to 200 characters");
    refused("name", "[]", "an array: send 1 to 200 characters");
    let whole = "send a whole number from 1 to 999";
    for value in ["0", "1000", "-1", "1.5", "1.0", "1e2", "18446744073709551615", "true"] {
        let told = serde_json::from_str::<serde_json::Value>(value).unwrap();
        refused("quantity", value, &format!("{told}: {whole}"));
    }
    refused("quantity", r#""2""#, &format!("a string of 1 characters: {whole}"));
    refused("unitPrice", "1999", "1999: send an object of amount, currency");
}

#[test]
fn a_price_is_whole_minor_units_of_a_currency() {
    let refused = |price: &str, field: &str, message: &str| {
        check("POST /carts/{cartId}/items", &item_with("unitPrice", price), field, &format!("{field} {message}"));
    };
    let amount = "send a whole number of minor units from 0 to 100000000, such as 1999 for 19.99 EUR";
    for value in ["19.99", "-1", "1999.0", "100000001", "18446744073709551615", "1e+20"] {
        refused(
            &format!(r#"{{"amount": {value}, "currency": "EUR"}}"#),
            "unitPrice.amount",
            &format!("is {value}: {amount}"),
        );
    }
    refused(r#"{"currency": "EUR"}"#, "unitPrice.amount", &format!("is missing: {amount}"));
    let currency = "send three upper-case letters of ISO 4217, such as EUR";
    refused(
        r#"{"amount": 1, "currency": "eur"}"#,
        "unitPrice.currency",
        &format!("is a string of 3 characters: {currency}"),
    );
    refused(r#"{"amount": 1}"#, "unitPrice.currency", &format!("is missing: {currency}"));
    refused(
        r#"{"amount": 1, "currency": "EUR", "net": true}"#,
        "unitPrice.net",
        "is not a field here: send only amount, currency",
    );
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    let long = "x".repeat(5_000);
    check(
        "POST /carts",
        r#"{"currency": "EUR", "tenant": "other"}"#,
        "tenant",
        "tenant is not a field here: send only currency",
    );
    check(
        "POST /carts",
        &format!(r#"{{"{long}": 1}}"#),
        &long[..40],
        &format!("{} is not a field here: send only currency", &long[..40]),
    );
    check(
        "PATCH /carts/{cartId}/items/MUG",
        r#"{"quantity": 1, "qty": 2}"#,
        "qty",
        "qty is not a field here: send only quantity",
    );
}

#[test]
fn what_is_no_json_object_is_refused_with_its_place() {
    let refused = |body: &str, message: &str| check("POST /carts", body, "body", message);
    refused("", "the body is empty: send a JSON object");
    refused("{\n  \"currency\": EUR\n}", "the body is not JSON: expected value at line 2 column 15");
    refused("{\"currency\": \"EUR\"", "the body is not JSON: EOF while parsing an object at line 1 column 18");
    refused("{} {}", "the body is not JSON: trailing characters at line 1 column 4");
    refused("[]", "the body is an array: send a JSON object");
    refused("\"EUR\"", "the body is a string of 3 characters: send a JSON object");
    let deep = "[".repeat(10_000);
    refused(&deep, "the body is not JSON: recursion limit exceeded at line 1 column 128");
    check(
        "POST /carts",
        "{}",
        "currency",
        "currency is missing: send three upper-case letters of ISO 4217, such as EUR",
    );
}

#[test]
fn a_body_that_is_not_utf_8_is_told_as_such() {
    let mut request = from_str(&event("POST /carts", None).to_string()).unwrap();
    *request.body_mut() = Body::from(b"{\"currency\": \"\xff\"}".to_vec());
    let message = "the body is not UTF-8 from its byte 15 on: send JSON in UTF-8";
    assert_eq!(json(&request), Err(Refusal::Wrong(fault("body", message))));
}

#[test]
fn the_words_of_a_refusal_name_the_limits() {
    assert!(SKU.contains(&format!("1 to {} of", crate::item::MAX_SKU_BYTES)));
    assert!(NAME.contains(&format!("1 to {} char", crate::item::MAX_NAME_CHARS)));
    assert!(QUANTITY.contains(&format!("1 to {}", crate::item::MAX_QUANTITY)));
    assert!(AMOUNT.contains(&format!("0 to {},", crate::item::MAX_UNIT_PRICE)));
}

#[test]
fn a_path_that_can_name_nothing_is_refused() {
    assert_eq!(read("GET /carts/42", ""), Err(Refusal::NoSuchCart));
    check(
        "PATCH /carts/{cartId}/items/a%2Fb",
        r#"{"quantity": 1}"#,
        "sku",
        &format!("the path's last part is not a SKU: send {SKU}"),
    );
    check("DELETE /carts/{cartId}/items/%2e%2e", "", "sku", &format!("the path's last part is not a SKU: send {SKU}"));
}

#[test]
fn only_json_is_read() {
    let with_type = |value: Option<&str>| {
        let mut request = from_str(&event("POST /carts", Some(r#"{"currency": "EUR"}"#)).to_string()).unwrap();
        request.headers_mut().remove(CONTENT_TYPE);
        if let Some(value) = value {
            request.headers_mut().insert(CONTENT_TYPE, value.parse().unwrap());
        }
        json(&request)
    };
    for good in ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"] {
        assert!(matches!(with_type(Some(good)), Ok(serde_json::Value::Object(_))), "{good}");
    }
    for bad in
        ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp", "application/json, text/plain"]
    {
        assert_eq!(with_type(Some(bad)), Err(Refusal::NotJson), "{bad}");
    }
    assert!(matches!(with_type(None), Ok(serde_json::Value::Object(_))), "as API Gateway takes it");
}

#[test]
fn a_body_has_a_limit() {
    let sized = |bytes: usize| {
        let body = format!("{{\"currency\": \"EUR\"{}}}", " ".repeat(bytes - 19));
        assert_eq!(body.len(), bytes);
        let mut request = from_str(&event("POST /carts", None).to_string()).unwrap();
        *request.body_mut() = Body::from(body);
        json(&request)
    };
    assert!(matches!(sized(MAX_BODY_BYTES), Ok(serde_json::Value::Object(_))));
    assert_eq!(sized(MAX_BODY_BYTES + 1), Err(Refusal::BodyTooLarge));
}

#[test]
fn the_stage_is_taken_off_the_path_once() {
    let found = |stage: &str, raw_path: &str| {
        let event = with(event("GET /", None), "/requestContext/stage", stage);
        path(&from_str(&with(event, "/rawPath", raw_path).to_string()).unwrap()).to_owned()
    };
    assert_eq!(found("$default", "/carts"), "/carts");
    assert_eq!(found("prod", "/prod/carts"), "/carts");
    assert_eq!(found("prod", "/prod/prod/carts"), "/prod/carts");
    assert_eq!(found("prod", "/production/carts"), "/production/carts");
    assert_eq!(found("prod", "/carts"), "/carts");
    assert_eq!(found("carts", "/carts/carts/1"), "/carts/1");
}

#[test]
fn a_rest_apis_path_has_no_stage_to_take_off() {
    let found = |raw_path: &str, context_path: &str| {
        let event = serde_json::json!({
            "httpMethod": "GET", "path": raw_path,
            "requestContext": {"httpMethod": "GET", "stage": "carts", "path": context_path},
        });
        path(&from_str(&event.to_string()).unwrap()).to_owned()
    };
    assert_eq!(found("/carts/1", "/carts/carts/1"), "/carts/1", "a REST API");
    assert_eq!(found("/carts/carts/1", "/carts/carts/1"), "/carts/1", "an HTTP API");
}

#[test]
fn an_order_is_for_who_has_signed_in_whoever_the_body_names() {
    let request = |claims: Value, body| {
        let event = event(&format!("POST /carts/{KNOWN}/checkout"), body);
        let event = with(event, "/requestContext/authorizer/jwt", json!({"claims": claims, "scopes": null}));
        customer(&from_str(&event.to_string()).unwrap()).map(|customer| customer.to_string())
    };
    let ann = json!({"sub": "ann-1", "username": "ann@example.com"});
    for body in [None, Some("{}"), Some(r#"{"customer": "bob"}"#)] {
        assert_eq!(request(ann.clone(), body).unwrap(), "ann-1", "{body:?}");
    }
    for nobody in [json!({}), json!({"sub": ""}), json!({"sub": "a/b"})] {
        let refusal = request(nobody.clone(), Some(r#"{"customer": "bob"}"#)).unwrap_err();
        assert_eq!((refusal.status().as_u16(), refusal.field()), (400, Some("customer")), "{nobody}");
    }
}
