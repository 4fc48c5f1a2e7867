//! Events, and what becomes of them in the ledger, whatever fails.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what panics here fails a test")]

use std::{cell::Cell, collections::BTreeSet, io::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use metering::{Answer, Clock, Event, handle};
use serde_json::{Value, json};
use testkit::{Fate, MemoryLedger, ledger_contract};
use usage::{Answered, By, Hour, Ledger as _, Message, Meter, Source, Span, SpanKind, read, report};

/// 2026-11-20T00.
const FIRST: Hour = Hour(498_648);

/// A clock that is set by hand.
struct Set {
    now_ms: Cell<u64>,
    random: Cell<u64>,
}

impl Clock for Set {
    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self) -> u64 {
        self.random.set(self.random.get() + 1_000);
        self.random.get()
    }
}

fn clock(hour: Hour) -> Set {
    Set { now_ms: Cell::new(hour.start_ms() + 60_000), random: Cell::new(0) }
}

fn message(sandbox: u64, route: &str, requests: u64, hour: Hour) -> String {
    let records = vec![ledger_contract::record("acme", route, hour, requests)];
    Message::write(Source(sandbox), records).remove(0).0
}

fn queue(bodies: &[&str]) -> Event {
    let record = |(number, body): (usize, &&str)| json!({"messageId": format!("m{number}"), "body": body});
    let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({ "Records": records })).expect("an event")
}

fn failed(numbers: &[usize]) -> Value {
    let failures: Vec<_> = numbers.iter().map(|number| json!({"itemIdentifier": format!("m{number}")})).collect();
    json!({ "batchItemFailures": failures })
}

async fn handled(event: Event, ledger: &MemoryLedger, clock: &Set) -> Result<Value, String> {
    let native = BTreeSet::from(["GET /catalog/{proxy+}".to_owned()]);
    let answer: Result<Answer, String> = handle(event, ledger, &native, clock).await;
    answer.map(|answer| serde_json::to_value(answer).expect("JSON"))
}

/// Requests by route.
async fn counted(ledger: &MemoryLedger) -> Vec<(String, u64)> {
    let month = Span::of(SpanKind::Month, FIRST);
    let mut rows = Vec::new();
    for tenant in ["acme", ""] {
        let records = read(ledger, tenant, (month.first(), month.end()), SpanKind::Month).await.expect("records");
        let of_route = report(&records, &[By::Route]).into_iter();
        rows.extend(of_route.map(|mut row| (row.names.remove(0), row.totals.requests)));
    }
    rows
}

fn rows(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(route, requests)| ((*route).to_owned(), *requests)).collect()
}

#[tokio::test]
async fn a_batch_is_merged_and_a_poison_message_does_not_keep_the_rest_from_being_kept() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    let [three, five, other] =
        [message(1, "GET /a", 3, FIRST), message(1, "GET /a", 5, FIRST), message(2, "GET /a", 1, FIRST)];
    ledger.fail(|_| Fate::Answered);
    let batch = queue(&[&five, "poison", &three, &other, "{\"version\":2}"]);
    assert_eq!(handled(batch, &ledger, &clock).await, Ok(failed(&[1, 4])));
    assert_eq!(ledger.calls(), 2, "one write for each record and sandbox");
    assert_eq!(counted(&ledger).await, rows(&[("GET /a", 6)]));
}

#[tokio::test]
async fn an_hour_that_nobody_can_have_counted_now_is_poison() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    let [old, soon, late] = [FIRST.minus(721), FIRST.plus(1), FIRST.plus(2)].map(|hour| message(1, "GET /a", 1, hour));
    assert_eq!(handled(queue(&[&old, &soon, &late]), &ledger, &clock).await, Ok(failed(&[0, 2])));
}

#[tokio::test]
async fn messages_whose_writes_fail_are_handed_out_again_and_the_others_are_not() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    let bodies: Vec<String> = (0..10).map(|number| message(number, "GET /a", 2, FIRST)).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    // Half of the writes are throttled.
    ledger.fail(|call| if call % 2 == 0 { Fate::Refused } else { Fate::Answered });
    let mut waiting: Vec<&str> = bodies;
    let mut rounds = 0;
    while !waiting.is_empty() {
        let answer = handled(queue(&waiting), &ledger, &clock).await.expect("an answer");
        let again: BTreeSet<String> = answer["batchItemFailures"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|failure| failure["itemIdentifier"].as_str().expect("an id").to_owned())
            .collect();
        let kept = (0..).zip(waiting).filter(|(number, _)| again.contains(&format!("m{number}")));
        waiting = kept.map(|(_, body)| body).collect();
        rounds += 1;
        assert!(rounds < 10, "{} are left", waiting.len());
        if rounds > 4 {
            ledger.heal();
        }
    }
    assert!(rounds > 1);
    ledger.heal();
    assert_eq!(counted(&ledger).await, rows(&[("GET /a", 20)]));
}

#[tokio::test]
async fn dying_between_any_two_steps_loses_nothing_and_counts_nothing_twice() {
    for fate in [Fate::Refused, Fate::Unheard] {
        for step in 0..40 {
            let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
            let first = message(1, "GET /a", 3, FIRST);
            handled(queue(&[&first]), &ledger, &clock).await.expect("kept");
            clock.now_ms.set(FIRST.plus(26).start_ms() + 1);
            // Dead after this many steps, whatever it was doing: folding, keeping, or folding anew.
            ledger.fail(move |call| if call < step { Fate::Answered } else { fate });
            let fold = || serde_json::from_value(json!({"source": "aws.events"})).expect("an event");
            let _ = handled(fold(), &ledger, &clock).await;
            let [late, other] = [message(1, "GET /a", 5, FIRST), message(2, "GET /b", 2, FIRST.plus(1))];
            let _ = handled(queue(&[&late, &other]), &ledger, &clock).await;
            ledger.heal();
            // The queue and the clock come again.
            assert_eq!(handled(queue(&[&late, &other]), &ledger, &clock).await, Ok(failed(&[])));
            assert_eq!(counted(&ledger).await, rows(&[("GET /a", 5), ("GET /b", 2)]), "{fate:?} at {step}");
            handled(fold(), &ledger, &clock).await.expect("folded");
            assert_eq!(counted(&ledger).await, rows(&[("GET /a", 5), ("GET /b", 2)]), "{fate:?} at {step}, folded");
            ledger.expire(FIRST);
            ledger.expire(FIRST.plus(1));
            assert_eq!(counted(&ledger).await, rows(&[("GET /a", 5), ("GET /b", 2)]), "{fate:?} at {step}, expired");
        }
    }
}

#[tokio::test]
async fn sandboxes_of_one_snapshot_count_apart() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    // Each draws its identity after it is restored.
    let mut sandboxes: Vec<Meter> = (0..50).map(|restored| Meter::new(Source(restored))).collect();
    for sandbox in &mut sandboxes {
        sandbox
            .count(&Answered { tenant: "acme", route: "GET /a", status: 200, ..Answered::default() }, clock.now_ms());
    }
    let bodies: Vec<String> = sandboxes.iter().flat_map(Meter::messages).map(|(body, _)| body).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    assert_eq!(handled(queue(&bodies), &ledger, &clock).await, Ok(failed(&[])));
    assert_eq!(counted(&ledger).await, rows(&[("GET /a", 50)]));
}

fn log(lines: &[(&str, Hour, Value)]) -> Event {
    let event = |(id, hour, line): &(&str, Hour, Value)| json!({"id": id, "timestamp": hour.start_ms() + 5, "message": line.to_string()});
    let events: Vec<Value> = lines.iter().map(event).collect();
    delivered(&json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": events}))
}

fn delivered(delivery: &Value) -> Event {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(delivery.to_string().as_bytes()).expect("packed");
    let data = STANDARD.encode(packed.finish().expect("packed"));
    serde_json::from_value(json!({ "awslogs": { "data": data } })).expect("an event")
}

fn line(route: &str, status: &str, integration_ms: &str) -> Value {
    json!({"requestId": "r", "route": route, "stage": "$default", "status": status, "ip": "192.0.2.1", "tenant": "acme",
        "keyId": "key-1", "planId": "gold", "bytesOut": "120", "latencyMs": "15", "integrationMs": integration_ms})
}

#[tokio::test]
async fn native_routes_are_counted_by_the_access_log_and_dispatched_ones_are_not() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST.plus(1)));
    let native = "GET /catalog/{proxy+}";
    let lines = [
        ("1", FIRST, line(native, "200", "12")),
        ("2", FIRST, line(native, "502", "12")),
        ("3", FIRST.plus(1), line(native, "200", "12")),
        // The router counts it.
        ("4", FIRST, line("POST /carts", "201", "12")),
        // It never reached the router: the managed API's throttle, or its authorizer.
        ("5", FIRST, line("POST /carts", "429", "-")),
        ("6", FIRST, json!("no object")),
    ];
    for _ in 0..2 {
        assert_eq!(handled(log(&lines), &ledger, &clock).await, Ok(failed(&[])), "it may be delivered again");
        assert_eq!(counted(&ledger).await, rows(&[(native, 3), ("POST /carts", 1)]));
    }
    let more = [("7", FIRST, line(native, "200", "12"))];
    assert_eq!(handled(log(&more), &ledger, &clock).await, Ok(failed(&[])));
    assert_eq!(counted(&ledger).await, rows(&[(native, 4), ("POST /carts", 1)]));
    let entries = ledger.entries("acme", FIRST).await.expect("entries");
    let of_five = entries.iter().find(|entry| entry.key().route == "POST /carts").expect("it");
    assert_eq!((of_five.totals().throttled, of_five.totals().units, of_five.totals().bytes_out), (1, 0, 120));
}

#[tokio::test]
async fn a_delivery_that_comes_again_is_counted_once_whatever_was_kept_of_it_and_in_whatever_order_it_comes() {
    let native = "GET /catalog/{proxy+}";
    let mut lines = [
        ("1", FIRST, line(native, "200", "12")),
        ("2", FIRST, line(native, "200", "9")),
        ("3", FIRST, line(native, "404", "12")),
        ("4", FIRST.plus(1), line("POST /carts", "401", "-")),
    ];
    for fate in [Fate::Refused, Fate::Unheard] {
        for step in 0..12 {
            let (ledger, clock) = (MemoryLedger::default(), clock(FIRST.plus(1)));
            ledger.fail(move |call| if call < step { Fate::Answered } else { fate });
            let _ = handled(log(&lines), &ledger, &clock).await;
            ledger.heal();
            for _ in 0..2 {
                lines.reverse();
                assert_eq!(handled(log(&lines), &ledger, &clock).await, Ok(failed(&[])), "{fate:?} at {step}");
                assert_eq!(counted(&ledger).await, rows(&[(native, 3), ("POST /carts", 1)]), "{fate:?} at {step}");
            }
        }
    }
}

#[tokio::test]
async fn a_delivery_that_is_not_kept_is_delivered_again() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    let lines = [("1", FIRST, line("GET /catalog/{proxy+}", "200", "12"))];
    ledger.fail(|_| Fate::Refused);
    assert!(handled(log(&lines), &ledger, &clock).await.is_err_and(|error| error.contains("did not answer")));
    ledger.heal();
    assert_eq!(counted(&ledger).await, rows(&[]));
    let check = delivered(&json!({"messageType": "CONTROL_MESSAGE", "logEvents": []}));
    assert_eq!(handled(check, &ledger, &clock).await, Ok(failed(&[])));
    for data in ["", "%", "H4sIAAAA"] {
        let event = serde_json::from_value(json!({ "awslogs": { "data": data } })).expect("an event");
        assert!(handled(event, &ledger, &clock).await.is_err_and(|error| error.starts_with("the delivery is no")));
    }
}

#[tokio::test]
async fn the_clock_folds_what_is_closed_and_nothing_else() {
    let (ledger, clock) = (MemoryLedger::default(), clock(FIRST));
    for hour in 0..30 {
        clock.now_ms.set(FIRST.plus(hour).start_ms() + 1);
        let body = message(u64::from(hour), "GET /a", 1, FIRST.plus(hour));
        assert_eq!(handled(queue(&[&body]), &ledger, &clock).await, Ok(failed(&[])));
    }
    let fold = serde_json::from_value(json!({"source": "aws.events", "detail": {}})).expect("an event");
    handled(fold, &ledger, &clock).await.expect("folded");
    let month = Span::of(SpanKind::Month, FIRST);
    let count = |kind| ledger.runs("acme", kind, month.first(), month.end());
    assert_eq!(count(SpanKind::Hour).await.expect("runs").len(), 28, "the last two are still open");
    assert_eq!(count(SpanKind::Day).await.expect("runs").len(), 1);
    assert_eq!(count(SpanKind::Month).await.expect("runs").len(), 0);
    assert_eq!(counted(&ledger).await, rows(&[("GET /a", 30)]));
    clock.now_ms.set(month.end().plus(26).start_ms() + 1);
    let fold = serde_json::from_value(json!({})).expect("an event");
    handled(fold, &ledger, &clock).await.expect("folded");
    assert_eq!(count(SpanKind::Month).await.expect("runs").len(), 1, "what was left is looked for once a day");
    assert_eq!(counted(&ledger).await, rows(&[("GET /a", 30)]));
}
