//! Events, and what they are answered from a ledger, counters and plans.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "what panics here fails a test")]

use plans::{
    CachedPlans, Change, Counters as _, HolderId, Move, Period, PeriodType, Quota, Rate, Stamp, Throttle, UsagePlan,
};
use serde_json::{Value, json};
use statement::Statements;
use testkit::{Fate, MemoryCounters, MemoryLedger, MemoryPlans, ledger_contract};
use usage::{Entry, Hour, Ledger as _, Span, SpanKind, StatusClass, fold};

/// 2026-11-20T13:30, a Friday.
const NOW_MS: u64 = 1_795_181_400_000;

type InMemory = Statements<MemoryLedger, MemoryCounters, MemoryPlans>;

fn statements(plans: impl IntoIterator<Item = UsagePlan>) -> InMemory {
    Statements {
        ledger: MemoryLedger::default(),
        counters: MemoryCounters::default(),
        plans: CachedPlans::new(MemoryPlans::of(plans)),
        clock_ms: || NOW_MS,
    }
}

fn plan(period: PeriodType) -> UsagePlan {
    let mut plan: UsagePlan = serde_json::from_value(json!({"id": "gold"})).expect("a plan");
    plan.quota = Some(Quota { limit: 1_000, offset: 0, period });
    plan.throttle = Some(Throttle { rate_limit: Rate::per_second(5), burst_limit: 10 });
    plan
}

/// The status, the headers and the body that an event of `events/statement` is answered with.
async fn answered(statements: &InMemory, name: &str) -> (u64, Value, Value) {
    let event = testkit::events("statement").into_iter().find(|event| event.name == name).expect("the event");
    let reply = statements.answer(serde_json::from_value(event.payload).expect("an event")).await.expect("an answer");
    let reply = serde_json::to_value(reply).expect("JSON");
    let body = serde_json::from_str(reply["body"].as_str().expect("a body")).expect("JSON");
    (reply["statusCode"].as_u64().expect("a status"), reply["headers"].clone(), body)
}

/// So many requests, two units each, so many hours ago.
async fn used(statements: &InMemory, (tenant, key): (&str, &str), route: &str, class: u8, ago: u32, requests: u64) {
    let hour = Hour::at_ms(NOW_MS).minus(ago);
    let Entry { source, mut record } = ledger_contract::entry(tenant, route, hour, 7, requests);
    (record.key.key, record.key.class) = (key.to_owned(), StatusClass(class));
    statements.ledger.keep(&Entry { source, record }).await.expect("kept");
}

fn requests(of: &Value) -> [u64; 3] {
    ["hour", "day", "month"].map(|span| of[span]["requests"].as_u64().expect("a count"))
}

#[tokio::test]
async fn a_key_is_told_its_own_use_and_nobody_elses() {
    let statements = statements([plan(PeriodType::Month)]);
    used(&statements, ("acme", "key-1"), "GET /a", 2, 0, 3).await;
    used(&statements, ("acme", "key-1"), "GET /b", 4, 0, 5).await;
    used(&statements, ("acme", "key-1"), "GET /a", 2, 13, 7).await;
    used(&statements, ("acme", "key-1"), "GET /a", 2, 14, 11).await;
    used(&statements, ("acme", "key-1"), "GET /a", 2, 24 * 20, 13).await;
    used(&statements, ("acme", "key-2"), "GET /a", 2, 0, 100).await;
    used(&statements, ("other", "key-1"), "GET /a", 2, 0, 100).await;
    let (status, headers, body) = answered(&statements, "own").await;
    assert_eq!((status, &headers["cache-control"]), (200, &json!("no-store")));
    assert_eq!((&body["tenant"], &body["key"], &body["asOfMs"]), (&json!("acme"), &json!("key-1"), &json!(NOW_MS)));
    assert_eq!(requests(&body), [8, 15, 26], "what is of last month is not told");
    assert_eq!(
        (&body["hour"]["from"], &body["day"]["from"]),
        (&json!("2026-11-20T13:00:00Z"), &json!("2026-11-20T00:00:00Z"))
    );
    assert_eq!(body["hour"]["statuses"], json!({"2xx": 3, "4xx": 5}));
    assert_eq!((&body["hour"]["errors"], &body["hour"]["units"]), (&json!(5), &json!(16)));
    let routes = body["day"]["routes"].as_array().expect("routes");
    let routes: Vec<_> = routes.iter().map(|route| (route["route"].as_str(), route["requests"].as_u64())).collect();
    assert_eq!(routes, [(Some("GET /a"), Some(10)), (Some("GET /b"), Some(5))], "the busiest first");
    assert!(body["hour"]["p50Micros"].as_u64() <= body["hour"]["p99Micros"].as_u64(), "{body}");

    // A token that names the tenant is told all of it.
    let (status, _, body) = answered(&statements, "own-by-token").await;
    assert_eq!((status, requests(&body)), (200, [108, 115, 126]));
    assert_eq!((&body["key"], &body["quota"], &body["plan"]), (&Value::Null, &Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_is_left_is_the_limit_less_what_was_counted_in_the_period() {
    // The month's first day; the week began on Monday the 16th.
    for (period, from, resets, left) in [
        (PeriodType::Day, "2026-11-20", "2026-11-21", 1_000 - 2),
        (PeriodType::Week, "2026-11-16", "2026-11-23", 1_000 - 6),
        (PeriodType::Month, "2026-11-01", "2026-12-01", 1_000 - 14),
    ] {
        let statements = statements([plan(period)]);
        used(&statements, ("acme", "key-1"), "GET /a", 2, 0, 1).await;
        used(&statements, ("acme", "key-1"), "GET /a", 2, 24, 2).await;
        used(&statements, ("acme", "key-1"), "GET /a", 2, 24 * 8, 4).await;
        used(&statements, ("acme", "key-2"), "GET /a", 2, 0, 50).await;
        let name = plan(period).quota_counters("key-1", Period::at(period, i64::try_from(NOW_MS).expect("a time")));
        let [counter] = &name[..] else { panic!("{name:?}") };
        let stamp = Stamp(NOW_MS);
        let lease = Change {
            counter: counter.clone(),
            holder: HolderId(1),
            base: None,
            stamp,
            oldest: stamp,
            units: Move::Lease(20),
            limit: 1_000,
            expires_at_s: NOW_MS,
        };
        statements.counters.change(&lease).await.expect("leased");
        let (_, _, body) = answered(&statements, "own").await;
        let [from, resets] = [from, resets].map(|day| format!("{day}T00:00:00Z"));
        let quota = json!({"period": period, "limit": 1_000, "used": 1_000 - left, "left": left,
            "held": 20 - (1_000 - left), "from": from, "resetsAt": resets});
        assert_eq!((&body["quota"], &body["plan"]), (&quota, &json!("gold")));
        assert_eq!(body["throttle"], json!({"rateLimit": 5.0, "burstLimit": 10}));
    }
}

#[tokio::test]
async fn days_that_were_folded_are_told_as_they_were() {
    let statements = statements([plan(PeriodType::Month)]);
    for ago in [0, 1, 20, 30, 60, 200] {
        used(&statements, ("acme", "key-1"), "GET /a", 2, ago, 1).await;
    }
    let before = answered(&statements, "own").await;
    for ago in [20, 30, 60, 200] {
        for kind in [SpanKind::Hour, SpanKind::Day] {
            let span = Span::of(kind, Hour::at_ms(NOW_MS).minus(ago));
            fold(&statements.ledger, "acme", span, u64::from(ago)).await.expect("folded");
        }
        statements.ledger.expire(Hour::at_ms(NOW_MS).minus(ago));
    }
    assert_eq!(answered(&statements, "own").await, before);
    assert_eq!(requests(&before.2), [1, 2, 6]);
}

#[tokio::test]
async fn an_operator_is_told_all_tenants_by_hour_route_and_class() {
    let statements = statements([]);
    used(&statements, ("acme", "key-1"), "GET /a", 2, 0, 3).await;
    used(&statements, ("acme", "key-2"), "GET /a", 5, 23, 4).await;
    used(&statements, ("acme", "key-2"), "GET /a", 2, 24, 50).await;
    used(&statements, ("", ""), "", 4, 2, 1).await;
    let (status, headers, body) = answered(&statements, "tenants").await;
    assert_eq!((status, &headers["cache-control"]), (200, &json!("no-store")));
    assert_eq!((&body["hour"]["requests"], &body["last24Hours"]["requests"]), (&json!(3), &json!(8)));
    assert_eq!(body["last24Hours"]["statuses"], json!({"2xx": 3, "4xx": 1, "5xx": 4}));
    let hours = body["hours"].as_array().expect("hours");
    assert_eq!((hours.len(), &hours[23]["from"], &hours[23]["requests"]), (24, &body["hour"]["from"], &json!(3)));
    assert_eq!((&hours[0]["from"], &hours[0]["requests"]), (&json!("2026-11-19T14:00:00Z"), &json!(4)));
    assert_eq!(
        (&hours[1]["requests"], &hours[1]["p50Micros"]),
        (&json!(0), &Value::Null),
        "also where nothing was used"
    );
    let tenants = body["tenants"].as_array().expect("tenants");
    let of = |tenant: &Value| (tenant["tenant"].clone(), tenant["last24Hours"]["requests"].clone());
    assert_eq!(tenants.iter().map(of).collect::<Vec<_>>(), [(json!("acme"), json!(7)), (json!(""), json!(1))]);
    assert_eq!((&tenants[0]["hours"][23]["requests"], &body["otherTenants"]), (&json!(3), &json!(0)));
    assert!(!body.to_string().contains("key-"), "keys are nobody's here");
}

#[tokio::test]
async fn more_tenants_than_an_answer_names_are_in_its_sums() {
    let statements = statements([]);
    for number in 0..203 {
        used(&statements, (&format!("tenant-{number:03}"), "k"), "GET /a", 2, 0, 1 + u64::from(number == 202)).await;
    }
    let (_, _, body) = answered(&statements, "tenants").await;
    assert_eq!(body["tenants"].as_array().map(Vec::len), Some(200));
    assert_eq!((&body["tenants"][0]["tenant"], &body["otherTenants"]), (&json!("tenant-202"), &json!(3)));
    assert_eq!(body["hour"]["requests"], json!(204));
}

#[tokio::test]
async fn whoever_may_not_ask_is_told_why_and_what_fails_is_not() {
    let statements = statements([]);
    for (event, status, message) in [
        ("tenants-without-the-feature", 403, "this is for keys with the feature operator"),
        (
            "nobody",
            403,
            "the gateway does not say whose call this is: the operation must ask for an API key or name a tenant",
        ),
        (
            "unknown-path",
            404,
            "there is nothing here: this service has GET /usage, GET /me/usage and GET /usage/tenants",
        ),
    ] {
        let (answered, _, body) = answered(&statements, event).await;
        assert_eq!((answered, &body["message"]), (status, &json!(message)), "{event}");
    }
    statements.ledger.fail(|_| Fate::Refused);
    for event in ["own", "tenants"] {
        let (status, headers, body) = answered(&statements, event).await;
        assert_eq!((status, &headers["retry-after"]), (503, &json!("1")), "{event}");
        assert_eq!(body["message"], json!("Service Unavailable"));
    }
    assert_eq!(testkit::events("statement").len(), 6, "a file is missing");
}

/// The names in an object, in order.
fn names(object: &Value) -> Vec<&String> {
    object.as_object().expect("an object").keys().collect()
}

#[tokio::test]
async fn the_page_shows_what_is_told() {
    let page = include_str!("../../../docs/metering.md");
    let blocks = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown: Vec<Value> = blocks.map(|block| serde_json::from_str(block).expect("JSON")).collect();
    let [own, all] = &shown[..] else { panic!("{} blocks", shown.len()) };
    let statements = statements([plan(PeriodType::Month)]);
    used(&statements, ("acme", "key-1"), "GET /a", 2, 0, 3).await;
    let (_, _, told) = answered(&statements, "own").await;
    assert_eq!(names(own), names(&told));
    for part in ["hour", "quota", "throttle"] {
        assert_eq!(names(&own[part]), names(&told[part]), "{part}");
    }
    let (_, _, told) = answered(&statements, "tenants").await;
    assert_eq!((names(all), names(&all["tenants"][0])), (names(&told), names(&told["tenants"][0])));
}
