//! `tests/services/api.yaml` through its deployed router: what a client gets, and what became of it in AWS.

use std::time::{Duration, Instant};

use bytes::Bytes;
use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};
use tokio::sync::RwLock;

use super::{fresh, request, send, target, text};
use crate::tracing::lines_with;

/// Taken for writing by whoever changes what the router may do.
pub(super) static PERMISSIONS: RwLock<()> = RwLock::const_new(());

fn output(name: &str) -> &'static str {
    &Stack::get().services().outputs[name]
}

/// Calls the API; an empty body is none.
pub(super) fn call(method: &str, path: &str, body: &Value) -> Answer {
    let call = Call::new(method, path);
    let call = if body.is_null() { call } else { call.body("application/json", body.to_string()) };
    call.send(&Stack::get().services().url)
}

fn check(method: &str, path: &str, body: &Value, expected: (u16, &Value)) {
    let answer = call(method, path, body);
    let given = if answer.body.is_empty() { Value::Null } else { answer.json() };
    assert_eq!((answer.status, &given), expected, "{method} {path}");
}

const NOTHING: Value = Value::Null;

/// Messages of a queue, until one has `wanted` in it; that one.
async fn message(queue: &str, wanted: &str) -> String {
    let give_up = Instant::now() + Duration::from_secs(30);
    while Instant::now() < give_up {
        let input = json!({"QueueUrl": output(queue), "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1});
        let received = target("sqs", "1.0", "AmazonSQS.ReceiveMessage", &input).await;
        let messages = received["Messages"].as_array().cloned().unwrap_or_default();
        if let Some(body) = messages.iter().map(|one| text(&one["Body"])).find(|body| body.contains(wanted)) {
            return body;
        }
    }
    panic!("nobody sent {wanted} to {queue}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_mapped_item_is_written_changed_read_found_and_removed() {
    let _permitted = PERMISSIONS.read().await;
    let shelf = format!("/shelves/{}/items", fresh("shelf"));
    let one = format!("{shelf}/one");
    check("PUT", &one, &json!({"quantity": 3}), (204, &NOTHING));
    check("PATCH", &one, &json!({"add": 2}), (204, &NOTHING));
    check("GET", &one, &NOTHING, (200, &json!({"id": "one", "quantity": 5})));
    check("PUT", &format!("{shelf}/it's%20two"), &json!({"quantity": 1}), (204, &NOTHING));
    let both = json!([{"id": "it's two", "quantity": 1}, {"id": "one", "quantity": 5}]);
    check("GET", &shelf, &NOTHING, (200, &both));
    check("PATCH", &format!("{shelf}/none"), &json!({"add": 2}), (409, &json!({"message": "Conflict"})));
    check("DELETE", &one, &NOTHING, (204, &NOTHING));
    check("GET", &one, &NOTHING, (404, &json!({"message": "Not Found"})));
}

#[tokio::test(flavor = "current_thread")]
async fn a_plain_item_is_plain_json_and_its_conditions_are_statuses() {
    let _permitted = PERMISSIONS.read().await;
    let shelf = fresh("shelf");
    let (all, one) = (format!("/plain/{shelf}"), format!("/plain/{shelf}/one"));
    let item = |quantity: u32| json!({"id": "one", "quantity": quantity, "shelf": shelf});
    check("PUT", &one, &json!({"quantity": 3}), (204, &NOTHING));
    check("PUT", &one, &json!({"quantity": 4}), (409, &json!({"message": "Conflict"})));
    check("GET", &one, &NOTHING, (200, &item(3)));
    check("PATCH", &one, &json!({"add": 4}), (200, &item(7)));
    check("GET", &all, &NOTHING, (200, &json!({"items": [item(7)], "count": 1})));
    check("PATCH", &format!("{all}/none"), &json!({"add": 4}), (404, &json!({"message": "Not Found"})));
    check("DELETE", &one, &NOTHING, (204, &NOTHING));
    check("GET", &one, &NOTHING, (404, &json!({"message": "Not Found"})));
}

#[tokio::test(flavor = "current_thread")]
async fn a_borrowed_role_reads_and_may_not_write_and_the_log_says_what_was_called() {
    let _permitted = PERMISSIONS.read().await;
    let shelf = fresh("shelf");
    check("PUT", &format!("/plain/{shelf}/one"), &json!({"quantity": 3}), (204, &NOTHING));
    let borrowed = format!("/borrowed/{shelf}/one");
    let item = json!({"Item": {"shelf": {"S": shelf}, "id": {"S": "one"}, "quantity": {"N": "3"}}});
    check("GET", &borrowed, &NOTHING, (200, &item));
    let refused = call("PUT", &borrowed, &json!({}));
    assert_eq!((refused.status, refused.json()), (500, json!({"message": "Internal server error"})));
    let id = refused.header("x-amzn-requestid").expect("a request id").to_owned();
    let lines = lines_with(&id, 1).await;
    let line = lines.iter().find(|line| line.contains(r#""integration":"dynamodb PutItem""#));
    assert!(line.is_some_and(|line| !line.contains(&shelf)), "{lines:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_message_is_sent_by_both_protocols_and_by_its_subtype() {
    let _permitted = PERMISSIONS.read().await;
    for (path, status) in [("/messages/query", 202), ("/messages/json", 202), ("/messages", 200)] {
        let said = fresh("a \"message\" & more");
        let sent = call("POST", path, &json!({"text": said}));
        assert_eq!(sent.status, status, "{path}: {}", sent.text());
        assert_eq!(message("Queue", &said).await, said, "{path}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_queue_is_read_and_emptied() {
    let _permitted = PERMISSIONS.read().await;
    // Another test's messages may be among them: any one will do.
    assert_eq!(call("POST", "/messages", &json!({"text": "one of many"})).status, 200);
    let received = call("GET", "/messages", &NOTHING);
    assert_eq!(received.status, 200, "{}", received.text());
    if let Some(receipt) = received.json()["Messages"][0]["ReceiptHandle"].as_str() {
        let receipt = super::encoded(receipt);
        assert_eq!(call("DELETE", &format!("/messages?receipt={receipt}"), &NOTHING).status, 200);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_notice_is_published() {
    let _permitted = PERMISSIONS.read().await;
    let (mapped, plain) = (fresh("mapped"), fresh("plain"));
    check("POST", &format!("/notices/mapped?text={mapped}"), &json!({}), (202, &json!({"accepted": true})));
    message("Heard", &mapped).await;
    let published = call("POST", "/notices", &json!({"text": plain}));
    assert_eq!(published.status, 200, "{}", published.text());
    assert!(published.json()["messageId"].is_string());
    message("Heard", &plain).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_machine_is_started_waited_for_and_stopped() {
    let _permitted = PERMISSIONS.read().await;
    let input = json!({"order": fresh("order")});
    for path in ["/executions/mapped", "/executions"] {
        let started = call("POST", path, &input);
        assert_eq!(started.status, 200, "{path}: {}", started.text());
        let arn = text(&started.json()["executionArn"]);
        let describe = json!({"executionArn": arn});
        let running = target("states", "1.0", "AWSStepFunctions.DescribeExecution", &describe).await;
        assert_eq!((&running["status"], &running["input"]), (&json!("RUNNING"), &json!(input.to_string())), "{path}");
        let stopped = call("DELETE", &format!("/executions?execution={}", super::encoded(&arn)), &NOTHING);
        assert_eq!(stopped.status, 200, "{}", stopped.text());
        let ended = target("states", "1.0", "AWSStepFunctions.DescribeExecution", &describe).await;
        assert_eq!(ended["status"], "ABORTED");
    }
    check("POST", "/executions/mapped/sync", &input, (200, &input));
    let ended = call("POST", "/executions/sync", &input).json();
    let output: Value = serde_json::from_str(&text(&ended["output"])).expect("JSON");
    assert_eq!((&ended["status"], &output), (&json!("SUCCEEDED"), &input));
}

#[tokio::test(flavor = "current_thread")]
async fn a_record_comes_through_the_stream() {
    let _permitted = PERMISSIONS.read().await;
    // Kinesis gives bytes as base64.
    for (path, body, data) in
        [("/records/mapped", json!({"n": 1}), "eyJuIjoxfQ=="), ("/records", json!({"data": "hello"}), "aGVsbG8=")]
    {
        let put = call("POST", path, &body);
        assert_eq!(put.status, 200, "{path}: {}", put.text());
        let (shard, at) = (text(&put.json()["ShardId"]), text(&put.json()["SequenceNumber"]));
        let input = json!({"StreamName": output("Stream"), "ShardId": shard, "ShardIteratorType": "AT_SEQUENCE_NUMBER",
                           "StartingSequenceNumber": at});
        let iterator = target("kinesis", "1.1", "Kinesis_20131202.GetShardIterator", &input).await;
        let input = json!({"ShardIterator": iterator["ShardIterator"]});
        let records = target("kinesis", "1.1", "Kinesis_20131202.GetRecords", &input).await;
        assert_eq!(records["Records"][0]["Data"], data, "{path}: {records}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_comes_from_the_bus() {
    let _permitted = PERMISSIONS.read().await;
    for (path, source) in [("/events/mapped", "mapped"), ("/events", "plain")] {
        let order = fresh("order");
        let put = call("POST", path, &json!({"order": order}));
        assert_eq!((put.status, &put.json()["FailedEntryCount"]), (200, &json!(0)), "{path}: {}", put.text());
        let event: Value = serde_json::from_str(&message("Heard", &order).await).expect("JSON");
        assert_eq!((&event["source"], &event["detail"]), (&json!(source), &json!({"order": order})), "{path}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_picture_is_kept_and_comes_back_with_its_bytes() {
    let _permitted = PERMISSIONS.read().await;
    let bytes: Vec<u8> = (0..=255).collect();
    let (url, name) = (&Stack::get().services().url, fresh("a picture"));
    let path = format!("/files/{}", name.replace(' ', "%20"));
    let kept = Call::new("PUT", &path).body("image/png", bytes.clone()).send(url);
    assert_eq!(kept.status, 204, "{}", kept.text());
    let object = format!("/{}/{}", output("Bucket"), name.replace(' ', "%20"));
    let stored = send(request("s3", "GET", &object, &[], "")).await;
    assert_eq!((stored.status, &stored.body), (200, &Bytes::from(bytes.clone())), "as S3 has it");
    let read = Call::new("GET", &path).header("accept", "image/png").send(url);
    assert_eq!((read.status, &read.body), (200, &bytes));
    assert_eq!(read.header("content-type"), Some("image/png"));
    assert_eq!(
        call("GET", "/files/nowhere.png", &NOTHING).status,
        500,
        "no integration response is for a missing object"
    );
}

#[test]
fn an_http_backend_is_asked_for_what_the_mapping_says() {
    check("GET", "/catalog/products", &NOTHING, (200, &json!({"count": 3})));
    check("GET", "/catalog/nowhere", &NOTHING, (410, &json!({"message": "no such page"})));
}

#[test]
fn a_mock_answers_what_is_valid_and_the_gateway_response_what_is_not() {
    check("POST", "/orders", &json!({"sku": "a", "quantity": 1}), (201, &json!({"status": "ordered"})));
    check("POST", "/orders", &json!({"sku": "a", "quantity": 100}), (409, &json!({"message": "too many"})));
    for wrong in [json!({"sku": "a", "quantity": 0}), json!({"sku": "a"}), json!([])] {
        let refused = call("POST", "/orders", &wrong);
        assert_eq!((refused.status, refused.header("x-why")), (422, Some("the model")), "{wrong}");
        assert!(refused.json()["problem"].is_string(), "{wrong}");
    }
}
