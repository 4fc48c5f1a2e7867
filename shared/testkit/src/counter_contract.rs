//! What [`Counters`] and [`PlanStore`] promise, whoever keeps the promise.

use std::collections::BTreeMap;

use plans::{
    Change, Counters, Forget, HolderId, Move, PeriodType, PlanStore, Quota, Rate, Stamp, Standing, Take, Taken, Tat,
    Throttle, UsagePlan,
};

const LIMIT: u64 = 10;

/// The promises of [`Counters`]. `run` makes names that no other run of the suite has made in this store.
///
/// # Panics
/// When one is broken.
pub async fn counters(store: &impl Counters, run: &str) {
    a_lease_stays_within_the_limit(store, &format!("contract#{run}#limit")).await;
    a_repeat_is_not_carried_out_again(store, &format!("contract#{run}#repeat")).await;
    of_changes_in_doubt_one_is_carried_out(store, &format!("contract#{run}#doubt")).await;
    a_forgotten_change_does_not_come_back(store, &format!("contract#{run}#forget")).await;
    a_bucket_gives_no_more_than_it_holds(store, &format!("contract#{run}#bucket")).await;
}

/// The promises of [`PlanStore`]. `run` makes ids that no other run of the suite has made in this store.
///
/// # Panics
/// When one is broken.
pub async fn plan_store(store: &impl PlanStore, run: &str) {
    let throttle = Throttle { rate_limit: Rate { milli: 2_500 }, burst_limit: 7 };
    let stage = plans::ApiStage {
        api_id: "a1".to_owned(),
        stage: "prod".to_owned(),
        throttle: BTreeMap::from([("/pets/GET".to_owned(), throttle)]),
    };
    let mut plan = UsagePlan {
        id: format!("contract-{run}"),
        name: "Gold \u{1F947}".to_owned(),
        description: String::new(),
        throttle: Some(throttle),
        quota: Some(Quota { limit: plans::MAX_LIMIT, offset: 3, period: PeriodType::Week }),
        api_stages: vec![stage],
        priority: 9,
        when_unavailable: Some(plans::WhenUnavailable::Admit),
        shards: Some(4),
        created_at_s: 1_795_176_000,
    };
    assert_eq!(store.find(&plan.id).await, Ok(None));
    assert_eq!(store.put(&plan).await, Ok(()));
    assert_eq!(store.find(&plan.id).await, Ok(Some(plan.clone())), "a plan is found as it was stored");
    plan.quota = None;
    assert_eq!(store.put(&plan).await, Ok(()));
    let listed = store.list().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(listed.contains(&plan), "the later of two stays, and is listed");
    for _ in 0..2 {
        assert_eq!(store.delete(&plan.id).await, Ok(()), "a deletion may be repeated");
    }
    assert_eq!(store.find(&plan.id).await, Ok(None));
}

async fn a_lease_stays_within_the_limit(store: &impl Counters, name: &str) {
    expect(store, &change(name, 1, None, 100, Move::Lease(LIMIT + 1)), false, 0).await;
    expect(store, &change(name, 1, None, 101, Move::Lease(4)), true, 4).await;
    expect(store, &change(name, 2, None, 102, Move::Lease(7)), false, 4).await;
    expect(store, &change(name, 2, None, 103, Move::Lease(6)), true, 10).await;
    expect(store, &change(name, 1, Some(101), 104, Move::Lease(1)), false, 10).await;
    expect(store, &change(name, 2, Some(103), 105, Move::GiveBack(11)), false, 10).await;
    expect(store, &change(name, 2, Some(103), 106, Move::GiveBack(6)), true, 4).await;
    expect(store, &change(name, 1, Some(101), 107, Move::Lease(6)), true, 10).await;
    let settle = Change { limit: u64::MAX, ..change(name, 1, Some(107), 108, Move::Lease(0)) };
    expect(store, &settle, true, 10).await;
}

async fn a_repeat_is_not_carried_out_again(store: &impl Counters, name: &str) {
    let lease = change(name, 1, None, 100, Move::Lease(4));
    expect(store, &lease, true, 4).await;
    expect(store, &lease, false, 4).await;
    assert_eq!(look(store, name).await.mark(HolderId(1)), Some(Stamp(100)), "the answer tells that it was carried out");
    let back = change(name, 1, Some(100), 101, Move::GiveBack(3));
    expect(store, &back, true, 1).await;
    expect(store, &back, false, 1).await;
}

async fn of_changes_in_doubt_one_is_carried_out(store: &impl Counters, name: &str) {
    expect(store, &change(name, 1, None, 100, Move::Lease(4)), true, 4).await;
    let [first, second] = [101, 102].map(|stamp| change(name, 1, Some(100), stamp, Move::GiveBack(2)));
    let second = Change { oldest: first.stamp, ..second };
    expect(store, &second, true, 2).await;
    expect(store, &first, false, 2).await;
    assert_eq!(look(store, name).await.mark(HolderId(1)), Some(second.stamp));
}

async fn a_forgotten_change_does_not_come_back(store: &impl Counters, name: &str) {
    let first = change(name, 1, None, 100, Move::Lease(4));
    expect(store, &first, true, 4).await;
    expect(store, &change(name, 2, None, 90, Move::Lease(1)), true, 5).await;
    let marks = vec![(HolderId(1), Stamp(99))];
    assert_eq!(store.forget(&Forget { counter: name.to_owned(), marks }).await, Ok(()));
    assert_eq!(look(store, name).await.mark(HolderId(1)), Some(Stamp(100)), "a mark that has changed is not forgotten");
    let marks = vec![(HolderId(1), Stamp(100))];
    for _ in 0..2 {
        assert_eq!(store.forget(&Forget { counter: name.to_owned(), marks: marks.clone() }).await, Ok(()));
        let standing = look(store, name).await;
        assert_eq!((standing.mark(HolderId(1)), standing.floor), (None, Stamp(100)), "forgotten, and the floor tells");
    }
    let older = vec![(HolderId(2), Stamp(90))];
    assert_eq!(store.forget(&Forget { counter: name.to_owned(), marks: older }).await, Ok(()));
    let standing = look(store, name).await;
    assert_eq!((standing.mark(HolderId(2)), standing.floor), (None, Stamp(100)), "a higher floor stays");
    expect(store, &first, false, 5).await;
    let in_doubt = Change { oldest: Stamp(100), ..change(name, 1, None, 110, Move::Lease(1)) };
    expect(store, &in_doubt, false, 5).await;
    expect(store, &change(name, 1, Some(100), 111, Move::Lease(1)), true, 6).await;
}

async fn a_bucket_gives_no_more_than_it_holds(store: &impl Counters, name: &str) {
    const START: u64 = 1_795_176_000_000_000_000;
    // One token a second, a bucket of five.
    let take = |tokens: u64, after_s: u64, full| Take {
        bucket: name.to_owned(),
        tokens,
        at_ns: START + after_s * 1_000_000_000,
        cost_ns: tokens * 1_000_000_000,
        room_ns: 5_000_000_000,
        full,
    };
    let tat = |after_s: u64| Some(Tat(START + after_s * 1_000_000_000));
    let cases = [
        (take(6, 0, true), false, None),
        (take(3, 0, true), true, None),
        (take(3, 0, false), false, tat(3)),
        (take(2, 0, true), true, tat(3)),
        (take(1, 0, false), false, tat(5)),
        (take(1, 1, true), true, tat(5)),
        (take(5, 100, false), true, tat(6)),
        (take(6, 100, false), false, tat(105)),
    ];
    for (take, taken, before) in cases {
        assert_eq!(store.take(&take).await, Ok(Taken { taken, before }), "{take:?}");
    }
}

fn change(counter: &str, holder: u64, base: Option<u64>, stamp: u64, units: Move) -> Change {
    Change {
        counter: counter.to_owned(),
        holder: HolderId(holder),
        base: base.map(Stamp),
        stamp: Stamp(stamp),
        oldest: Stamp(stamp),
        units,
        limit: LIMIT,
        // The end of 2099: a table deletes what has expired.
        expires_at_s: 4_102_444_799,
    }
}

async fn look(store: &impl Counters, counter: &str) -> Standing {
    store.look(counter).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn expect(store: &impl Counters, change: &Change, applied: bool, granted: u64) {
    let before = look(store, &change.counter).await;
    let mut answer = store.change(change).await.unwrap_or_else(|error| panic!("{error}"));
    answer.before.marks.sort_unstable();
    let mut expected = before.clone();
    expected.marks.sort_unstable();
    assert_eq!((answer.applied, answer.before), (applied, expected), "{change:?}");
    let after = look(store, &change.counter).await;
    assert_eq!(after.granted, granted, "{change:?}");
    assert!(!applied || after.mark(change.holder) == Some(change.stamp), "{change:?} leaves its mark");
}
