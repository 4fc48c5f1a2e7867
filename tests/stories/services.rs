//! AWS services do what integrations ask of them: by signed requests, by typed actions, and with an assumed role.

mod dispatched;
mod items;
mod permitted;

use std::collections::BTreeMap;

use aws::NetworkBackends;
use bytes::Bytes;
use e2e::Stack;
use gateway::{
    Action, ActionAnswer, ActionCall, Backends as _, BusEvent, CallProblem, Execution, Headers, HttpAnswer,
    MessageAttribute, Publish, ServiceCall, SqsReceive, SqsSend, StreamRecord,
};
use serde_json::{Value, json};

use items::{get, new_table, put};

/// The emulator's only account.
const ACCOUNT: &str = "000000000000";

fn backends() -> NetworkBackends {
    NetworkBackends::new(&Stack::get().connection())
}

/// A name that nothing else has.
pub(crate) fn fresh(name: &str) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    format!("{name}-{:016x}", u64::from_be_bytes(random))
}

fn request(service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> ServiceCall {
    let region = &Stack::get().region;
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ServiceCall {
        service: service.to_owned(),
        region: region.clone(),
        host: format!("{service}.{region}.amazonaws.com"),
        method: method.to_owned(),
        path: path.to_owned(),
        query: String::new(),
        headers: Headers(headers.collect()),
        body: body.into(),
        credentials: None,
        timeout_ms: 20_000,
    }
}

async fn send(call: ServiceCall) -> HttpAnswer {
    backends().call(call).await.expect("an answer")
}

/// An action by its target, and its answer.
pub(crate) async fn target(service: &str, version: &str, target: &str, input: &Value) -> Value {
    let content_type = format!("application/x-amz-json-{version}");
    let headers = [("content-type", content_type.as_str()), ("x-amz-target", target)];
    json_of(&send(request(service, "POST", "/", &headers, input.to_string())).await)
}

fn json_of(answer: &HttpAnswer) -> Value {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 200, "{text}");
    if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

pub(crate) async fn form(service: &str, body: &str) -> HttpAnswer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(request(service, "POST", "/", &headers, body.to_owned())).await
}

async fn act(action: Action) -> ActionAnswer {
    let call = ActionCall { action, region: None, credentials: None, timeout_ms: 20_000 };
    backends().act(call).await.expect("an answer")
}

async fn acted(action: Action) -> Value {
    let ActionAnswer { status, content_type, body, .. } = act(action).await;
    let text = String::from_utf8_lossy(&body);
    assert_eq!(status, 200, "{text}");
    assert!(content_type.contains("json"), "{content_type}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

async fn new_queue() -> String {
    let made = target("sqs", "1.0", "AmazonSQS.CreateQueue", &json!({"QueueName": fresh("queue")})).await;
    text(&made["QueueUrl"])
}

#[tokio::test(flavor = "current_thread")]
async fn a_message_is_sent_received_and_deleted() {
    let queue_url = new_queue().await;
    let kind =
        MessageAttribute { data_type: "String".to_owned(), string_value: Some("gift".to_owned()), binary_value: None };
    let sent = acted(Action::SqsSend(SqsSend {
        queue_url: queue_url.clone(),
        body: "hello & <goodbye>".to_owned(),
        attributes: BTreeMap::from([("kind".to_owned(), kind)]),
        ..SqsSend::default()
    }))
    .await;
    let receive = Action::SqsReceive(SqsReceive {
        queue_url: queue_url.clone(),
        message_attribute_names: vec!["All".to_owned()],
        max_messages: Some(10),
        visibility_timeout_s: Some(60),
        ..SqsReceive::default()
    });
    let received = acted(receive.clone()).await;
    let message = &received["Messages"][0];
    assert_eq!((&message["MessageId"], &message["Body"]), (&sent["MessageId"], &json!("hello & <goodbye>")));
    assert_eq!(message["MessageAttributes"]["kind"]["StringValue"], "gift");
    let receipt_handle = text(&message["ReceiptHandle"]);
    assert_eq!(act(Action::SqsDelete { queue_url: queue_url.clone(), receipt_handle }).await.status, 200);
    assert_eq!(acted(receive).await.get("Messages").and_then(|all| all.get(0)), None);
    assert_eq!(act(Action::SqsPurge { queue_url }).await.status, 200);
}

#[tokio::test(flavor = "current_thread")]
async fn a_queue_speaks_both_protocols() {
    let queue_url = new_queue().await;
    let path = queue_url.splitn(4, '/').nth(3).expect("a path").to_owned();
    let query = "Action=SendMessage&Version=2012-11-05&MessageBody=by%20query";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let sent = send(request("sqs", "POST", &format!("/{path}"), &headers, query)).await;
    assert_eq!(sent.status, 200);
    assert!(String::from_utf8_lossy(&sent.body).contains("<MessageId>"), "{sent:?}");
    let received = target("sqs", "1.0", "AmazonSQS.ReceiveMessage", &json!({"QueueUrl": queue_url})).await;
    assert_eq!(received["Messages"][0]["Body"], "by query");
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_queue_refuses_is_handed_on() {
    let nowhere = format!("{}/{ACCOUNT}/{}", Stack::get().endpoint, fresh("no-such-queue"));
    let answer = act(Action::SqsPurge { queue_url: nowhere }).await;
    assert_eq!(answer.status, 400);
    let said = String::from_utf8_lossy(&answer.body);
    assert!(said.contains("NonExistentQueue") || said.contains("QueueDoesNotExist"), "{said}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_message_is_published() {
    let made = form("sns", &format!("Action=CreateTopic&Version=2010-03-31&Name={}", fresh("topic"))).await;
    let made = String::from_utf8_lossy(&made.body).into_owned();
    let topic_arn =
        made.split("<TopicArn>").nth(1).and_then(|rest| rest.split('<').next()).expect("a topic").to_owned();
    let publish =
        |topic_arn| Action::SnsPublish(Publish { topic_arn, message: "hello".to_owned(), ..Publish::default() });
    let published = acted(publish(topic_arn.clone())).await;
    assert!(published["messageId"].is_string(), "{published}");
    assert_eq!(act(publish(format!("{topic_arn}-not-there"))).await.status, 404);
}

/// A machine of one state.
async fn new_machine(kind: &str, state: Value) -> String {
    let definition = json!({"StartAt": "Only", "States": {"Only": state}});
    let role = new_role(json!({"Service": "states.amazonaws.com"})).await;
    let input = json!({
        "name": fresh("machine"), "type": kind, "definition": definition.to_string(),
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
    });
    text(&target("states", "1.0", "AWSStepFunctions.CreateStateMachine", &input).await["stateMachineArn"])
}

#[tokio::test(flavor = "current_thread")]
async fn a_state_machine_is_started_and_stopped() {
    let wait = json!({"Type": "Wait", "Seconds": 600, "End": true});
    let pass = json!({"Type": "Pass", "InputPath": "$.n", "End": true});
    let execution = |state_machine_arn| Execution {
        state_machine_arn,
        input: Some(r#"{"n":7}"#.to_owned()),
        ..Execution::default()
    };
    let started = acted(Action::StartExecution(execution(new_machine("STANDARD", wait).await))).await;
    let execution_arn = text(&started["executionArn"]);
    let stop = act(Action::StopExecution { execution_arn, error: Some("E".to_owned()), cause: None }).await;
    assert_eq!(stop.status, 200, "{}", String::from_utf8_lossy(&stop.body));
    let ended = acted(Action::StartSyncExecution(execution(new_machine("EXPRESS", pass).await))).await;
    assert_eq!((&ended["status"], &ended["output"]), (&json!("SUCCEEDED"), &json!("7")), "{ended}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_record_is_put_into_a_stream() {
    let stream = fresh("stream");
    let kinesis = |name: &'static str, input: Value| async move {
        target("kinesis", "1.1", &format!("Kinesis_20131202.{name}"), &input).await
    };
    kinesis("CreateStream", json!({"StreamName": stream, "ShardCount": 1})).await;
    let put = acted(Action::KinesisPutRecord(StreamRecord {
        stream_name: stream.clone(),
        data: Bytes::from_static(&[0, 255, 7]),
        partition_key: "p".to_owned(),
        ..StreamRecord::default()
    }))
    .await;
    let shard = text(&put["ShardId"]);
    let iterator = kinesis(
        "GetShardIterator",
        json!({"StreamName": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}),
    )
    .await;
    let records = kinesis("GetRecords", json!({"ShardIterator": iterator["ShardIterator"]})).await;
    assert_eq!((&records["Records"][0]["Data"], &records["Records"][0]["PartitionKey"]), (&json!("AP8H"), &json!("p")));
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_is_put_on_a_bus() {
    let put = acted(Action::PutEvents(BusEvent {
        detail: r#"{"cart":42}"#.to_owned(),
        detail_type: "Paid".to_owned(),
        source: "shop".to_owned(),
        time: Some("2026-01-31T12:00:00Z".to_owned()),
        ..BusEvent::default()
    }))
    .await;
    assert_eq!(put["FailedEntryCount"], 0, "{put}");
    assert!(put["Entries"][0]["EventId"].is_string(), "{put}");
}

#[tokio::test(flavor = "current_thread")]
async fn an_object_is_put_and_read_with_its_bytes() {
    let bucket = fresh("bucket");
    assert_eq!(send(request("s3", "PUT", &format!("/{bucket}"), &[], "")).await.status, 200);
    let bytes = Bytes::from((0..=255).collect::<Vec<u8>>());
    let path = format!("/{bucket}/a%20folder/%C3%A9.bin");
    let put = request("s3", "PUT", &path, &[("content-type", "image/png")], bytes.clone());
    assert_eq!(send(put).await.status, 200);
    let read = send(request("s3", "GET", &path, &[], "")).await;
    assert_eq!((read.status, &read.body), (200, &bytes));
    assert!(read.headers.0.contains(&("content-type".to_owned(), "image/png".to_owned())), "{:?}", read.headers);
    let missing = send(request("s3", "GET", &format!("/{bucket}/nowhere"), &[], "")).await;
    assert_eq!(missing.status, 404);
    assert!(String::from_utf8_lossy(&missing.body).contains("<Code>NoSuchKey</Code>"), "{missing:?}");
}

/// A role that `principal` may assume, without any permission.
async fn new_role(principal: Value) -> String {
    let name = fresh("role");
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
    let trust = encoded(&trust.to_string());
    let create = format!("Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={trust}");
    assert_eq!(form("iam", &create).await.status, 200);
    name
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn a_role_may_do_what_it_may_and_nothing_else() {
    let table = new_table().await;
    let name = new_role(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")})).await;
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": format!("arn:aws:dynamodb:*:*:table/{table}")}]});
    let policy = encoded(&policy.to_string());
    let allow =
        format!("Action=PutRolePolicy&Version=2010-05-08&RoleName={name}&PolicyName=read&PolicyDocument={policy}");
    assert_eq!(form("iam", &allow).await.status, 200);
    let (role, backends) = (format!("arn:aws:iam::{ACCOUNT}:role/{name}"), backends());
    let as_role = |action| ActionCall { action, region: None, credentials: Some(role.clone()), timeout_ms: 20_000 };
    let read = backends.act(as_role(get(&table, json!({"id": "a", "at": 1})))).await;
    assert_eq!(read.map(|answer| answer.status), Ok(404));
    let written = backends.act(as_role(put(&table, json!({"id": "a", "at": 1}), None))).await;
    assert_eq!(written, Err(CallProblem::Refused("AccessDeniedException from DynamoDB".to_owned())));
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.ListTables")];
    let list = ServiceCall { credentials: Some(role.clone()), ..request("dynamodb", "POST", "/", &headers, "{}") };
    let listed = backends.call(list).await.expect("an answer");
    // 400 on AWS, 403 here.
    assert!([400, 403].contains(&listed.status), "{listed:?}");
    assert!(String::from_utf8_lossy(&listed.body).contains("AccessDeniedException"), "{listed:?}");
    let nobody = format!("arn:aws:iam::{ACCOUNT}:role/{}", fresh("nobody"));
    let call = ActionCall { credentials: Some(nobody.clone()), ..as_role(get(&table, json!({"id": "a", "at": 1}))) };
    let Err(CallProblem::Refused(why)) = backends.act(call).await else { panic!("nobody's role was assumed") };
    assert!(why.starts_with(&nobody), "{why}");
}
