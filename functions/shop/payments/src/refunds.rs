//! The queue of refunds: takes its messages one after the other, and tells whoever waits for each.
//!
//! A message is `{"tenant": "…", "order": "…", "taskToken": "…"}`; the token is Step Functions', and may be absent. A message
//! whose refund does not succeed comes back after the queue's visibility timeout, and goes to its dead-letter queue after
//! as many attempts as the queue allows. One that comes twice is refunded once.

use aws::NetworkBackends;
use gateway::{Action, ActionAnswer, ActionCall, Backends as _, Headers, ServiceCall, SqsReceive};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    bank::Bank,
    service::{Payments, Refund},
    store::PaymentStore,
};

/// How long SQS waits for a message: the longest it can, and the cheapest.
const WAIT_S: u32 = 20;

/// How long one call may take: the wait, and then some.
const CALL_TIMEOUT_MS: u32 = 25_000;

/// A queue, and AWS.
pub struct RefundQueue {
    /// AWS.
    pub backends: NetworkBackends,
    /// The queue's URL.
    pub url: String,
    /// The region of the state machine whose tasks wait.
    pub region: String,
}

/// What a message asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundRequest {
    /// Whose order.
    pub tenant: String,
    /// Which order.
    pub order: String,
    /// Who waits for it.
    pub task_token: Option<String>,
}

impl RefundQueue {
    /// Takes what there is, waiting for it, and gives back how many refunds were done.
    ///
    /// # Errors
    /// A sentence, when the queue does not answer. What one message did wrong is logged, and no error.
    pub async fn take<S: PaymentStore, B: Bank>(&self, payments: &Payments<S, B>) -> Result<usize, String> {
        let receive = SqsReceive {
            queue_url: self.url.clone(),
            max_messages: Some(10),
            wait_s: Some(WAIT_S),
            ..SqsReceive::default()
        };
        let received = self.act(Action::SqsReceive(receive)).await?;
        let mut done = 0;
        for message in received.get("Messages").and_then(Value::as_array).into_iter().flatten() {
            match self.refund(payments, message).await {
                Ok(()) => done += 1,
                Err(error) => tracing::error!(error, "a refund is left in the queue"),
            }
        }
        Ok(done)
    }

    async fn refund<S: PaymentStore, B: Bank>(&self, payments: &Payments<S, B>, message: &Value) -> Result<(), String> {
        let text = |name| message.get(name).and_then(Value::as_str).unwrap_or_default();
        let request: RefundRequest = serde_json::from_str(text("Body")).map_err(|error| error.to_string())?;
        let refund = payments.refund(&request.tenant, &request.order).await.map_err(|error| error.to_string())?;
        tracing::info!(order = request.order, refund = ?refund, "refunded");
        if let Some(token) = &request.task_token {
            self.tell(token, refund).await?;
        }
        let (queue_url, receipt_handle) = (self.url.clone(), text("ReceiptHandle").to_owned());
        self.act(Action::SqsDelete { queue_url, receipt_handle }).await.map(drop)
    }

    /// Tells the task that waits. One that waits no more is told by the queue's next message.
    async fn tell(&self, token: &str, refund: Refund) -> Result<(), String> {
        let output = json!({"refunded": refund == Refund::Done}).to_string();
        let body = json!({"taskToken": token, "output": output}).to_string();
        let target = "AWSStepFunctions.SendTaskSuccess";
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let call = ServiceCall {
            service: "states".to_owned(),
            region: self.region.clone(),
            host: format!("states.{}.amazonaws.com", self.region),
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: Headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            body: body.into(),
            credentials: None,
            timeout_ms: CALL_TIMEOUT_MS,
        };
        let answer = self.backends.call(call).await.map_err(|problem| problem.to_string())?;
        let said = String::from_utf8_lossy(&answer.body);
        let waits_no_more = ["TaskTimedOut", "TaskDoesNotExist"].iter().any(|kind| said.contains(kind));
        if answer.status == 200 || waits_no_more { Ok(()) } else { Err(format!("SendTaskSuccess: {}", answer.status)) }
    }

    async fn act(&self, action: Action) -> Result<Value, String> {
        let call = ActionCall { action, region: None, credentials: None, timeout_ms: CALL_TIMEOUT_MS };
        let ActionAnswer { status, body, .. } = self.backends.act(call).await.map_err(|problem| problem.to_string())?;
        if status >= 300 {
            return Err(format!("SQS answers {status}: {}", String::from_utf8_lossy(&body)));
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_say_who_waits() {
        let [tenant, order] = ["demo", "o1"].map(str::to_owned);
        let read = |text| serde_json::from_str::<RefundRequest>(text).unwrap();
        let mut expected = RefundRequest { tenant, order, task_token: None };
        assert_eq!(read(r#"{"tenant": "demo", "order": "o1"}"#), expected);
        expected.task_token = Some("t".to_owned());
        assert_eq!(read(r#"{"tenant": "demo", "order": "o1", "taskToken": "t"}"#), expected);
    }
}
