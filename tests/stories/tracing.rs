//! One request id goes through everything.

use std::time::{Duration, Instant};

use aws_sdk_cloudwatchlogs::Client;
use e2e::{Call, Stack};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The log lines of all functions that name `id`, once `count` groups have one.
pub(crate) async fn lines_with(id: &str, count: usize) -> Vec<String> {
    let client = Client::new(Stack::get().connection().shared());
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        let mut found = Vec::new();
        let groups = client.describe_log_groups().send().await.expect("log groups").log_groups.unwrap_or_default();
        for group in groups {
            let name = group.log_group_name.unwrap_or_default();
            let those = client.filter_log_events().log_group_name(&name).filter_pattern(format!("\"{id}\""));
            let events = those.send().await.expect("log events").events.unwrap_or_default();
            found.extend(events.into_iter().filter_map(|event| event.message).map(|line| format!("{name}: {line}")));
        }
        if found.len() >= count || Instant::now() > give_up {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn one_request_id_is_in_the_answer_and_in_every_log() {
    // A key that API Gateway has kept no answer for, so that the authorizer is asked.
    let key = std::thread::spawn(|| Stack::get().new_key("tracing", true)).join().expect("a key");
    let call = Call::new("POST", "/carts").header("traceparent", TRACEPARENT).header("x-api-key", &key);
    let answer = Stack::get().call(call.body("application/json", r#"{"currency":"EUR"}"#));
    let id = answer.header("x-amzn-requestid").expect("a request id").to_owned();
    assert_eq!(answer.header("apigw-requestid"), Some(id.as_str()));
    let lines = lines_with(&id, 3).await;
    for (said, traced) in
        [("allowed", false), ("\"route\":\"POST /carts\",\"status\":201", true), ("\"status\":201", true)]
    {
        let line = lines.iter().find(|line| line.contains(said) && (!traced || line.contains(TRACEPARENT)));
        assert!(line.is_some(), "no line says {said}: {lines:#?}");
    }
    assert!(lines.len() >= 3, "authorizer, router and cart: {lines:#?}");
}
