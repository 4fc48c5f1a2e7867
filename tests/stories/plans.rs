//! Usage plans over the deployed stack: clients use a key until its plan refuses them.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use aws::{CountersTable, UsagePlansTable};
use e2e::{Answer, Call, Stack};
use plans::{Counters as _, Period, PeriodType, PlanStore as _, Quota, Rate, Throttle, UsagePlan};
use serde_json::json;

const CLIENTS: usize = 8;

const LIMIT: usize = 400;

/// When a block goes back that its sandbox does not need, the next time that it is called.
const BLOCK_LASTS: Duration = Duration::from_secs(15);

/// How many of the sandboxes that lie idle each client calls at once.
const IDLE: usize = 4;

/// How long it takes at most until a unit is found that another sandbox had: blocks' deadlines and all pauses.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often each client tries again when the quota is used up.
const TRIES_AFTER_THE_END: usize = 10;

#[test]
fn clients_that_hammer_one_key_get_exactly_its_quota() {
    let id = new_plan("hammered", Plan { limit: Some(LIMIT), ..Plan::default() });
    let key = Stack::get().new_key_in("hammerer", &id);
    let served = AtomicUsize::new(0);
    let last_served = Mutex::new(Instant::now());
    let refusals: Vec<Answer> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| hammer(&key, &served, &last_served))).collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    assert_eq!(served.into_inner(), LIMIT);
    for answer in &refusals {
        assert_eq!(answer.json(), json!({"message": "Limit Exceeded"}));
        assert_eq!(answer.header("x-amzn-errortype"), Some("LimitExceededException"));
        let until_the_day_ends: u64 = answer.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((1..=86_400).contains(&until_the_day_ends), "{until_the_day_ends}");
        assert_eq!(answer.header("ratelimit-policy"), Some(format!(r#""quota";q={LIMIT};w=86400"#).as_str()));
        let left = answer.header("ratelimit").expect("what is left");
        assert!(left.starts_with(r#""quota";r=0;t="#), "{left}");
    }
    assert_eq!(granted(&id, "hammerer"), u64::try_from(LIMIT).expect("a count"));
}

/// Calls until the quota is used up and it was refused so many times after; its last refusal. Gives up when nobody was served
/// for too long.
fn hammer(key: &str, served: &AtomicUsize, last_served: &Mutex<Instant>) -> Answer {
    let mut tries_after_the_end = 0;
    loop {
        let answer = get(key);
        match answer.status {
            200 => {
                served.fetch_add(1, Ordering::Relaxed);
                *last_served.lock().expect("a time") = Instant::now();
                assert!(answer.header("ratelimit").is_some_and(|left| left.starts_with(r#""quota";r="#)));
            }
            429 => {
                tries_after_the_end += usize::from(served.load(Ordering::Relaxed) >= LIMIT);
                let waited = last_served.lock().expect("a time").elapsed();
                if tries_after_the_end == TRIES_AFTER_THE_END || waited > PATIENCE {
                    return answer;
                }
                if waited > BLOCK_LASTS && served.load(Ordering::Relaxed) < LIMIT {
                    call_idle_sandboxes();
                }
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
}

/// Lambda lets a sandbox run only while it answers: one that nobody calls keeps what it has. Calls of anything, side by side,
/// reach all of them.
fn call_idle_sandboxes() {
    thread::scope(|scope| {
        for _ in 0..IDLE {
            scope.spawn(|| assert_eq!(Stack::get().call(Call::new("GET", "/health")).status, 200));
        }
    });
}

#[test]
fn a_throttle_holds_over_all_sandboxes_and_says_when_to_try_again() {
    const RATE: u64 = 5;
    const BURST: u64 = 10;
    let throttle = Throttle { rate_limit: Rate::per_second(RATE), burst_limit: BURST };
    let id = new_plan("throttled", Plan { limit: Some(10_000), throttle: Some(throttle), priority: 0 });
    let key = Stack::get().new_key_in("throttled", &id);
    let started = Instant::now();
    let outcomes: Vec<(u64, Option<Answer>)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS / 2).map(|_| scope.spawn(|| insist(&key, started))).collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    let served: u64 = outcomes.iter().map(|(served, _)| served).sum();
    let most = BURST + RATE * (started.elapsed().as_secs() + 2);
    assert!((BURST..=most).contains(&served), "{served} of at most {most}");
    let answer = outcomes.into_iter().find_map(|(_, refused)| refused).expect("a refusal");
    assert_eq!(answer.json(), json!({"message": "Too Many Requests"}));
    assert_eq!(answer.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    let seconds: u64 = answer.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=3).contains(&seconds), "{seconds}");
    let policy = format!(r#""throttle";q={BURST};w=2, "quota";q=10000;w=86400"#);
    assert_eq!(answer.header("ratelimit-policy"), Some(policy.as_str()));
}

/// Calls for some seconds: how often it was served, and a refusal.
fn insist(key: &str, started: Instant) -> (u64, Option<Answer>) {
    let (mut served, mut refused) = (0, None);
    while started.elapsed() < Duration::from_secs(6) {
        let answer = get(key);
        match answer.status {
            200 => served += 1,
            429 => refused = Some(answer),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    (served, refused)
}

#[test]
fn a_plan_of_higher_priority_keeps_its_share_of_a_stage_that_others_press_on() {
    /// Less than the forty hundredths of a burst of 100 that are kept for it.
    const CALLS: usize = 30;
    let [low, high] = [0, 5].map(|priority| {
        let name = format!("priority-{priority}");
        let id = new_plan(&name, Plan { priority, ..Plan::default() });
        Stack::get().new_key_in(&name, &id)
    });
    let (refused, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let get =
        |key: &str| Call::new("GET", "/things").header("x-api-key", key).send(&Stack::get().throttled().url).status;
    let served = thread::scope(|scope| {
        for _ in 0..CLIENTS / 2 {
            scope.spawn(|| {
                while done.load(Ordering::Relaxed) == 0 {
                    refused.fetch_add(usize::from(get(&low) == 429), Ordering::Relaxed);
                }
            });
        }
        while refused.load(Ordering::Relaxed) < CLIENTS {
            thread::yield_now();
        }
        let before = refused.load(Ordering::Relaxed);
        let served = (0..CALLS).filter(|_| get(&high) == 200).count();
        done.store(1, Ordering::Relaxed);
        assert!(refused.load(Ordering::Relaxed) > before, "the others went on being refused");
        served
    });
    // Of what flows in, a ninth would be its part. A sandbox that got less than it asked for leaves the bucket alone for up to a
    // second, in which some of its calls are refused.
    assert!(served * 3 >= CALLS * 2, "{served} of {CALLS}");
}

#[test]
fn a_key_in_no_plan_is_let_in_nowhere() {
    let key = Stack::get().new_key_in("planless", "there-is-no-such-plan");
    let answer = get(&key);
    assert_eq!((answer.status, answer.json()), (403, json!({"message": "Forbidden"})));
    assert_eq!(answer.header("x-amzn-errortype"), Some("ForbiddenException"));
}

fn get(key: &str) -> Answer {
    Stack::get().call(Call::new("GET", "/catalog/products/moka-pot.json").header("x-api-key", key))
}

/// What a plan allows.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) limit: Option<usize>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) priority: u8,
}

/// A plan of its own for this run; its id.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn new_plan(name: &str, Plan { limit, throttle, priority }: Plan) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let limit = limit.map(|limit| u64::try_from(limit).expect("a limit"));
    let plan = UsagePlan {
        id: format!("{name}-{:016x}", u64::from_be_bytes(random)),
        name: name.to_owned(),
        description: String::new(),
        throttle,
        quota: limit.map(|limit| Quota { limit, offset: 0, period: PeriodType::Day }),
        api_stages: Vec::new(),
        priority,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    };
    let stack = Stack::get();
    let store = UsagePlansTable::new(stack.connection().dynamodb(), stack.tables["usage_plans"].clone());
    store.put(&plan).await.expect("stored");
    plan.id
}

/// What has been granted of a tenant's quota today.
#[tokio::main(flavor = "current_thread")]
async fn granted(plan_id: &str, tenant: &str) -> u64 {
    let stack = Stack::get();
    let counters = CountersTable::new(stack.connection().dynamodb(), stack.tables["counters"].clone());
    #[allow(clippy::disallowed_methods, reason = "the harness reads the clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let today = Period::at(PeriodType::Day, i64::try_from(now.as_millis()).expect("a time"));
    counters.look(&format!("quota#{plan_id}#key-of-{tenant}#{today}")).await.expect("the counter").granted
}
