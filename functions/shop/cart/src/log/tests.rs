use std::{cell::RefCell, sync::LazyLock};

use serde_json::{Value, json};

use crate::{
    announcer::Announcer,
    driver::{KNOWN, event, prepared, send, service, with},
    memory::MemoryCarts,
    service::CartService,
    store::CartStore,
    till::Till,
};

const MUG: &str =
    r#"{"sku": "MUG-BLUE", "name": "Mug, blue", "quantity": 2, "unitPrice": {"amount": 1999, "currency": "EUR"}}"#;

thread_local! {
    /// What this test's thread has logged.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Sends lines to where their thread keeps them. One subscriber serves all tests: with one for each, tests that run at the
/// same time switch each other's log lines off.
static SUBSCRIBED: LazyLock<()> = LazyLock::new(|| {
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true).with_span_list(false);
    tracing::subscriber::set_global_default(lines.with_writer(|| Writer).finish()).unwrap();
});

/// What the service logs for `event`, one JSON object a line.
async fn logged(service: &CartService<impl CartStore, impl Till, impl Announcer>, event: &Value) -> Vec<Value> {
    LazyLock::force(&SUBSCRIBED);
    WRITTEN.take();
    send(service, event).await;
    let text = String::from_utf8(WRITTEN.take()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

struct Writer;

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_is_one_line_in_the_log_that_tells_no_secret() {
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = event(&format!("POST /carts/{KNOWN}/items"), Some(MUG));
    let request = with(with(request, "/headers/traceparent", traceparent), "/headers/x-api-key", "tgsecret");
    let lines = logged(&service(prepared()), &request).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    assert_eq!((&line["method"], &line["status"]), (&json!("POST"), &json!(200)));
    assert_eq!(line["route"], "/carts/{cartId}/items");
    assert_eq!((&line["span"]["requestId"], &line["span"]["traceparent"]), (&json!("request-1"), &json!(traceparent)));
    for secret in ["tgsecret", "MUG", KNOWN] {
        assert!(!line.to_string().contains(secret), "{line}");
    }
}

#[tokio::test]
async fn a_failure_is_logged_once_with_its_reason() {
    let lines = logged(&service(MemoryCarts::cut_off()), &event(&format!("GET /carts/{KNOWN}"), None)).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((&lines[0]["level"], &lines[0]["status"]), (&json!("ERROR"), &json!(503)));
    assert_eq!(lines[0]["error"], "the cart store did not answer: cut off");
}

#[tokio::test]
async fn what_is_no_traceparent_is_not_logged() {
    for value in ["", "secret", "abc", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01", &"0-".repeat(4_000)] {
        let request = with(event("GET /nothing", None), "/headers/traceparent", value);
        let lines = logged(&service(prepared()), &request).await;
        assert_eq!(lines[0]["span"]["traceparent"], Value::Null, "{value:.60}");
    }
}
