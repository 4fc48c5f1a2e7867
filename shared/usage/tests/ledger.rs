//! The ledger as a whole: whatever becomes of messages, and whatever is folded meanwhile, reports are right.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{cell::RefCell, collections::BTreeMap};

use proptest::prelude::*;
use testkit::{Fate, MemoryLedger, ledger_contract};
use usage::{
    Answered, By, Hour, Ledger as _, Message, Meter, Source, Span, SpanKind, Totals, UsageRecord, fold, read, report,
    settle,
};

const HOUR_MS: u64 = 3_600_000;

/// 2026-11-20T00.
const FIRST: Hour = Hour(498_648);

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn requests(records: &[UsageRecord]) -> u64 {
    records.iter().map(|record| record.totals.requests).sum()
}

async fn counted(ledger: &MemoryLedger, coarsest: SpanKind) -> Vec<UsageRecord> {
    let month = Span::of(SpanKind::Month, FIRST);
    read(ledger, "acme", (month.first(), month.end()), coarsest).await.expect("a report")
}

#[test]
fn the_ledger_in_memory_keeps_the_contract() {
    block_on(ledger_contract::ledger(&MemoryLedger::default(), "run", FIRST));
}

#[test]
fn reports_are_right_while_folding_runs_and_messages_come_late() {
    const HOURS: u32 = 50;
    block_on(async {
        let ledger = MemoryLedger::default();
        for hour in 0..HOURS {
            for source in 0..3 {
                ledger.keep(&ledger_contract::entry("acme", "GET /a", FIRST.plus(hour), source, 4)).await.unwrap();
            }
        }
        let (before, late) = (u64::from(HOURS) * 12, RefCell::new(0u64));
        let done = std::cell::Cell::new(false);
        let folding = async {
            for round in 0..2u64 {
                for hour in 0..HOURS {
                    fold(&ledger, "acme", Span::of(SpanKind::Hour, FIRST.plus(hour)), round).await.unwrap();
                }
                for day in 0..2 {
                    fold(&ledger, "acme", Span::of(SpanKind::Day, FIRST.plus(24 * day)), round).await.unwrap();
                }
                fold(&ledger, "acme", Span::of(SpanKind::Month, FIRST), round).await.unwrap();
                // A sandbox tells two more of each hour, after it was folded.
                for hour in 0..HOURS {
                    let more = ledger_contract::entry("acme", "GET /a", FIRST.plus(hour), 1, 6 + 2 * round);
                    *late.borrow_mut() += 2;
                    ledger.keep(&more).await.unwrap();
                    settle(&ledger, "acme", FIRST.plus(hour), 100 + round).await.unwrap();
                }
            }
            done.set(true);
        };
        let reporting = async {
            let mut reports = 0;
            let mut least = before;
            while !done.get() {
                for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
                    // What was settled before the report began is in it; what is told before it ends may be.
                    let settled = before + late.borrow().saturating_sub(2);
                    let found = requests(&counted(&ledger, kind).await);
                    let told = before + *late.borrow();
                    assert!((settled.max(least)..=told).contains(&found), "{found} of {settled} to {told}");
                    reports += 1;
                }
                least = least.max(before);
            }
            assert!(reports > 100, "{reports} reports");
        };
        tokio::join!(folding, reporting);
        for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
            assert_eq!(requests(&counted(&ledger, kind).await), before + u64::from(HOURS) * 4);
        }
        // All of it is in the runs, when the entries have expired.
        (0..HOURS).for_each(|hour| ledger.expire(FIRST.plus(hour)));
        assert_eq!(requests(&counted(&ledger, SpanKind::Month).await), before + u64::from(HOURS) * 4);
        let rows = report(&counted(&ledger, SpanKind::Hour).await, &[By::Hour, By::Route]);
        assert_eq!((rows.len(), rows[49].names[0].as_str()), (50, "2026-11-22T01"));
    });
}

#[test]
fn an_entry_that_is_kept_while_its_hour_is_folded_is_in_the_run() {
    for turns in 0..40 {
        block_on(async {
            let ledger = MemoryLedger::default();
            ledger.keep(&ledger_contract::entry("acme", "GET /a", FIRST, 1, 4)).await.unwrap();
            let keeping = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                ledger.keep(&ledger_contract::entry("acme", "GET /a", FIRST, 2, 3)).await.unwrap();
                settle(&ledger, "acme", FIRST, 1_000).await.unwrap();
            };
            let folding = async {
                for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
                    fold(&ledger, "acme", Span::of(kind, FIRST), 1).await.unwrap();
                }
            };
            tokio::join!(keeping, folding);
            ledger.expire(FIRST);
            for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
                assert_eq!(requests(&counted(&ledger, kind).await), 7, "{kind:?}, after {turns} turns");
            }
        });
    }
}

/// What happens to a message on its way.
#[derive(Clone, Debug)]
enum Way {
    Arrives,
    Lost,
    Twice,
    Late,
}

fn ways() -> impl Strategy<Value = Way> {
    prop_oneof![3 => Just(Way::Arrives), 1 => Just(Way::Lost), 1 => Just(Way::Twice), 2 => Just(Way::Late)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Sandboxes count, tell, and tell again what was not taken; messages are lost, doubled, late and out of order, and the
    /// ledger refuses or answers not; hours are folded at any time. In the end, the ledger is what was counted.
    #[test]
    fn what_was_counted_is_in_the_ledger_once(
        steps in prop::collection::vec((0usize..4, 0u64..5, 0u8..3, ways(), any::<bool>()), 1..120),
        fates in prop::collection::vec(0u8..3, 1..30),
    ) {
        block_on(async {
            let ledger = MemoryLedger::default();
            let fate = move |call: usize| [Fate::Answered, Fate::Refused, Fate::Unheard][usize::from(fates[call % fates.len()])];
            let mut meters: Vec<Meter> = (0..4).map(|number| Meter::new(Source(number))).collect();
            let mut expected: BTreeMap<(String, u64), Totals> = BTreeMap::new();
            let mut late = Vec::new();
            let mut version = 0;
            let start_ms = FIRST.start_ms();
            for (place, (sandbox, hour, route, way, folded)) in steps.into_iter().enumerate() {
                let meter = &mut meters[sandbox];
                let route = format!("GET /{route}");
                let answered = Answered {
                    tenant: "acme", key: "key-1", route: &route, status: 200, units: 3, bytes_out: 7, micros: 1_000 + place as u64,
                    ..Answered::default()
                };
                meter.count(&answered, start_ms + hour * HOUR_MS);
                let one = expected.entry((route, hour)).or_default();
                one.requests += 1;
                for (text, records) in meter.messages() {
                    // A queue that did not take it: the meter tells it again.
                    if !matches!(way, Way::Lost) {
                        meter.told(&records);
                    }
                    match way {
                        Way::Lost => {}
                        Way::Late => late.push(text),
                        Way::Arrives => deliver(&ledger, &text, fate.clone(), &mut version).await,
                        Way::Twice => {
                            deliver(&ledger, &text, fate.clone(), &mut version).await;
                            late.push(text);
                        }
                    }
                }
                if folded {
                    version += 1;
                    fold(&ledger, "acme", Span::of(SpanKind::Hour, FIRST.plus(hour as u32)), version).await.unwrap();
                    fold(&ledger, "acme", Span::of(SpanKind::Day, FIRST), version).await.unwrap();
                }
            }
            for meter in &mut meters {
                late.extend(meter.messages().into_iter().map(|(text, _)| text));
            }
            for text in late.into_iter().rev() {
                deliver(&ledger, &text, fate.clone(), &mut version).await;
            }
            let total: u64 = expected.values().map(|totals| totals.requests).sum();
            for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
                let records = counted(&ledger, kind).await;
                assert_eq!(requests(&records), total, "{kind:?}");
                let rows = report(&records, &[]);
                assert_eq!((rows[0].totals.units, rows[0].totals.bytes_out), (total * 3, total * 7));
                assert_eq!(rows[0].totals.latency.count(), total);
            }
        });
    }
}

/// Keeps a message's entries until each was answered, as the queue's retries do.
async fn deliver(ledger: &MemoryLedger, text: &str, fate: impl Fn(usize) -> Fate + 'static, version: &mut u64) {
    let entries: Vec<_> = Message::parse(text).expect("a message").into_entries().collect();
    ledger.fail(move |call| if call > 40 { Fate::Answered } else { fate(call) });
    for entry in entries {
        loop {
            *version += 1;
            if ledger.keep(&entry).await.is_ok() && settle(ledger, "acme", entry.key().hour, *version).await.is_ok() {
                break;
            }
        }
    }
    ledger.heal();
}
