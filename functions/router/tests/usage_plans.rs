//! Usage plans and throttles as clients see them, over stores in memory: who is let through, who is not, and what they are
//! told.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

use std::{cell::Cell, collections::BTreeMap};

use gateway::{Gateway, NoIssuers};
use identity::{ApiKey, KeyHash, KeyRecord, KeyStore as _};
use plans::{
    ApiStage, Counters as _, HolderId, PeriodType, PlanStore as _, Quota, Rate, Throttle, UsagePlan, UsagePlans,
    WhenUnavailable,
};
use router::{Here, Renewal, Router};
use runtime::{AfterResponse as _, event::HttpEvent};
use serde_json::{Value, json};
use testkit::{MemoryCounters, MemoryKeys, MemoryPlans, StubBackends, table};

/// 2026-11-20T12:00:00Z.
const NOON_MS: i64 = 1_795_176_000_000;

const MOCK: &str = "x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, \
                    responses: {default: {statusCode: '200'}}}";

type Clock = Box<dyn Fn() -> i64>;
type Plans = UsagePlans<&'static MemoryPlans, &'static MemoryCounters, Clock>;

/// A stage, its stores, and one sandbox of its router.
struct Stage {
    router: Router<&'static StubBackends, MemoryKeys, NoIssuers, &'static Plans>,
    renewal: Renewal<Plans>,
    plans: &'static MemoryPlans,
    counters: &'static MemoryCounters,
    now_ms: &'static Cell<i64>,
}

struct Answer {
    status: u64,
    body: String,
    headers: BTreeMap<String, String>,
}

/// What stands at the top of the definition, and in its operation `GET /things/{id}`, which asks for a key.
fn stage(top: &str, operation: &str, plans: impl IntoIterator<Item = UsagePlan>) -> Stage {
    let definition = format!(
        "openapi: 3.0.3\n{top}\nx-amazon-apigateway-request-validators: {{all: {{validateRequestParameters: true}}}}\n\
         components:\n  securitySchemes:\n    key: {{type: apiKey, name: x-api-key, in: header}}\n    \
         jwt: {{type: oauth2, x-amazon-apigateway-authorizer: {{type: jwt, jwtConfiguration: {{issuer: 'https://issuer.example', \
         audience: [shop]}}}}}}\npaths:\n  \
         /tenants:\n    get:\n      security: [{{jwt: []}}]\n      x-tollgate-tenant: org\n      {MOCK}\n  \
         /open:\n    get:\n      {MOCK}\n  \
         /throttled:\n    get:\n      x-tollgate-throttle: {{rate: 1, burst: 2}}\n      {MOCK}\n  \
         /strict:\n    get:\n      security: [{{key: []}}]\n      x-amazon-apigateway-request-validator: all\n      \
         parameters: [{{name: q, in: query, required: true, schema: {{type: string}}}}]\n      {MOCK}\n  \
         /things/{{id}}:\n    get:\n      security: [{{key: []}}]\n      {operation}\n      {MOCK}\n"
    );
    let plan_store: &'static MemoryPlans = Box::leak(Box::new(MemoryPlans::of(plans)));
    let counters: &'static MemoryCounters = Box::leak(Box::default());
    let now_ms: &'static Cell<i64> = Box::leak(Box::new(Cell::new(NOON_MS)));
    let clock: Clock = Box::new(|| now_ms.get());
    let usage: &'static Plans = Box::leak(Box::new(UsagePlans::new(plan_store, counters, HolderId(1), clock)));
    let backends: &'static StubBackends = Box::leak(Box::default());
    let gateway = Gateway::new(table(&definition), backends, keys()).with_plans(usage);
    let router = Router::new(gateway, Here::default());
    Stage { router, renewal: Renewal(usage), plans: plan_store, counters, now_ms }
}

/// Keys by the plans that they are in: `key("gold silver")`.
fn key(plan_ids: &str) -> String {
    format!("tg{:0>32}", plan_ids.replace(' ', "x"))
}

fn keys() -> MemoryKeys {
    let keys = MemoryKeys::default();
    for plan_id in ["gold", "silver", "gold silver", "none"] {
        let record = KeyRecord {
            key_id: key(plan_id).replace("tg", "id-"),
            tenant: "acme".to_owned(),
            plan_id: plan_id.to_owned(),
            enabled: true,
            expires_at_ms: None,
            features: Vec::new(),
        };
        at_once(keys.create(&ApiKey::parse(&key(plan_id)).unwrap().hash(), &record)).unwrap();
        let subscription = KeyRecord { key_id: format!("tenant:{plan_id}"), tenant: plan_id.to_owned(), ..record };
        at_once(keys.create(&KeyHash::of_tenant(plan_id), &subscription)).unwrap();
    }
    keys
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

impl Stage {
    /// `GET path`, with the key of these plans.
    fn get(&self, path: &str, plan_ids: Option<&str>) -> Answer {
        let headers = plan_ids.map_or_else(|| json!({}), |plan_ids| json!({"x-api-key": key(plan_ids)}));
        self.answer(path, ("$default", &headers, &json!({})))
    }

    /// `GET /tenants` with a token of this tenant, which the managed gateway has verified.
    fn get_as(&self, tenant: &str) -> Answer {
        let claims = json!({"jwt": {"claims": {"sub": "ann", "org": tenant}, "scopes": null}});
        self.answer("/tenants", ("GET /tenants", &json!({}), &claims))
    }

    /// `GET path` by the route with this key, with these headers, and what the managed gateway's authorizer says.
    fn answer(&self, path: &str, (route_key, headers, authorizer): (&str, &Value, &Value)) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let event = json!({
            "version": "2.0", "routeKey": route_key, "rawPath": path, "rawQueryString": query, "headers": headers,
            "requestContext": {
                "apiId": "a1", "requestId": "r-1", "stage": "prod", "timeEpoch": self.now_ms.get(),
                "http": {"method": "GET", "path": path, "sourceIp": "192.0.2.1"}, "authorizer": authorizer,
            },
        });
        let event: HttpEvent = serde_json::from_value(event).unwrap();
        let reply = serde_json::to_value(at_once(self.router.route(event, None)).unwrap()).unwrap();
        let headers = reply["headers"].as_object().unwrap().iter();
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap().to_owned()));
        let body = reply["body"].as_str().unwrap_or_default().to_owned();
        Answer { status: reply["statusCode"].as_u64().unwrap(), body, headers: headers.collect() }
    }

    fn status(&self, path: &str, plan_ids: &str) -> u64 {
        self.get(path, Some(plan_ids)).status
    }

    /// How many of so many requests are answered with 200, ten milliseconds between two.
    fn served(&self, plan_ids: &str, requests: usize) -> usize {
        let served = (0..requests).filter(|_| {
            let status = self.status("/things/1", plan_ids);
            at_once(self.renewal.after_response());
            self.pass(10);
            status == 200
        });
        served.count()
    }

    fn pass(&self, ms: i64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }

    /// What of the plan's quota has been spent, when all is given back.
    fn spent(&self, plan_id: &str) -> u64 {
        at_once(self.renewal.shut_down());
        let counter = format!("quota#{plan_id}#{}#2026-11-20", key(plan_id).replace("tg", "id-"));
        at_once(self.counters.look(&counter)).unwrap().granted
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Status, body and type of an error.
    fn error(&self) -> (u64, &str, &str) {
        (self.status, &self.body, self.header("x-amzn-errortype").unwrap_or_default())
    }

    /// What the caller is told: `RateLimit-Policy`, `RateLimit`, `Retry-After`.
    fn told(&self) -> [Option<&str>; 3] {
        ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| self.header(name))
    }
}

fn plan(id: &str, limit: Option<u64>, throttle: Option<(u64, u64)>) -> UsagePlan {
    UsagePlan {
        id: id.to_owned(),
        name: String::new(),
        description: String::new(),
        throttle: throttle.map(bucket),
        quota: limit.map(|limit| Quota { limit, offset: 0, period: PeriodType::Day }),
        api_stages: Vec::new(),
        priority: 0,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    }
}

fn bucket((rate, burst_limit): (u64, u64)) -> Throttle {
    Throttle { rate_limit: Rate::per_second(rate), burst_limit }
}

fn api_stage(stage: &str) -> ApiStage {
    ApiStage { api_id: "*".to_owned(), stage: stage.to_owned(), throttle: BTreeMap::new() }
}

const EXCEEDED: (u64, &str, &str) = (429, r#"{"message":"Limit Exceeded"}"#, "LimitExceededException");
const THROTTLED: (u64, &str, &str) = (429, r#"{"message":"Too Many Requests"}"#, "TooManyRequestsException");
const UNAVAILABLE: (u64, &str, &str) = (503, r#"{"message":"Service Unavailable"}"#, "ServiceUnavailableException");
const FORBIDDEN: (u64, &str, &str) = (403, r#"{"message":"Forbidden"}"#, "ForbiddenException");

#[test]
fn a_quota_is_used_to_its_last_unit_and_the_caller_is_told() {
    let stage = stage("", "", [plan("gold", Some(3), None)]);
    let policy = Some(r#""quota";q=3;w=86400"#);
    for left in [r#""quota";r=2;t=43200"#, r#""quota";r=1;t=43200"#, r#""quota";r=0;t=43200"#] {
        let answer = stage.get("/things/1", Some("gold"));
        assert_eq!((answer.status, answer.told()), (200, [policy, Some(left), None]));
    }
    let answer = stage.get("/things/1", Some("gold"));
    assert_eq!(answer.error(), EXCEEDED);
    assert_eq!(answer.told(), [policy, Some(r#""quota";r=0;t=43200"#), Some("43200")]);
    stage.pass(43_200_000);
    assert_eq!(stage.status("/things/1", "gold"), 200, "another day");
}

#[test]
fn a_plans_throttle_refuses_with_a_time_to_try_again_and_costs_no_quota() {
    let stage = stage("", "", [plan("gold", Some(100), Some((1, 2)))]);
    for _ in 0..2 {
        assert_eq!(stage.status("/things/1", "gold"), 200);
    }
    let answer = stage.get("/things/1", Some("gold"));
    assert_eq!(answer.error(), THROTTLED);
    let policy = Some(r#""throttle";q=2;w=2, "quota";q=100;w=86400"#);
    assert_eq!(answer.told(), [policy, Some(r#""throttle";r=0;t=1, "quota";r=98;t=43200"#), Some("1")]);
    assert_eq!(stage.spent("gold"), 2);
}

#[test]
fn what_is_refused_or_invalid_or_nobodys_costs_no_quota() {
    let stage = stage("", "", [plan("gold", Some(5), None)]);
    assert_eq!(stage.get("/things/1", None).error(), FORBIDDEN);
    assert_eq!(stage.get("/nowhere", Some("gold")).status, 403);
    for _ in 0..10 {
        let answer = stage.get("/strict", Some("gold"));
        assert_eq!((answer.status, answer.header("ratelimit")), (400, Some(r#""quota";r=5;t=43200"#)));
    }
    assert_eq!(stage.status("/strict?q=1", "gold"), 200);
    for expected in [200, 200, 200, 200, 429, 429] {
        assert_eq!(stage.status("/things/1", "gold"), expected);
    }
    assert_eq!(stage.spent("gold"), 5);
}

#[test]
fn a_call_costs_the_units_of_its_operation() {
    let dear = stage("", "x-tollgate-units: 4", [plan("gold", Some(10), None)]);
    for expected in [200, 200, 429] {
        assert_eq!(dear.status("/things/1", "gold"), expected);
    }
    assert_eq!(dear.status("/strict?q=1", "gold"), 200, "what is left is enough for a cheaper call");
    assert_eq!(dear.spent("gold"), 9);
    let free = stage("", "x-tollgate-units: 0", [plan("gold", Some(1), None)]);
    assert_eq!(free.served("gold", 10), 10);
}

#[test]
fn a_plan_is_found_by_key_and_stage() {
    let covering =
        |id: &str, stage: &str, limit| UsagePlan { api_stages: vec![api_stage(stage)], ..plan(id, Some(limit), None) };
    let stage = stage("", "", [covering("gold", "test", 100), covering("silver", "prod", 2)]);
    assert_eq!(stage.served("gold silver", 5), 2, "the plan that covers the stage is the second one");
    assert_eq!(stage.served("silver", 5), 2, "each key has a quota of its own");
    for plan_ids in ["gold", "none"] {
        assert_eq!(stage.get("/things/1", Some(plan_ids)).error(), FORBIDDEN, "no plan of the key covers the stage");
    }
    assert_eq!(stage.get("/open", None).told(), [None; 3], "who is asked for no key is in no plan");
}

#[test]
fn a_plan_may_hold_one_method_to_a_throttle_of_its_own() {
    let throttle = BTreeMap::from([("/things/{id}/GET".to_owned(), bucket((1, 1)))]);
    let own = UsagePlan {
        api_stages: vec![ApiStage { throttle, ..api_stage("prod") }],
        ..plan("gold", None, Some((100, 100)))
    };
    let stage = stage("", "", [own]);
    for (path, expected) in [("/things/1", 200), ("/things/2", 429), ("/strict?q=1", 200), ("/strict?q=1", 200)] {
        assert_eq!(stage.status(path, "gold"), expected, "{path}");
    }
}

#[test]
fn an_operations_throttle_is_for_all_callers_together() {
    let stage =
        stage("", "x-tollgate-throttle: {rate: 1, burst: 2}", [plan("gold", None, None), plan("silver", None, None)]);
    for (plan_ids, expected) in [("gold", 200), ("silver", 200), ("gold", 429), ("silver", 429)] {
        assert_eq!(stage.status("/things/1", plan_ids), expected);
    }
    assert_eq!(stage.status("/strict?q=1", "gold"), 200, "another operation has its own");
    // The managed gateway lets in natively what asks for nothing; by this door the router keeps its throttle.
    let answers = [(); 3].map(|()| stage.get("/throttled", None));
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 200, 429]);
    assert_eq!(answers[2].told(), [None, None, Some("1")], "a throttle that is no plan's is told by its time alone");
}

#[test]
fn a_plan_of_higher_priority_keeps_its_share_of_the_stage() {
    let top = "x-tollgate-throttle: {rate: 1, burst: 100, reserved: {5: 40}}";
    let stage = stage(top, "", [plan("silver", None, None), UsagePlan { priority: 5, ..plan("gold", None, None) }]);
    // A second and three of them: a bucket that is the limit is left alone for a second now and then.
    let (low, high) = (stage.served("silver", 100), stage.served("gold", 300));
    assert!((55..=61).contains(&low), "{low} of 60");
    assert!(high >= 40, "{high} of the 40 that were kept for them");
    assert!(low + high <= 104, "{low} and {high} of 100, and one for each second");
}

#[test]
fn a_caller_is_not_told_of_its_plan_where_the_definition_says_so() {
    let stage = stage("x-tollgate-rate-limit-fields: false", "", [plan("gold", Some(1), None)]);
    assert_eq!(stage.get("/things/1", Some("gold")).told(), [None; 3]);
    let answer = stage.get("/things/1", Some("gold"));
    assert_eq!((answer.error(), answer.told()), (EXCEEDED, [None, None, Some("43200")]));
}

#[test]
fn a_refusal_is_a_gateway_response_that_the_api_may_write_itself() {
    let top = "x-amazon-apigateway-gateway-responses:\n  QUOTA_EXCEEDED:\n    statusCode: 402\n    \
        responseParameters: {gatewayresponse.header.Retry-After: \"'never'\"}\n    \
        responseTemplates: {application/json: '{\"type\": \"$context.error.responseType\"}'}";
    let stage = stage(top, "", [plan("gold", Some(0), None)]);
    let answer = stage.get("/things/1", Some("gold"));
    assert_eq!(answer.error(), (402, r#"{"type": "QUOTA_EXCEEDED"}"#, "LimitExceededException"));
    assert_eq!(answer.header("retry-after"), Some("never"));
}

#[test]
fn a_store_that_is_cut_off_in_the_middle_of_traffic_refuses_quotas_and_lets_throttles_through() {
    for (plan, when_unavailable, admits) in [
        (plan("gold", Some(1_000), None), None, false),
        (plan("gold", None, Some((200, 200))), None, true),
        (plan("gold", Some(1_000), None), Some(WhenUnavailable::Admit), true),
        (plan("gold", None, Some((200, 200))), Some(WhenUnavailable::Refuse), false),
    ] {
        let stage = stage("", "", [UsagePlan { when_unavailable, ..plan.clone() }]);
        assert_eq!(stage.served("gold", 50), 50);
        stage.counters.cut_off(true);
        stage.plans.cut_off(true);
        stage.pass(2_000);
        let served = stage.served("gold", 200);
        assert_eq!(served == 200, admits, "{served}: {plan:?}");
        let answer = stage.get("/things/1", Some("gold"));
        if admits {
            assert_eq!(answer.status, 200);
        } else {
            assert_eq!(answer.error(), UNAVAILABLE);
            let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=2).contains(&seconds), "{seconds}");
        }
        stage.counters.cut_off(false);
        stage.plans.cut_off(false);
        stage.pass(5_000);
        assert_eq!(stage.served("gold", 30), 30, "traffic goes on: {plan:?}");
    }
}

#[test]
fn a_plan_that_was_never_read_lets_nobody_in_while_its_store_is_away() {
    let stage = stage("", "", [plan("gold", None, None)]);
    stage.plans.cut_off(true);
    let answer = stage.get("/things/1", Some("gold"));
    assert_eq!((answer.error(), answer.header("retry-after")), (UNAVAILABLE, Some("1")));
    stage.plans.cut_off(false);
    assert_eq!(stage.status("/things/1", "gold"), 200);
}

#[test]
fn a_change_of_a_plan_counts_within_a_minute_and_no_client_waits_for_it() {
    let stage = stage("", "", [plan("gold", Some(1), None)]);
    assert_eq!([stage.status("/things/1", "gold"), stage.status("/things/1", "gold")], [200, 429]);
    at_once(stage.plans.put(&plan("gold", Some(5), None))).unwrap();
    stage.pass(59_999);
    assert_eq!(stage.status("/things/1", "gold"), 429);
    assert_eq!(stage.plans.reads(), 1);
    at_once(stage.renewal.after_response());
    assert_eq!((stage.plans.reads(), stage.status("/things/1", "gold")), (2, 200), "read again when nobody waited");
    stage.pass(60_000);
    assert_eq!((stage.status("/things/1", "gold"), stage.plans.reads()), (200, 3));
}

#[test]
fn a_block_is_renewed_when_the_response_has_been_posted() {
    let stage = stage("", "", [plan("gold", Some(1_000_000), None)]);
    stage.served("gold", 500);
    let mut while_a_client_waits = 0;
    let before_all = stage.counters.calls();
    for _ in 0..2_000 {
        let before = stage.counters.calls();
        assert_eq!(stage.status("/things/1", "gold"), 200);
        while_a_client_waits += stage.counters.calls() - before;
        at_once(stage.renewal.after_response());
        stage.pass(10);
    }
    assert_eq!(while_a_client_waits, 0);
    assert!((1..=10).contains(&(stage.counters.calls() - before_all)));
}

#[test]
fn a_restored_snapshot_holds_nothing_and_has_another_identity() {
    let stage = stage("", "", [plan("gold", Some(1_000), None)]);
    assert_eq!(stage.served("gold", 20), 20);
    stage.renewal.restored().unwrap();
    assert_eq!(stage.served("gold", 1), 1);
    let counter = format!("quota#gold#{}#2026-11-20", key("gold").replace("tg", "id-"));
    let standing = at_once(stage.counters.look(&counter)).unwrap();
    assert_eq!(standing.marks.len(), 2);
    assert!(standing.mark(HolderId(1)).is_some());
}

#[test]
fn units_in_hand_go_back_before_the_sandbox_ends() {
    let stage = stage("", "", [plan("gold", Some(20_000), None)]);
    assert_eq!(stage.served("gold", 100), 100);
    assert_eq!(stage.spent("gold"), 100);
}

#[test]
fn a_tenant_without_a_key_is_held_to_its_own_plan() {
    let stage = stage("", "", [plan("gold", Some(2), None), plan("silver", None, Some((1, 1)))]);
    for left in ["r=1", "r=0"] {
        let answer = stage.get_as("gold");
        assert_eq!((answer.status, answer.told()[1].is_some_and(|told| told.contains(left))), (200, true), "{left}");
    }
    assert_eq!(stage.get_as("gold").error(), EXCEEDED);
    // What its tokens used up is not taken from a key in the same plan, nor from another tenant.
    assert_eq!(stage.status("/things/1", "gold"), 200);
    assert_eq!(stage.get_as("silver").status, 200);
    assert_eq!(stage.get_as("silver").error(), THROTTLED);
    // One in a plan that is not there is let in nowhere, as a key is; one without a subscription is held to none.
    assert_eq!(stage.get_as("none").error(), FORBIDDEN);
    for _ in 0..5 {
        assert_eq!(stage.get_as("nobody").status, 200);
    }
}
