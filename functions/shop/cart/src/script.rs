//! A DynamoDB that answers from a script.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use aws::{AwsSettings, Connection, dynamodb::Client};
use serde_json::{Value, json};
use settings::Settings;

/// What the table says to one request: a status and a body, made from the request's body; or nothing, and hangs up.
pub(crate) type Line = fn(Value) -> Option<(u16, Value)>;

/// A DynamoDB that answers by `script`, and the requests it was sent.
pub(crate) fn scripted<const N: usize>(script: [Line; N]) -> (Client, JoinHandle<Vec<(String, Value)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = Settings::new(|name| match name {
        "AWS_ENDPOINT_URL" => Some(url.clone()),
        "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("us-east-1".to_owned()),
        _ => None,
    });
    let client = Connection::new(&AwsSettings::load(&mut settings)).unwrap().dynamodb();
    let served = thread::spawn(move || script.map(|line| serve(listener.accept().unwrap().0, line)).into());
    (client, served)
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
pub(crate) fn failed_on(item: Option<Value>) -> Option<(u16, Value)> {
    let mut answer =
        json!({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"});
    answer.as_object_mut().unwrap().extend(item.map(|item| ("Item".to_owned(), item)));
    Some((400, answer))
}
