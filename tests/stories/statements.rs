//! What callers are told of their use, over the deployed stack; and what operators are.

use std::{
    thread,
    time::{Duration, Instant},
};

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

use crate::{
    plans::{Plan, new_plan},
    shoppers::{signed_in, token},
    usage::fresh,
};

const LIMIT: u64 = 500;

#[test]
fn a_key_is_told_exactly_what_it_used_and_what_is_left_and_no_other_tenants_use() {
    let (stack, tenant) = (Stack::get(), fresh("told-own"));
    let plan = new_plan("stated", Plan { limit: usize::try_from(LIMIT).ok(), ..Plan::default() });
    let key = stack.new_key_in(&tenant, &plan);
    for (body, count, class) in [(r#"{"currency":"EUR"}"#, 12, 2), ("no JSON", 3, 4)] {
        for _ in 0..count {
            let call = Call::new("POST", "/carts").header("x-api-key", &key).body("application/json", body);
            assert_eq!(stack.call(call).status / 100, class);
        }
    }
    let told = until(|| usage("/usage", &key), "POST /carts", 15);
    assert_eq!(
        (&told["tenant"], &told["key"], &told["plan"]),
        (&json!(tenant), &json!(format!("key-of-{tenant}")), &json!(plan))
    );
    assert_eq!((&told["month"]["statuses"]["4xx"], &told["month"]["errors"]), (&json!(3), &json!(3)));
    // Asking costs nothing.
    let quota = &told["quota"];
    assert_eq!((&quota["limit"], &quota["used"], &quota["left"]), (&json!(LIMIT), &json!(15), &json!(LIMIT - 15)));
    assert!(quota["held"].as_u64().is_some_and(|held| held <= LIMIT - 15), "{quota}");

    let other = stack.new_key(&fresh("told-none"), true);
    let told = usage("/usage", &other).json();
    assert_eq!(requests(&told["month"], "POST /carts"), 0, "{told}");

    // Whoever operates the gateway sees both, and nobody else does.
    let told = usage("/usage/tenants", &stack.operator_key);
    assert_eq!((told.status, told.header("cache-control")), (200, Some("no-store")));
    let told = told.json();
    let of_it = told["tenants"].as_array().expect("tenants").iter().find(|of| of["tenant"] == json!(tenant));
    let of_it = of_it.unwrap_or_else(|| panic!("{tenant} is not in {told}"));
    assert_eq!(requests(&of_it["last24Hours"], "POST /carts"), 15);
    assert!(told["last24Hours"]["requests"].as_u64() >= of_it["last24Hours"]["requests"].as_u64());
    for key in [&key, &stack.key] {
        let refused = usage("/usage/tenants", key);
        assert_eq!((refused.status, refused.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
    }
}

#[test]
fn who_has_used_all_of_a_quota_is_still_told_so() {
    let plan = new_plan("used-up", Plan { limit: Some(2), ..Plan::default() });
    let key = Stack::get().new_key_in(&fresh("used-up"), &plan);
    let give_up = Instant::now() + Duration::from_secs(60);
    while usage("/catalog/products/moka-pot.json", &key).status != 429 {
        assert!(Instant::now() < give_up, "it was not used up");
    }
    let answer = usage("/usage", &key);
    assert_eq!((answer.status, &answer.json()["quota"]["limit"]), (200, &json!(2)));
}

#[test]
fn who_has_signed_in_is_told_their_own_use() {
    let tokens = signed_in("tollgate-shoppers");
    let bearer = format!("Bearer {}", token(&tokens, "AccessToken"));
    let call = |path: &str| Stack::get().call(Call::new("GET", path).header("authorization", &bearer));
    let me = call("/me").json();
    assert_eq!((call("/me").status, call("/me").status), (200, 200));
    let told = until(|| call("/me/usage"), "GET /me", 3);
    assert_eq!((&told["tenant"], &told["key"], &told["quota"]), (&me["id"], &Value::Null, &Value::Null));
    assert_eq!(Stack::get().call(Call::new("GET", "/me/usage")).status, 401);
}

fn usage(path: &str, key: &str) -> Answer {
    Stack::get().call(Call::new("GET", path).header("x-api-key", key))
}

/// What is told, once it tells of so many requests of a route this month. It never tells of more.
fn until(ask: impl Fn() -> Answer, route: &str, count: u64) -> Value {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = ask();
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
        let told = answer.json();
        let counted = requests(&told["month"], route);
        assert!(counted <= count, "{counted} requests of {count}: {told}");
        if counted == count {
            return told;
        }
        assert!(Instant::now() < give_up, "{counted} requests of {count} were told");
        thread::sleep(Duration::from_millis(200));
    }
}

fn requests(used: &Value, route: &str) -> u64 {
    let routes = used["routes"].as_array().expect("routes");
    routes.iter().find(|of| of["route"] == route).map_or(0, |of| of["requests"].as_u64().expect("a count"))
}
