//! Admission with a store at hand: what callers get, and what the store is asked.

#![allow(clippy::unwrap_used, reason = "a test: a value it cannot make is a failed test")]

use std::{cell::Cell, future::Future, rc::Rc};

use plans::{
    Admission, Admissions, Answer, Call, Caller, Change, CounterError, Counters, Forget, HolderId, Operation,
    PeriodType, Quota, Rate, Refusal, StageThrottle, Standing, Take, Taken, Throttle, UsagePlan, WhenUnavailable,
};
use testkit::MemoryCounters;
use tokio::task::yield_now;

/// 2026-11-20T12:00:00Z.
const NOON_MS: i64 = 1_795_176_000_000;

const HALF_A_DAY_MS: u64 = 43_200_000;

/// A store that answers when others have had their turn.
#[derive(Clone, Default)]
struct Shared(Rc<MemoryCounters>);

impl Counters for Shared {
    async fn change(&self, change: &Change) -> Result<Answer, CounterError> {
        yield_now().await;
        self.0.change(change).await
    }

    async fn look(&self, counter: &str) -> Result<Standing, CounterError> {
        yield_now().await;
        self.0.look(counter).await
    }

    async fn forget(&self, forget: &Forget) -> Result<(), CounterError> {
        self.0.forget(forget).await
    }

    async fn take(&self, take: &Take) -> Result<Taken, CounterError> {
        yield_now().await;
        self.0.take(take).await
    }
}

/// One sandbox over a store, with a clock that a test moves.
struct Sandbox<K: Fn() -> i64> {
    admissions: Admissions<Shared, K>,
    now_ms: Rc<Cell<i64>>,
}

fn sandbox(store: &Shared, id: u64) -> Sandbox<impl Fn() -> i64 + use<>> {
    let now_ms = Rc::new(Cell::new(NOON_MS));
    let clock = now_ms.clone();
    Sandbox { admissions: Admissions::new(store.clone(), HolderId(id), move || clock.get()), now_ms }
}

impl<K: Fn() -> i64> Sandbox<K> {
    async fn admit(&self, plan: &UsagePlan, units: u64) -> Result<(), Refusal> {
        match self.admissions.admit(&call(Some(plan), units)).await {
            Admission::Admitted(_) => Ok(()),
            Admission::Refused(refusal, _) => Err(refusal),
        }
    }

    async fn admitted(&self, plan: &UsagePlan, requests: usize) -> usize {
        let mut admitted = 0;
        for _ in 0..requests {
            admitted += usize::from(self.admit(plan, 1).await.is_ok());
            self.admissions.after_response().await;
            self.pass(10);
        }
        admitted
    }

    fn pass(&self, ms: i64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }
}

fn call(plan: Option<&UsagePlan>, units: u64) -> Call<'_> {
    Call {
        caller: plan.map(|plan| Caller { key_id: "key-1", plan }),
        operation: Operation {
            api_id: "api",
            stage: "prod",
            method: "GET",
            path: "/pets",
            units,
            stage_throttle: None,
            method_throttle: None,
        },
    }
}

fn below<'c>(stage: &'c StageThrottle, call: Call<'c>) -> Call<'c> {
    Call { operation: Operation { stage_throttle: Some(stage), ..call.operation }, ..call }
}

fn plan(limit: Option<u64>, throttle: Option<(u64, u64)>) -> UsagePlan {
    UsagePlan {
        id: "gold".to_owned(),
        name: String::new(),
        description: String::new(),
        throttle: throttle.map(|(rate, burst_limit)| Throttle { rate_limit: Rate::per_second(rate), burst_limit }),
        quota: limit.map(|limit| Quota { limit, offset: 0, period: PeriodType::Day }),
        api_stages: Vec::new(),
        priority: 0,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    }
}

/// Runs futures side by side on one thread and gives what came of them.
async fn together<T: 'static>(futures: impl IntoIterator<Item = impl Future<Output = T> + 'static>) -> Vec<T> {
    let tasks = tokio::task::LocalSet::new();
    let running: Vec<_> = futures.into_iter().map(|future| tasks.spawn_local(future)).collect();
    tasks.await;
    let mut outcomes = Vec::new();
    for task in running {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

const EXCEEDED: Refusal = Refusal::QuotaExceeded { retry_after_ms: HALF_A_DAY_MS };

#[tokio::test(flavor = "current_thread")]
async fn a_plan_without_limits_asks_nobody() {
    let store = Shared::default();
    assert_eq!(sandbox(&store, 1).admitted(&plan(None, None), 100).await, 100);
    assert_eq!(store.0.calls(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn a_quota_is_used_to_the_last_unit_and_begins_anew_with_the_next_day() {
    let (store, plan) = (Shared::default(), plan(Some(3), None));
    let sandbox = sandbox(&store, 1);
    for expected in [Ok(()), Ok(()), Ok(()), Err(EXCEEDED), Err(EXCEEDED)] {
        assert_eq!(sandbox.admit(&plan, 1).await, expected);
    }
    sandbox.pass(43_200_000);
    assert_eq!(sandbox.admit(&plan, 1).await, Ok(()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_of_many_units_costs_them_and_a_refused_one_nothing() {
    let (store, plan) = (Shared::default(), plan(Some(10), None));
    let sandbox = sandbox(&store, 1);
    for (units, expected) in
        [(4, Ok(())), (7, Err(EXCEEDED)), (4, Ok(())), (3, Err(EXCEEDED)), (2, Ok(())), (1, Err(EXCEEDED))]
    {
        assert_eq!(sandbox.admit(&plan, units).await, expected, "{units}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_throttled_request_costs_no_quota() {
    let (store, plan) = (Shared::default(), plan(Some(1_000), Some((1, 2))));
    let sandbox = sandbox(&store, 1);
    for _ in 0..2 {
        assert_eq!(sandbox.admit(&plan, 1).await, Ok(()));
    }
    let refused = sandbox.admit(&plan, 1).await;
    assert!(matches!(refused, Err(Refusal::Throttled { retry_after_ms: 1..=1_500 })), "{refused:?}");
    sandbox.admissions.shut_down().await;
    let counter = store.0.look("quota#gold#key-1#2026-11-20").await.unwrap();
    assert_eq!(counter.granted, 2, "what was admitted was granted, and the rest is back");
    sandbox.pass(2_000);
    assert_eq!(sandbox.admit(&plan, 1).await, Ok(()), "the bucket has filled");
}

#[tokio::test(flavor = "current_thread")]
async fn a_block_in_hand_asks_nobody_and_is_renewed_after_a_response() {
    let (store, plan) = (Shared::default(), plan(Some(1_000_000), None));
    let sandbox = sandbox(&store, 1);
    sandbox.admitted(&plan, 500).await;
    let mut asked_before_the_answer = 0;
    let mut asked_after_it = 0;
    for _ in 0..5_000 {
        let before = store.0.calls();
        assert_eq!(sandbox.admit(&plan, 1).await, Ok(()));
        asked_before_the_answer += store.0.calls() - before;
        sandbox.admissions.after_response().await;
        asked_after_it += store.0.calls() - before;
        sandbox.pass(10);
    }
    assert_eq!(asked_before_the_answer, 0);
    assert!((1..=20).contains(&asked_after_it), "{asked_after_it} writes for 5,000 requests");
}

#[test]
fn an_admission_by_what_is_in_hand_allocates_nothing() {
    let store = Shared::default();
    let stage = StageThrottle {
        throttle: Throttle { rate_limit: Rate::per_second(1_000), burst_limit: 1_000 },
        reserved: vec![(5, 40)],
    };
    let plan = plan(Some(1_000_000), Some((1_000, 1_000)));
    let call = below(&stage, call(Some(&plan), 1));
    let sandbox = sandbox(&store, 1);
    let one_thread = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let serve = |requests| {
        one_thread.block_on(async {
            for _ in 0..requests {
                assert!(matches!(sandbox.admissions.admit(&call).await, Admission::Admitted(_)));
                sandbox.admissions.after_response().await;
                sandbox.pass(10);
            }
        });
    };
    serve(300);
    let mut admit = std::pin::pin!(sandbox.admissions.admit(&call));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let allocated = allocation_counter::measure(|| assert!(admit.as_mut().poll(&mut context).is_ready()));
    assert_eq!(allocated.count_total, 0);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_not_used_goes_back_and_another_finds_it() {
    let (store, plan) = (Shared::default(), plan(Some(2_000), None));
    let (first, second) = (sandbox(&store, 1), sandbox(&store, 2));
    let mut used = first.admitted(&plan, 40).await;
    second.pass(400);
    used += second.admitted(&plan, 5_000).await;
    assert!(used < 2_000, "the first still has a block");
    first.pass(60_000);
    first.admissions.after_response().await;
    second.pass(60_000);
    used += second.admitted(&plan, 100).await;
    assert_eq!(used, 2_000);
}

#[tokio::test(flavor = "current_thread")]
async fn when_the_store_is_cut_off_quotas_refuse_and_throttles_admit() {
    let cases = [
        (plan(Some(1_000), None), None, false),
        (plan(None, Some((1_000, 1_000))), None, true),
        (plan(Some(1_000), None), Some(WhenUnavailable::Admit), true),
        (plan(None, Some((1_000, 1_000))), Some(WhenUnavailable::Refuse), false),
    ];
    for (mut plan, when_unavailable, admits) in cases {
        plan.when_unavailable = when_unavailable;
        let store = Shared::default();
        let sandbox = sandbox(&store, 1);
        assert_eq!(sandbox.admitted(&plan, 50).await, 50);
        store.0.cut_off(true);
        sandbox.pass(2_000);
        let in_hand = sandbox.admitted(&plan, 500).await;
        let calls = store.0.calls();
        let cut_off = sandbox.admit(&plan, 1).await;
        match cut_off {
            Ok(()) => assert!(admits, "{plan:?}"),
            Err(Refusal::Unavailable { retry_after_ms }) => assert!(!admits && retry_after_ms <= 2_000, "{plan:?}"),
            Err(other) => panic!("{other:?}: {plan:?}"),
        }
        assert!(in_hand < 500 || admits);
        assert!(store.0.calls() - calls <= 1, "a store that is cut off is not asked for every request");
        store.0.cut_off(false);
        sandbox.pass(5_000);
        assert_eq!(sandbox.admitted(&plan, 50).await, 50, "traffic goes on: {plan:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn requests_that_run_at_once_share_what_one_of_them_asks_for() {
    let (store, plan) = (Shared::default(), Rc::new(plan(Some(30), Some((1_000, 1_000)))));
    let sandbox = Rc::new(sandbox(&store, 1));
    let requests = (0..50).map(|_| {
        let (sandbox, plan) = (sandbox.clone(), plan.clone());
        async move { sandbox.admit(&plan, 1).await }
    });
    let outcomes = together(requests).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 30);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(EXCEEDED)).count(), 20);
}

#[tokio::test(flavor = "current_thread")]
async fn a_request_that_is_given_up_leaves_no_lease_behind() {
    let (store, plan) = (Shared::default(), plan(Some(2), None));
    let sandbox = sandbox(&store, 1);
    {
        let request = call(Some(&plan), 1);
        let mut given_up = std::pin::pin!(sandbox.admissions.admit(&request));
        let waker = std::task::Waker::noop();
        let pending = given_up.as_mut().poll(&mut std::task::Context::from_waker(waker));
        assert!(pending.is_pending());
    }
    sandbox.pass(1_000);
    let later = Refusal::QuotaExceeded { retry_after_ms: HALF_A_DAY_MS - 1_000 };
    for expected in [Ok(()), Ok(()), Err(later)] {
        assert_eq!(sandbox.admit(&plan, 1).await, expected);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_of_higher_priority_keeps_its_reserved_share() {
    let store = Shared::default();
    let sandbox = sandbox(&store, 1);
    let throttle = Throttle { rate_limit: Rate::per_second(10), burst_limit: 100 };
    let stage = StageThrottle { throttle, reserved: vec![(5, 40)] };
    let plans = [0, 5].map(|priority| UsagePlan { priority, id: format!("p{priority}"), ..plan(None, None) });
    let mut admitted = [0, 0];
    // Twenty times as many requests of the lower plan as the stage takes.
    for _ in 0..1_000 {
        for (plan, admitted) in plans.iter().zip(&mut admitted).rev() {
            // The higher plan asks for half the stage's rate.
            if plan.priority == 0 || sandbox.now_ms.get() % 200 == 0 {
                let call = below(&stage, call(Some(plan), 1));
                *admitted += usize::from(matches!(sandbox.admissions.admit(&call).await, Admission::Admitted(_)));
            }
        }
        sandbox.pass(5);
    }
    assert_eq!(admitted[1], 25, "every request of the higher plan is admitted");
    assert!((60..=110).contains(&admitted[0]), "the lower plan has the rest: {admitted:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_restored_snapshot_holds_nothing() {
    let (store, plan) = (Shared::default(), plan(Some(40_000), None));
    let sandbox = sandbox(&store, 1);
    sandbox.admitted(&plan, 200).await;
    let before = store.0.look("quota#gold#key-1#2026-11-20").await.unwrap().granted;
    sandbox.admissions.restored(HolderId(2));
    sandbox.admitted(&plan, 1).await;
    let after = store.0.look("quota#gold#key-1#2026-11-20").await.unwrap();
    assert!(after.granted > before && after.mark(HolderId(2)).is_some());
}

#[tokio::test(flavor = "current_thread")]
async fn after_a_pause_the_full_burst_is_there() {
    for burst in [1, 2, 10, 50, 200, 1_000] {
        let (store, plan) = (Shared::default(), plan(None, Some((10, burst))));
        let sandboxes = [sandbox(&store, 1), sandbox(&store, 2)];
        for _ in 0..2 {
            let mut admitted = 0;
            for _ in 0..2 * burst {
                for sandbox in &sandboxes {
                    admitted += u64::from(sandbox.admit(&plan, 1).await.is_ok());
                }
            }
            assert_eq!(admitted, burst);
            sandboxes.iter().for_each(|sandbox| sandbox.pass(200_000));
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_refund_gives_back_is_spent_again_and_no_more() {
    let (store, plan) = (Shared::default(), plan(Some(5), None));
    let sandbox = sandbox(&store, 1);
    for _ in 0..20 {
        let call = call(Some(&plan), 2);
        let Admission::Admitted(allowance) = sandbox.admissions.admit(&call).await else { panic!("units are left") };
        sandbox.admissions.refund(&call, &allowance);
    }
    assert_eq!(sandbox.admitted(&plan, 10).await, 5);
    let call = call(Some(&plan), 1);
    assert!(
        matches!(sandbox.admissions.admit(&call).await, Admission::Refused(_, allowance) if allowance.spent.is_none())
    );
}
