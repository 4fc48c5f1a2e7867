//! Admission with a block in hand, beside its floor: one atomic addition.
#![allow(missing_docs, reason = "criterion's macros make items without docs")]

use std::{
    future::Future as _,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, Waker},
};

use criterion::{Criterion, criterion_group, criterion_main};
use plans::{
    Admission, Admissions, Answer, Call, Caller, Change, CounterError, Counters, Forget, HolderId, Operation,
    PeriodType, Quota, Rate, Standing, Take, Taken, Throttle, UsagePlan,
};

/// A store that grants what it is asked for.
struct Generous;

impl Counters for Generous {
    async fn change(&self, _change: &Change) -> Result<Answer, CounterError> {
        Ok(Answer { applied: true, before: Standing::default() })
    }

    async fn look(&self, _counter: &str) -> Result<Standing, CounterError> {
        Ok(Standing::default())
    }

    async fn forget(&self, _forget: &Forget) -> Result<(), CounterError> {
        Ok(())
    }

    async fn take(&self, _take: &Take) -> Result<Taken, CounterError> {
        Ok(Taken { taken: true, before: None })
    }
}

fn plan() -> UsagePlan {
    UsagePlan {
        id: "gold".to_owned(),
        name: String::new(),
        description: String::new(),
        throttle: Some(Throttle { rate_limit: Rate::per_second(1_000_000), burst_limit: 1_000_000_000 }),
        quota: Some(Quota { limit: 1_000_000_000_000, offset: 0, period: PeriodType::Month }),
        api_stages: Vec::new(),
        priority: 0,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    }
}

fn admission(criterion: &mut Criterion) {
    let plan = plan();
    let call = Call {
        caller: Some(Caller { key_id: "key-0123456789abcdef", plan: &plan }),
        operation: Operation {
            api_id: "a1b2c3d4e5",
            stage: "prod",
            method: "GET",
            path: "/pets/{petId}",
            units: 1,
            stage_throttle: None,
            method_throttle: None,
        },
    };
    // Eight requests a millisecond by this clock: blocks of thousands are in hand, and one is asked for now and then.
    let clock = AtomicU64::new(0);
    let now_ms = || 1_795_176_000_000 + i64::try_from(clock.fetch_add(1, Ordering::Relaxed) >> 3).unwrap_or(0);
    let admissions = Admissions::new(Generous, HolderId(1), now_ms);
    let mut context = Context::from_waker(Waker::noop());
    criterion.bench_function("floor: an atomic addition", |bench| {
        let count = AtomicU64::new(0);
        bench.iter(|| black_box(&count).fetch_add(1, Ordering::Relaxed));
    });
    criterion.bench_function("admission by quota and throttle", |bench| {
        bench.iter(|| {
            let admitted = std::pin::pin!(admissions.admit(black_box(&call))).poll(&mut context);
            assert!(matches!(admitted, Poll::Ready(Admission::Admitted(_))));
        });
    });
}

criterion_group!(benches, admission);
criterion_main!(benches);
