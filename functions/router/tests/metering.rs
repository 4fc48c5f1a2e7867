//! What a router counts of its answers, and when it tells it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

use std::cell::{Cell, RefCell};

use gateway::Gateway;
use router::{Here, Metering, Router, Told};
use runtime::{AfterResponse as _, event::HttpEvent};
use serde_json::json;
use testkit::{DEMO_KEY, StubBackends, demo_keys, table};
use usage::{Delivery, Entry, Message, Queue, QueueError};

const API: &str = "openapi: 3.0.3\ncomponents: {securitySchemes: {key: {type: apiKey, name: x-api-key, in: header}}}\npaths:\n  \
    /things/{id}:\n    post:\n      security: [{key: []}]\n      x-tollgate-units: 5\n      \
    x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, \
    responses: {default: {statusCode: '200', responseTemplates: {application/json: '{\"done\": true}'}}}}\n  \
    /reports:\n    post:\n      security: [{key: []}]\n      x-tollgate-requires: [reports]\n      \
    x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, \
    responses: {default: {statusCode: '200'}}}\n";

/// A queue that can be cut off.
#[derive(Default)]
struct Taken {
    messages: RefCell<Vec<String>>,
    cut_off: Cell<bool>,
}

impl Queue for &'static Taken {
    async fn send(&self, message: &str) -> Result<(), QueueError> {
        if self.cut_off.get() {
            return Err(QueueError("cut off".to_owned()));
        }
        self.messages.borrow_mut().push(message.to_owned());
        Ok(())
    }
}

/// One sandbox.
struct Sandbox {
    router: Router<&'static StubBackends, testkit::MemoryKeys, gateway::NoIssuers, gateway::NoPlans, &'static Taken>,
    told: Told<&'static Taken>,
    queue: &'static Taken,
}

fn sandbox(delivery: Delivery) -> Sandbox {
    let queue: &'static Taken = Box::leak(Box::default());
    let metering: &'static _ = Box::leak(Box::new(Metering::new(delivery, Some(queue))));
    let backends: &'static StubBackends = Box::leak(Box::default());
    let gateway = Gateway::new(table(API), backends, demo_keys());
    Sandbox { router: Router::new(gateway, Here::default()).with_metering(metering), told: Told(metering), queue }
}

impl Sandbox {
    async fn answer(&self, path: &str, key: Option<&str>) {
        let headers = key.map_or(json!({}), |key| json!({"x-api-key": key}));
        let event: HttpEvent = serde_json::from_value(json!({"version": "2.0", "rawPath": path, "rawQueryString": "",
            "headers": headers, "body": "twelve bytes", "isBase64Encoded": false,
            "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "POST", "path": path}}}))
        .expect("an event");
        self.router.route(event, None).await.expect("an answer");
    }

    /// What was told, the oldest first.
    fn entries(&self) -> Vec<Entry> {
        let messages = self.queue.messages.borrow();
        messages.iter().flat_map(|message| Message::parse(message).expect("a message").into_entries()).collect()
    }
}

#[tokio::test]
async fn each_answer_is_counted_of_whom_and_what_it_was() {
    let sandbox = sandbox(Delivery::Strict);
    let (demo, nobody) = (Some(DEMO_KEY), None);
    for (path, key) in
        [("/things/1", demo), ("/things/2", demo), ("/things/3", nobody), ("/no", nobody), ("/reports", demo)]
    {
        sandbox.answer(path, key).await;
        assert_eq!(sandbox.told.0.untold(), 1, "nothing is told before the response is posted");
        sandbox.told.after_response().await;
        assert_eq!(sandbox.told.0.untold(), 0);
    }
    let entries = sandbox.entries();
    let shown = |entry: &Entry| {
        let (key, totals) = (entry.key(), entry.totals());
        let counts = [totals.requests, totals.units, totals.bytes_in, totals.bytes_out, totals.latency.count()];
        (key.tenant.clone(), key.stage.clone(), key.route.clone(), key.class.0, counts)
    };
    let of = |tenant: &str, route: &str, class, counts| {
        (tenant.to_owned(), "$default".to_owned(), route.to_owned(), class, counts)
    };
    let route = "POST /things/{id}";
    assert_eq!(shown(&entries[0]), of("demo", route, 2, [1, 5, 12, 14, 1]));
    assert_eq!(shown(&entries[1]), of("demo", route, 2, [2, 10, 24, 28, 2]), "running totals");
    let refused = shown(&entries[2]);
    assert_eq!((refused.2.as_str(), refused.3, refused.4[..3].to_vec()), (route, 4, vec![1, 0, 12]));
    assert_eq!((entries[3].key().route.as_str(), entries[3].key().class.0), ("", 4));
    assert_eq!(shown(&entries[4]), of("demo", "POST /reports", 4, [1, 0, 12, entries[4].totals().bytes_out, 1]));
    assert!(entries.iter().all(|entry| entry.source == entries[0].source));
}

#[tokio::test]
async fn what_the_queue_does_not_take_is_told_later_or_at_the_end() {
    let sandbox = sandbox(Delivery::Strict);
    sandbox.queue.cut_off.set(true);
    sandbox.answer("/things/1", Some(DEMO_KEY)).await;
    sandbox.told.after_response().await;
    assert_eq!((sandbox.entries().len(), sandbox.told.0.untold()), (0, 1));
    sandbox.queue.cut_off.set(false);
    sandbox.answer("/things/1", Some(DEMO_KEY)).await;
    sandbox.told.after_response().await;
    assert_eq!(sandbox.entries()[0].totals().requests, 2);
}

#[tokio::test]
async fn batched_tells_seldom_and_before_the_sandbox_ends() {
    let sandbox = sandbox(Delivery::Batched);
    for _ in 0..3 {
        sandbox.answer("/things/1", Some(DEMO_KEY)).await;
    }
    sandbox.told.shut_down().await;
    assert_eq!(sandbox.entries().last().map(|entry| entry.totals().requests), Some(3));
}

#[tokio::test]
async fn sandboxes_have_identities_of_their_own() {
    let mut sources = Vec::new();
    for _ in 0..2 {
        let sandbox = sandbox(Delivery::Strict);
        sandbox.answer("/things/1", Some(DEMO_KEY)).await;
        sandbox.told.after_response().await;
        sources.push(sandbox.entries()[0].source);
    }
    assert_ne!(sources[0], sources[1]);
}
