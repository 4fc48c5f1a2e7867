//! Usage, from the queue and the access log to the report and the invoice.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use aws::{LedgerTable, UsageQueue};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use e2e::{Call, Stack};
use serde_json::{Value, json};
use testkit::ledger_contract;
use usage::{Hour, Message, Queue as _, Source, Span, SpanKind, UsageRecord, read};

#[tokio::test(flavor = "current_thread")]
async fn the_ledger_in_dynamodb_keeps_the_contract() {
    // Its own tenants in the stack's table, at the end of a day that is over.
    let day = Span::of(SpanKind::Day, now().minus(72));
    ledger_contract::ledger(&ledger(), &fresh("contract"), day.first()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn what_sandboxes_tell_is_in_the_report_and_on_the_invoice_once_and_poison_is_put_aside() {
    let (stack, tenant) = (Stack::get(), fresh("told"));
    // One that waits for a busy emulator, unlike the router's.
    let sqs = aws::sqs::Client::new(stack.connection().shared());
    let [queue, dead] = ["usage", "usage_dead_letters"].map(|name| stack.queues[name].clone());
    // So that what fails comes again at once.
    let soon = sqs.set_queue_attributes().queue_url(&queue).attributes("VisibilityTimeout".into(), "1");
    soon.send().await.expect("set");
    let (sending, poison) = (UsageQueue::new(sqs.clone(), queue), format!("poison of {tenant}"));
    let hour = now().minus(1);
    let told = |sandbox: u64, requests: u64| {
        let records = vec![ledger_contract::record(&tenant, "GET /a", hour, requests)];
        Message::write(Source(sandbox), records).remove(0).0
    };
    for requests in [3, 9, 5, 9, 1] {
        for sandbox in 0..4 {
            sending.send(&told(sandbox, requests)).await.expect("sent");
        }
        sending.send(&poison).await.expect("sent");
    }
    let records = until(&tenant, 36).await;
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(dead_letters(&sqs, &dead, &poison).await, 5);
    assert_eq!(until(&tenant, 36).await, records, "whatever came late");

    let report = tollgate(&[
        "usage",
        "--tenant",
        &tenant,
        "--by",
        "route,status",
        "--format",
        "json",
        "--from",
        &hour.to_string(),
    ]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let row = &report["usage"][0];
    assert_eq!((&row["route"], &row["requests"], &row["units"]), (&json!("GET /a"), &json!(36), &json!(72)));
    let book = std::env::temp_dir().join(format!("{tenant}.yaml"));
    std::fs::write(&book, "currency: EUR\nitems: [{ id: calls, quantity: units, prices: [{ price: 0.125 }] }]\n")
        .expect("written");
    let month = Span::of(SpanKind::Month, hour).to_string();
    let book_file = book.to_str().expect("a name");
    let arguments = ["invoice", "--tenant", &tenant, "--month", &month, "--prices", book_file, "--format", "json"];
    let invoices: Vec<Value> = (0..2).map(|_| serde_json::from_str(&tollgate(&arguments)).expect("JSON")).collect();
    std::fs::remove_file(book).expect("removed");
    assert_eq!((&invoices[0]["total"], &invoices[0]), (&json!("9.00"), &invoices[1]));
}

#[tokio::test(flavor = "current_thread")]
async fn every_answer_of_the_router_is_in_the_ledger_once() {
    let tenant = fresh("answered");
    let of_key = tenant.clone();
    let answers = std::thread::spawn(move || {
        let stack = Stack::get();
        let key = stack.new_key(&of_key, true);
        let calls = |body: &'static str, count: usize| {
            let call = || Call::new("POST", "/carts").header("x-api-key", &key).body("application/json", body);
            (0..count).map(|_| stack.call(call()).status).collect::<Vec<_>>()
        };
        [calls(r#"{"currency":"EUR"}"#, 12), calls("no JSON", 3)]
    });
    let [made, refused] = answers.join().expect("answers");
    assert!(made.iter().all(|status| *status == 201) && refused.iter().all(|status| *status / 100 == 4));
    let records = until(&tenant, 15).await;
    let mut counted: Vec<_> = records
        .iter()
        .map(|record| (record.key.class.0, record.totals.requests, record.key.key.as_str(), record.key.plan.as_str()))
        .collect();
    counted.sort_unstable();
    let key = format!("key-of-{tenant}");
    assert_eq!(counted, [(2, 12, key.as_str(), "starter"), (4, 3, key.as_str(), "starter")]);
    assert!(records.iter().all(|record| record.key.route == "POST /carts"));
    assert_eq!(records.iter().map(|record| record.totals.latency.count()).sum::<u64>(), 15);
}

#[tokio::test(flavor = "current_thread")]
async fn native_routes_are_counted_from_the_access_log() {
    let (stack, tenant) = (Stack::get(), fresh("logged"));
    let logs = aws_sdk_cloudwatchlogs::Client::new(stack.connection().shared());
    let now_ms = now_ms();
    let line = |route: &str, integration_ms: &str| {
        json!({"route": route, "stage": "$default", "status": "200", "tenant": tenant, "keyId": "key-1", "planId": "gold",
            "latencyMs": "12", "integrationMs": integration_ms, "bytesOut": "7"})
    };
    // What infra/api.yaml makes native, and what it sends through the router.
    let native = std::fs::read_to_string(house("target/lambda/metering/native.routes")).expect("the native routes");
    let native = native.lines().next().expect("a native route");
    let lines = [line(native, "8"), line(native, "8"), line("POST /carts", "8"), line("POST /carts", "-")];
    let event = |line: &Value| InputLogEvent::builder().timestamp(now_ms).message(line.to_string()).build();
    let events: Vec<_> = lines.iter().map(|line| event(line).expect("an event")).collect();
    let stream = logs.create_log_stream().log_group_name(&stack.access_log).log_stream_name(&tenant);
    stream.send().await.expect("a stream");
    let put = logs.put_log_events().log_group_name(&stack.access_log).log_stream_name(&tenant);
    put.set_log_events(Some(events)).send().await.expect("written");
    let records = until(&tenant, 3).await;
    let mut routes: Vec<_> = records.iter().map(|record| (record.key.route.as_str(), record.totals.requests)).collect();
    routes.sort_unstable_by_key(|(_, requests)| *requests);
    assert_eq!(routes, [("POST /carts", 1), (native, 2)]);
}

/// The records of a tenant, once they tell of so many requests.
async fn until(tenant: &str, requests: u64) -> Vec<UsageRecord> {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let hours = (now().minus(3), now().plus(1));
        let records = read(&ledger(), tenant, hours, SpanKind::Hour).await.expect("records");
        let counted: u64 = records.iter().map(|record| record.totals.requests).sum();
        assert!(counted <= requests, "{counted} requests were counted, of {requests}");
        if counted == requests {
            return records;
        }
        assert!(Instant::now() < give_up, "{counted} requests of {requests} were counted");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// How often a message is among the dead letters, once it is there five times.
async fn dead_letters(sqs: &aws::sqs::Client, queue: &str, body: &str) -> usize {
    let give_up = Instant::now() + Duration::from_secs(120);
    let mut found = 0;
    while found < 5 && Instant::now() < give_up {
        let received = sqs.receive_message().queue_url(queue).max_number_of_messages(10);
        let messages = received.send().await.expect("received").messages.unwrap_or_default();
        found += messages.iter().filter(|message| message.body.as_deref() == Some(body)).count();
        for handle in messages.into_iter().filter_map(|message| message.receipt_handle) {
            sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await.expect("deleted");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    found
}

/// What the command line answers.
fn tollgate(arguments: &[&str]) -> String {
    let stack = Stack::get();
    let answered = Command::new(house("target/lambda/tollgate/bootstrap"))
        .args(arguments)
        .args(["--table", &stack.tables["usage"]])
        .env("AWS_ENDPOINT_URL", &stack.endpoint)
        .env("AWS_REGION", &stack.region)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .expect("an answer");
    assert!(answered.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answered.stderr));
    String::from_utf8(answered.stdout).expect("text")
}

fn house(path: &str) -> String {
    format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))
}

fn ledger() -> LedgerTable {
    let stack = Stack::get();
    LedgerTable::new(stack.connection().dynamodb(), stack.tables["usage"].clone())
}

/// A name that nobody has had.
pub(crate) fn fresh(name: &str) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    format!("{name}-{:016x}", u64::from_be_bytes(random))
}

fn now() -> Hour {
    Hour::at_ms(u64::try_from(now_ms()).expect("after 1970"))
}

fn now_ms() -> i64 {
    #[allow(clippy::disallowed_methods, reason = "the harness reads the clock")]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("a time")
}
