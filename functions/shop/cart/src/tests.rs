use std::collections::BTreeMap;

use settings::Settings;

use super::*;
use crate::driver::{KNOWN, event, prepared, send, service};

/// The status that each event in `events/cart` is answered with, over a store that holds the known cart of tenant
/// `demo`.
const EXPECTED: [(&str, u64); 19] = [
    ("check-out", 201),
    ("create-cart", 201),
    ("create-cart-no-tenant", 403),
    ("create-cart-bad-json", 400),
    ("create-cart-text", 415),
    ("read-cart", 200),
    ("read-cart-escaped-path", 200),
    ("read-cart-other-tenant", 404),
    ("read-cart-payload-1", 200),
    ("delete-cart", 204),
    ("add-item", 200),
    ("add-item-fraction", 400),
    ("add-item-other-price", 409),
    ("add-item-unknown-field", 400),
    ("change-item", 200),
    ("change-item-stale", 412),
    ("remove-item", 200),
    ("unknown-route", 404),
    ("wrong-method", 405),
];

#[tokio::test]
async fn every_event_in_the_folder_is_answered_as_expected() {
    let expected = BTreeMap::from(EXPECTED);
    let events = testkit::events("cart");
    for event in &events {
        let status =
            expected.get(event.name.as_str()).unwrap_or_else(|| panic!("{} has no expected status", event.name));
        let answer = send(&service(prepared()), &event.payload).await;
        assert_eq!(answer.status, *status, "{}: {}", event.name, answer.body);
    }
    assert_eq!(events.len(), expected.len(), "a file is missing");
}

#[tokio::test]
async fn a_cart_is_answered_as_the_documentation_shows() {
    let page = include_str!("../../../../docs/cart.md");
    let shown = page.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    let event = event(&format!("GET /carts/{KNOWN}"), None);
    let answer = send(&service(prepared()), &event).await;
    assert_eq!(answer.body, serde_json::from_str::<serde_json::Value>(shown).unwrap());
}

fn config(ttl_days: Option<&'static str>) -> Result<u64, String> {
    let mut settings = Settings::new(|name| match name {
        "CART_TTL_DAYS" => ttl_days.map(str::to_owned),
        name => Some(name.to_lowercase()),
    });
    let config = Config::load(&mut settings);
    settings.finish(config.cart_ttl_s).map_err(|problems| problems.to_string())
}

#[test]
fn a_cart_lives_from_one_day_to_ten_years() {
    assert_eq!(config(None), Ok(30 * 24 * 60 * 60));
    assert_eq!(config(Some("3650")), Ok(3650 * 24 * 60 * 60));
    for days in ["0", "3651", "18446744073709551615"] {
        assert_eq!(
            config(Some(days)),
            Err(format!("cannot start: CART_TTL_DAYS is {days}, which is not from 1 to 3650"))
        );
    }
    assert!(config(Some("a month")).unwrap_err().contains("CART_TTL_DAYS is \"a month\""));
}

#[test]
fn two_draws_differ() {
    assert_ne!(random().unwrap(), random().unwrap());
}
