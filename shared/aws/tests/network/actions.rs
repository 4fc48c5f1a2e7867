//! Actions of AWS services.

use std::collections::BTreeMap;

use bytes::Bytes;
use gateway::{
    Action, ActionAnswer, ActionCall, Backends as _, BusEvent, CallProblem, ConfigurationName, Execution,
    MessageAttribute, MessageAttributes, Publish, SqsReceive, SqsSend, StreamRecord,
};
use serde_json::{Value, json};

use crate::{
    SECRET, backends,
    roles::{assumed, is_sts},
    server::{Reply, Request, Server, answer},
    signature::verify,
};

const QUEUE: &str = "https://sqs.eu-north-1.amazonaws.com/123456789012/orders";
const MACHINE: &str = "arn:aws:states:eu-north-1:123456789012:stateMachine:pay";

pub(crate) fn call(action: Action) -> ActionCall {
    ActionCall { action, region: None, credentials: None, timeout_ms: 20_000 }
}

pub(crate) fn purge() -> Action {
    Action::SqsPurge { queue_url: QUEUE.to_owned() }
}

pub(crate) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Makes the call, checks its signature, and gives back what the server was asked and what came back.
pub(crate) async fn ask(action: Action, status: u16, body: &'static str, service: &str) -> (Request, ActionAnswer) {
    let server = Server::start(move |_| {
        Reply::Answer(status, vec![("content-type", "application/x-of-the-service".to_owned())], body.into())
    });
    let answer = backends(server.address).act(call(action)).await.expect("an answer");
    let request = server.seen().remove(0);
    verify(&request, SECRET, service, "eu-north-1");
    (request, answer)
}

async fn check_target(action: Action, service: &str, target: &str, input: Value) {
    let (request, answer) = ask(action, 200, r#"{"Of":"the service"}"#, service).await;
    assert_eq!((request.header("x-amz-target"), request.json()), (target, input));
    assert_eq!(
        answer,
        ActionAnswer {
            status: 200,
            content_type: "application/x-of-the-service".to_owned(),
            body: Bytes::from_static(br#"{"Of":"the service"}"#),
            attempts: 1
        },
        "the service's own answer is handed on"
    );
}

fn attributes() -> MessageAttributes {
    serde_json::from_value(json!({
        "kind": {"DataType": "String", "StringValue": "gift"},
        "seal": {"DataType": "Binary", "BinaryValue": "AAE="},
    }))
    .expect("attributes")
}

#[tokio::test]
async fn queues_are_asked_as_they_should_be() {
    let send = SqsSend {
        queue_url: QUEUE.to_owned(),
        body: "hello".to_owned(),
        delay_s: Some(5),
        attributes: attributes(),
        system_attributes: BTreeMap::from([(
            "AWSTraceHeader".to_owned(),
            MessageAttribute { data_type: "String".to_owned(), string_value: text("Root=1"), binary_value: None },
        )]),
        group_id: text("g"),
        deduplication_id: text("d"),
    };
    let input = json!({
        "QueueUrl": QUEUE, "MessageBody": "hello", "DelaySeconds": 5, "MessageGroupId": "g", "MessageDeduplicationId": "d",
        "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "gift"},
                              "seal": {"DataType": "Binary", "BinaryValue": "AAE="}},
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
    });
    check_target(Action::SqsSend(send), "sqs", "AmazonSQS.SendMessage", input).await;
    let plain = SqsSend { queue_url: QUEUE.to_owned(), body: "hello".to_owned(), ..SqsSend::default() };
    let input = json!({"QueueUrl": QUEUE, "MessageBody": "hello"});
    check_target(Action::SqsSend(plain), "sqs", "AmazonSQS.SendMessage", input).await;
    let receive = SqsReceive {
        queue_url: QUEUE.to_owned(),
        attribute_names: vec!["All".to_owned()],
        message_attribute_names: vec!["kind".to_owned()],
        max_messages: Some(10),
        visibility_timeout_s: Some(0),
        wait_s: Some(20),
        attempt_id: text("a"),
    };
    let input = json!({
        "QueueUrl": QUEUE, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["kind"],
        "MaxNumberOfMessages": 10, "VisibilityTimeout": 0, "WaitTimeSeconds": 20, "ReceiveRequestAttemptId": "a",
    });
    check_target(Action::SqsReceive(receive), "sqs", "AmazonSQS.ReceiveMessage", input).await;
    let delete = Action::SqsDelete { queue_url: QUEUE.to_owned(), receipt_handle: "r".to_owned() };
    let input = json!({"QueueUrl": QUEUE, "ReceiptHandle": "r"});
    check_target(delete, "sqs", "AmazonSQS.DeleteMessage", input).await;
    check_target(purge(), "sqs", "AmazonSQS.PurgeQueue", json!({"QueueUrl": QUEUE})).await;
}

#[tokio::test]
async fn an_attribute_that_is_no_base64_is_the_clients_fault() {
    let seal =
        MessageAttribute { data_type: "Binary".to_owned(), string_value: None, binary_value: text("no base64!") };
    let send = SqsSend {
        queue_url: QUEUE.to_owned(),
        attributes: BTreeMap::from([("seal".to_owned(), seal)]),
        ..SqsSend::default()
    };
    let server = Server::with([(200, "{}")]);
    let answer = backends(server.address).act(call(Action::SqsSend(send))).await.expect("an answer");
    let said = r#"{"message":"BinaryValue of message attribute seal is no base64"}"#;
    assert_eq!((answer.status, &answer.body[..], server.seen().len()), (400, said.as_bytes(), 0));
}

#[tokio::test]
async fn state_machines_are_asked_as_they_should_be() {
    let execution = Execution {
        state_machine_arn: MACHINE.to_owned(),
        name: text("n"),
        input: text("{}"),
        trace_header: text("Root=1"),
    };
    let input = json!({"stateMachineArn": MACHINE, "name": "n", "input": "{}", "traceHeader": "Root=1"});
    let start = Action::StartExecution(execution.clone());
    check_target(start, "states", "AWSStepFunctions.StartExecution", input.clone()).await;
    let start = Action::StartSyncExecution(execution);
    check_target(start, "states", "AWSStepFunctions.StartSyncExecution", input).await;
    let stop = Action::StopExecution { execution_arn: "arn".to_owned(), error: text("E"), cause: text("c") };
    let input = json!({"executionArn": "arn", "error": "E", "cause": "c"});
    check_target(stop, "states", "AWSStepFunctions.StopExecution", input).await;
}

#[tokio::test]
async fn buses_and_streams_are_asked_as_they_should_be() {
    let event = BusEvent {
        detail: r#"{"a":1}"#.to_owned(),
        detail_type: "Paid".to_owned(),
        source: "shop".to_owned(),
        time: text("2026-01-31T12:00:00Z"),
        event_bus_name: text("b"),
        resources: vec!["arn".to_owned()],
        trace_header: text("Root=1"),
    };
    let entry = json!({
        "Detail": r#"{"a":1}"#, "DetailType": "Paid", "Source": "shop", "Time": 1_769_860_800.0, "EventBusName": "b",
        "Resources": ["arn"], "TraceHeader": "Root=1",
    });
    let put = Action::PutEvents(event.clone());
    check_target(put, "events", "AWSEvents.PutEvents", json!({"Entries": [entry]})).await;
    let server = Server::with([(200, "{}")]);
    let put = Action::PutEvents(BusEvent { time: text("noon"), ..event });
    let answer = backends(server.address).act(call(put)).await.expect("an answer");
    let said = r#"{"message":"Time \"noon\" is not like 2026-01-31T12:00:00Z"}"#;
    assert_eq!((answer.status, &answer.body[..], server.seen().len()), (400, said.as_bytes(), 0));

    let record = StreamRecord {
        stream_name: "s".to_owned(),
        data: Bytes::from_static(&[0, 1]),
        partition_key: "p".to_owned(),
        explicit_hash_key: text("1"),
        sequence_number_for_ordering: None,
    };
    let input = json!({"StreamName": "s", "Data": "AAE=", "PartitionKey": "p", "ExplicitHashKey": "1"});
    check_target(Action::KinesisPutRecord(record), "kinesis", "Kinesis_20131202.PutRecord", input).await;
}

#[tokio::test]
async fn a_configuration_is_asked_for_by_its_path() {
    let name = ConfigurationName {
        application: "a/b".to_owned(),
        environment: "e".to_owned(),
        configuration: "c d".to_owned(),
        client_id: "me&you".to_owned(),
        client_configuration_version: text("2"),
    };
    let (request, answer) = ask(Action::AppConfigGetConfiguration(name), 200, "colour: blue", "appconfig").await;
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (
            "GET",
            "/applications/a%2Fb/environments/e/configurations/c%20d?client_id=me%26you&client_configuration_version=2"
        )
    );
    assert_eq!((answer.status, &answer.body[..]), (200, &b"colour: blue"[..]));
}

fn publish() -> Publish {
    Publish {
        topic_arn: "arn:aws:sns:eu-north-1:123456789012:t".to_owned(),
        message: "a&b=ü".to_owned(),
        subject: text("s"),
        attributes: attributes(),
        group_id: text("g"),
        ..Publish::default()
    }
}

#[tokio::test]
async fn a_message_is_published_by_a_form_and_answered_in_json() {
    let xml = "<PublishResponse><PublishResult><MessageId>m-1</MessageId><SequenceNumber>7</SequenceNumber>\
               </PublishResult></PublishResponse>";
    let (request, answer) = ask(Action::SnsPublish(publish()), 200, xml, "sns").await;
    assert_eq!(
        request.text(),
        "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-north-1%3A123456789012%3At&Message=a%26b%3D%C3%BC\
         &Subject=s&MessageGroupId=g\
         &MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String\
         &MessageAttributes.entry.1.Value.StringValue=gift\
         &MessageAttributes.entry.2.Name=seal&MessageAttributes.entry.2.Value.DataType=Binary\
         &MessageAttributes.entry.2.Value.BinaryValue=AAE%3D"
    );
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json"));
    assert_eq!(&answer.body[..], br#"{"messageId":"m-1","sequenceNumber":"7"}"#);
}

#[tokio::test]
async fn what_sns_refuses_is_told_apart() {
    let error = |code: &str| {
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>a &lt;b&gt;</Message></Error></ErrorResponse>")
    };
    let cases = [
        (400, "InvalidParameter", Ok((400, r#"{"message":"a <b>"}"#, 1))),
        (404, "NotFound", Ok((404, r#"{"message":"a <b>"}"#, 1))),
        (429, "Throttled", Ok((429, r#"{"message":"Too Many Requests"}"#, 3))),
        (400, "Throttling", Ok((429, r#"{"message":"Too Many Requests"}"#, 3))),
        (403, "AuthorizationError", Err(CallProblem::Refused("AuthorizationError from SNS".to_owned()))),
        (500, "InternalError", Err(CallProblem::Refused("InternalError from SNS".to_owned()))),
    ];
    for (status, code, expected) in cases {
        let body = error(code);
        let server = Server::start(move |_| answer(status, body.clone()));
        let got = backends(server.address).act(call(Action::SnsPublish(publish()))).await;
        let got =
            got.map(|answer| (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), answer.attempts));
        assert_eq!(got, expected.map(|(status, body, attempts)| (status, body.to_owned(), attempts)), "{code}");
    }
}

#[tokio::test]
async fn a_services_refusal_is_handed_on_and_throttling_repeated() {
    let missing = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}"#;
    let (_, answer) = ask(purge(), 400, missing, "sqs").await;
    assert_eq!((answer.status, &answer.body[..], answer.attempts), (400, missing.as_bytes(), 1));
    let throttled = r#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#;
    for (answers, status, attempts) in [
        ([(400, throttled), (200, "{}")], 200, 2),
        ([(400, throttled), (400, throttled)], 400, 3),
        ([(500, ""), (200, "{}")], 500, 1),
    ] {
        let server = Server::with(answers);
        let answer = backends(server.address).act(call(purge())).await.expect("an answer");
        assert_eq!((answer.status, answer.attempts, server.seen().len()), (status, attempts, attempts as usize));
    }
}

#[tokio::test]
async fn a_client_of_its_own_serves_each_role_and_region() {
    let server = Server::start(|request| if is_sts(request) { assumed(0) } else { answer(200, "{}") });
    let backends = backends(server.address);
    for (region, role) in [(None, None), (text("us-west-2"), None), (None, text("arn:role")), (None, None)] {
        let call = ActionCall { region, credentials: role, ..call(purge()) };
        assert_eq!(backends.act(call).await.expect("an answer").status, 200);
    }
    let [own, elsewhere, sts, as_role, again] = &server.seen()[..] else { panic!("five requests") };
    assert!(is_sts(sts));
    for (request, secret, region) in [
        (own, SECRET, "eu-north-1"),
        (elsewhere, SECRET, "us-west-2"),
        (as_role, "secret-0", "eu-north-1"),
        (again, SECRET, "eu-north-1"),
    ] {
        verify(request, secret, "sqs", region);
    }
    assert_eq!(as_role.header("x-amz-security-token"), "token/0+=");
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_or_says_nothing_is_no_answer() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let Err(CallProblem::Unreachable(why)) = backends(free).act(call(purge())).await else { panic!("nobody") };
    assert!(why.ends_with("(3 attempts)"), "{why}");
    let server = Server::start(|_| Reply::Silence);
    let answer = backends(server.address).act(ActionCall { timeout_ms: 50, ..call(purge()) }).await;
    assert_eq!(answer, Err(CallProblem::Timeout));
    let server = Server::start(|_| Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec()));
    assert!(matches!(backends(server.address).act(call(purge())).await, Err(CallProblem::Unreachable(_))));
}
