//! The adapter against a DynamoDB that answers from a script. What it does against a real one, the contract suite shows
//! in `tests/`.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use aws::{AwsSettings, Connection};
use serde_json::{Value, json};
use settings::Settings;

use super::*;
use crate::driver::known_cart;

/// What the table says to one request: a status and a body, made from the request's body; or nothing, and hangs up.
type Line = fn(Value) -> Option<(u16, Value)>;

/// A table that answers by `script`, and the requests it was sent.
fn table<const N: usize>(script: [Line; N]) -> (DynamoCarts, JoinHandle<Vec<(String, Value)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = Settings::new(|name| match name {
        "AWS_ENDPOINT_URL" => Some(url.clone()),
        "AWS_CA_BUNDLE" | "AWS_CONTAINER_CREDENTIALS_FULL_URI" => None,
        _ => Some("us-east-1".to_owned()),
    });
    let client = Connection::new(&AwsSettings::load(&mut settings)).unwrap().dynamodb();
    let served = thread::spawn(move || script.map(|line| serve(listener.accept().unwrap().0, line)).into());
    (DynamoCarts::new(client, "carts".to_owned()), served)
}

fn serve(mut stream: TcpStream, line: Line) -> (String, Value) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let mut body = vec![0; header("content-length:").parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    if let Some((status, answer)) = line(body.clone()) {
        let answer = answer.to_string();
        let length = answer.len();
        write!(stream, "HTTP/1.1 {status} .\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}").unwrap();
    }
    (header("x-amz-target: dynamodb_20120810."), body)
}

/// The answer to a write whose condition fails on `item`.
fn failed_on(item: Option<Value>) -> Option<(u16, Value)> {
    let mut answer =
        json!({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"});
    answer.as_object_mut().unwrap().extend(item.map(|item| ("Item".to_owned(), item)));
    Some((400, answer))
}

fn demo() -> Tenant {
    Tenant::parse("demo").unwrap()
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_a_lost_race() {
    let (carts, served) = table([|_| None, |repeat| failed_on(Some(repeat["Item"].clone()))]);
    assert_eq!(carts.replace(&demo(), &known_cart()).await, Ok(()));
    let sent = served.join().unwrap();
    assert_eq!(sent[0], sent[1], "the repeat is the same write");
    let (carts, _) = table([|_| None, |repeat| failed_on(Some(repeat["Item"].clone()))]);
    assert_eq!(carts.create(&demo(), &known_cart()).await, Ok(()));
}

#[tokio::test]
async fn a_write_that_another_was_faster_than_is_a_lost_race() {
    let others = |mine: Value| {
        let mut others = mine["Item"].clone();
        others["writeId"] = json!({"S": "another's"});
        failed_on(Some(others))
    };
    let (carts, _) = table([others, others, |_| failed_on(None), |_| failed_on(None)]);
    assert_eq!(carts.replace(&demo(), &known_cart()).await, Err(StoreError::Contended));
    assert_eq!(carts.create(&demo(), &known_cart()).await, Err(StoreError::Contended));
    assert_eq!(carts.replace(&demo(), &known_cart()).await, Err(StoreError::Contended), "it was deleted meanwhile");
    assert_eq!(carts.delete(&demo(), &known_cart().id, 3).await, Err(StoreError::Contended));
}

#[tokio::test]
async fn a_read_sees_the_last_write() {
    let (carts, served) = table([|_| Some((200, json!({})))]);
    assert_eq!(carts.load(&demo(), &known_cart().id).await, Ok(None));
    let key = json!({"cartKey": {"S": format!("demo#{}", known_cart().id)}});
    let expected = json!({"TableName": "carts", "Key": key, "ConsistentRead": true});
    assert_eq!(served.join().unwrap(), [("getitem".to_owned(), expected)]);
}

#[tokio::test]
async fn no_two_writes_have_one_id() {
    let (carts, served) = table([|_| Some((200, json!({}))), |_| Some((200, json!({})))]);
    for _ in 0..2 {
        assert_eq!(carts.create(&demo(), &known_cart()).await, Ok(()));
    }
    let sent = served.join().unwrap();
    assert_ne!(sent[0].1["Item"]["writeId"], sent[1].1["Item"]["writeId"]);
}

#[tokio::test]
async fn a_table_that_refuses_is_unavailable_and_the_reason_told() {
    let refusal =
        |_| Some((400, json!({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not you"})));
    let (carts, _) = table([refusal]);
    let Err(StoreError::Unavailable(reason)) = carts.load(&demo(), &known_cart().id).await else {
        panic!("it answered")
    };
    assert!(reason.contains("AccessDeniedException") && reason.contains("not you"), "{reason}");
    assert!(!reason.contains("content-length"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_stays_silent_is_unavailable() {
    let silence = StoreError::Unavailable("no answer within 3s".to_owned());
    assert_eq!(within(std::future::pending::<()>()).await, Err(silence));
}
