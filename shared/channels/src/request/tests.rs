use proptest::prelude::*;

use super::*;
use crate::Answer;

fn check(frame: &str, expected: &str) {
    let asked = read(frame);
    let said = match &asked.request {
        Ok(request) => format!("{request:?}"),
        Err(refusal) => format!("{} {refusal}", refusal.code()),
    };
    assert!(said.contains(expected), "{frame:.60}: {said}");
}

#[test]
fn every_action_is_read() {
    check(r#"{"action":"subscribe","channel":"a/b"}"#, "Subscribe { channel: Channel(\"a/b\"), after: None }");
    check(r#"{"action":"subscribe","channel":"a","after":7}"#, "after: Some(7)");
    check(r#"{"action":"unsubscribe","channel":"a"}"#, "Unsubscribe");
    check(
        r#"{"action":"publish","channel":"a","data":null}"#,
        "Publish { channel: Channel(\"a\"), message_id: None, data: Json(4 bytes) }",
    );
    check(r#"{"action":"publish","channel":"a","data":[1],"messageId":"m-1"}"#, "message_id: Some(MessageId(\"m-1\"))");
    check(r#"{"action":"presence","channel":"a"}"#, "Presence");
    check(r#" {"action":"ping","unknown":{"a":[1]}} "#, "Ping");
    check(r#"{"\u0061ction":"ping"}"#, "Ping");
}

#[test]
fn what_is_no_request_says_what_to_write() {
    for frame in ["", "ping", "[]", "1", "null", "\"ping\"", "{", "{\"action\":}", "\u{feff}{}", "{\"a\":1}x"] {
        check(frame, "NOT_JSON the message is not a JSON object (line");
    }
    for frame in
        ["{}", r#"{"action":1}"#, r#"{"action":"Subscribe"}"#, r#"{"action":null}"#, r#"{"action":"$connect"}"#]
    {
        check(frame, "UNKNOWN_ACTION action is missing or unknown; write subscribe");
    }
    check(r#"{"action":"subscribe"}"#, "BAD_REQUEST channel is missing or wrong; write a string");
    check(r#"{"action":"subscribe","channel":7}"#, "BAD_REQUEST channel");
    check(r#"{"action":"subscribe","channel":"a b"}"#, "BAD_CHANNEL");
    check(r#"{"action":"subscribe","channel":"a\u0000"}"#, "BAD_CHANNEL");
    check(r#"{"action":"subscribe","channel":"\ud800"}"#, "BAD_REQUEST channel");
    check(
        &format!(r#"{{"action":"subscribe","channel":"{}"}}"#, "x".repeat(10_240)),
        "BAD_CHANNEL a channel's name has at most 256",
    );
    for after in ["-1", "1.5", "\"1\"", "null", "99999999999999999999"] {
        check(&format!(r#"{{"action":"subscribe","channel":"a","after":{after}}}"#), "BAD_REQUEST after");
    }
    check(r#"{"action":"publish","channel":"a"}"#, "BAD_REQUEST data");
    check(r#"{"action":"publish","channel":"a","data":1,"messageId":""}"#, "BAD_REQUEST messageId");
    check(r#"{"action":"ping","id":{}}"#, "BAD_REQUEST id");
    check(&format!(r#"{{"action":"ping","id":"{}"}}"#, "x".repeat(128)), "BAD_REQUEST id");
}

#[test]
fn what_no_subscriber_could_get_is_refused() {
    let publish = |length: usize| format!(r#"{{"action":"publish","channel":"a","data":"{}"}}"#, "x".repeat(length));
    check(&publish(MAX_FRAME_BYTES - 200), "Publish");
    check(&publish(MAX_FRAME_BYTES - 60), "TOO_LARGE");
    check(&publish(MAX_FRAME_BYTES), "TOO_LARGE");
}

#[test]
fn an_answer_can_repeat_the_id_of_a_request_that_is_refused() {
    let asked = read(r#"{"action":"subscribe","id":"é-1","channel":"a b"}"#);
    assert_eq!((asked.action, asked.id), (Some("subscribe"), Json::parse("\"é-1\"")));
    assert_eq!(read(r#"{"id":-1.50,"action":"x"}"#).id, Json::parse("-1.50"));
}

#[test]
fn a_deep_frame_is_read_like_any_other() {
    let deep = "[".repeat(60_000) + &"]".repeat(60_000);
    check(&format!(r#"{{"action":"publish","channel":"a","data":{deep}}}"#), "P");
}

proptest! {
    #[test]
    fn no_frame_is_left_without_an_answer_in_json(frame in "\\PC{0,80}|[\\[\\]{}\",:a-z0-9\\\\ ]{0,80}") {
        check_answer(&frame)?;
    }

    #[test]
    fn nor_one_that_is_nearly_a_request(
        action in "subscribe|publish|ping|presence|unsubscribe|x",
        channel in "[a-z/*{}.\\u{0}-\\u{7f}]{0,20}",
        id in "[0-9e.-]{1,6}|\"\\\\?[a-z]{0,3}\"|null|\\{\\}",
        data in "[0-9]{1,3}|\\[|\"x\"|null",
    ) {
        let channel = serde_json::Value::from(channel);
        check_answer(&format!(r#"{{"action":"{action}","id":{id},"channel":{channel},"data":{data}}}"#))?;
    }
}

fn check_answer(frame: &str) -> Result<(), TestCaseError> {
    let asked = read(frame);
    let outcome = asked.request.clone().map(|_| Answer::Pong);
    let answer = Answer::frame(&asked, &outcome);
    prop_assert!(Json::parse(&answer).is_some(), "{} to {}", answer, frame);
    prop_assert!(answer.len() < 1_000);
    // What is no request may still be a job's body: neither reading may panic.
    let _ = crate::Job::parse(frame, "id");
    Ok(())
}
