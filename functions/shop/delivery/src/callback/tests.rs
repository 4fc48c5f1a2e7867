use std::sync::Mutex;

use serde_json::Value;

use super::*;
use crate::signature::sign;

const NOW: u64 = 1_769_860_800;

/// A task under the token `t1`, which ends once; `t9` is one that nobody can reach.
#[derive(Default)]
struct OneTask(Mutex<Option<Value>>);

impl Tasks for OneTask {
    async fn succeed(&self, token: &str, output: &str) -> Result<(), TaskProblem> {
        let mut ended = self.0.lock().unwrap();
        match token {
            "t9" => Err(TaskProblem::Unavailable("throttled".to_owned())),
            "t1" if ended.is_none() => {
                *ended = serde_json::from_str(output).unwrap();
                Ok(())
            }
            "t1" => Err(TaskProblem::Over),
            _ => Err(TaskProblem::NoToken),
        }
    }
}

fn secret() -> Secret {
    Secret::parse("a secret of thirty-two bytes or more").unwrap()
}

fn request(path: &str, body: &str, signature: &str) -> GatewayRequest {
    GatewayRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: Headers(vec![(SIGNATURE.to_owned(), signature.to_owned())]),
        body: body.to_owned().into(),
        request_id: "request-1".to_owned(),
        ..GatewayRequest::default()
    }
}

async fn status(tasks: &OneTask, body: &str) -> u16 {
    let signature = sign(&secret(), NOW, "o1", body.as_bytes());
    answer(&request("/deliveries/o1/callback", body, &signature), &secret(), tasks, NOW).await.status
}

#[tokio::test]
async fn a_signed_callback_ends_the_task_that_waits_once() {
    let tasks = OneTask::default();
    let body = r#"{"taskToken": "t1", "outcome": "cancelled", "reason": "no samovar left"}"#;
    assert_eq!(status(&tasks, body).await, 204);
    let told = tasks.0.lock().unwrap().clone();
    assert_eq!(told, Some(json!({"delivery": "o1", "outcome": "cancelled", "reason": "no samovar left"})));
    assert_eq!(status(&tasks, body).await, 410);
}

#[tokio::test]
async fn what_is_not_signed_does_nothing() {
    let tasks = OneTask::default();
    let body = r#"{"taskToken": "t1", "outcome": "delivered"}"#;
    let of_another = sign(&secret(), NOW, "o2", body.as_bytes());
    for signature in ["", "t=1,v1=00", of_another.as_str()] {
        let answer = answer(&request("/deliveries/o1/callback", body, signature), &secret(), &tasks, NOW).await;
        assert_eq!(answer.status, 401, "{signature}");
    }
    assert_eq!(*tasks.0.lock().unwrap(), None);
}

#[tokio::test]
async fn a_callback_says_what_it_must_and_no_more() {
    let tasks = OneTask::default();
    for body in [
        "",
        "{}",
        r#"{"taskToken": "t1", "outcome": "lost"}"#,
        r#"{"taskToken": "t1", "outcome": "delivered", "tip": 1}"#,
        r#"{"taskToken": "t2", "outcome": "delivered"}"#,
    ] {
        assert_eq!(status(&tasks, body).await, 400, "{body}");
    }
    assert_eq!(status(&tasks, &" ".repeat(MAX_BODY_BYTES + 1)).await, 413);
    assert_eq!(status(&tasks, r#"{"taskToken": "t9", "outcome": "delivered"}"#).await, 503);
}

#[tokio::test]
async fn nothing_else_is_here() {
    let tasks = OneTask::default();
    for path in
        ["/", "/deliveries/callback", "/deliveries//callback", "/deliveries/a/b/callback", "/deliveries/%2e/callback"]
    {
        assert_eq!(answer(&request(path, "{}", ""), &secret(), &tasks, NOW).await.status, 404, "{path}");
    }
    let get = GatewayRequest { method: "GET".to_owned(), ..request("/deliveries/o1/callback", "", "") };
    assert_eq!(answer(&get, &secret(), &tasks, NOW).await.status, 404);
}
