use std::{collections::BTreeMap, fs, path::Path};

use settings::Settings;

use super::*;
use crate::driver::{KNOWN, event, prepared, send, send_text, service};

/// The status that each event in `events/cart` is answered with, over a store that holds the known cart of tenant
/// `demo`.
const EXPECTED: [(&str, u64); 18] = [
    ("create-cart.json", 201),
    ("create-cart-no-tenant.json", 403),
    ("create-cart-bad-json.json", 400),
    ("create-cart-text.json", 415),
    ("read-cart.json", 200),
    ("read-cart-escaped-path.json", 200),
    ("read-cart-other-tenant.json", 404),
    ("read-cart-payload-1.json", 200),
    ("delete-cart.json", 204),
    ("add-item.json", 200),
    ("add-item-fraction.json", 400),
    ("add-item-other-price.json", 409),
    ("add-item-unknown-field.json", 400),
    ("change-item.json", 200),
    ("change-item-stale.json", 412),
    ("remove-item.json", 200),
    ("unknown-route.json", 404),
    ("wrong-method.json", 405),
];

#[tokio::test]
async fn every_event_in_the_folder_is_answered_as_expected() {
    let expected = BTreeMap::from(EXPECTED);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../events/cart");
    let mut seen = 0;
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let status = expected.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no expected status"));
        let answer = send_text(&service(prepared()), &fs::read_to_string(file.path()).unwrap()).await;
        assert_eq!(answer.status, *status, "{name}: {}", answer.body);
        seen += 1;
    }
    assert_eq!(seen, expected.len(), "a file is missing");
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
