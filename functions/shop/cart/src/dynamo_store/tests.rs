//! The adapter against a DynamoDB that answers from a script. What it does against a real one, the contract suite shows
//! in `tests/`.

use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::*;
use crate::{
    driver::known_cart,
    script::{Line, failed_on, scripted},
};

/// A table that answers by `script`, and the requests it was sent.
fn table<const N: usize>(script: [Line; N]) -> (DynamoCarts, JoinHandle<Vec<(String, Value)>>) {
    let (client, served) = scripted(script);
    (DynamoCarts::new(client, "carts".to_owned()), served)
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
    let silence = StoreError::Unavailable("no answer within 2s".to_owned());
    assert_eq!(within(std::future::pending::<()>()).await, Err(silence));
}
