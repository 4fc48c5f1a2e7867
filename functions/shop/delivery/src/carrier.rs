//! The external system that has the goods and delivers them, as a stand-in: it takes deliveries from the queue and calls
//! back through the gateway, as the real one would from its own account.
//!
//! | what it is asked to deliver | what it does |
//! |---|---|
//! | an article whose SKU begins with `sold-out` | cancels: `out of stock` |
//! | for a customer whose name begins with `lost-` | delivers, and its first callback is lost |
//! | for a customer whose name begins with `never-` | never calls back |
//! | anything else | delivers |
//!
//! A delivery that it is asked for twice is made once, and has the same outcome.

use std::collections::BTreeSet;

use aws::NetworkBackends;
use gateway::{Action, ActionCall, Backends as _, Headers, HttpCall, SqsReceive, Tls};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::signature::{SIGNATURE, Secret, sign};

/// How long SQS waits for a message.
const WAIT_S: u32 = 20;

/// How long one call may take: the wait, and then some.
const CALL_TIMEOUT_MS: u32 = 25_000;

/// A request to deliver, as the state machine puts it on the queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its name: the order's id.
    pub delivery: String,
    /// To whom.
    pub customer: String,
    /// What.
    pub items: Vec<Article>,
    /// Who waits for the outcome.
    pub task_token: String,
}

/// What is to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Article {
    /// Which article.
    pub sku: String,
    /// How many.
    pub quantity: u64,
}

/// What the carrier does about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It calls back: `delivered`, or `cancelled` and why.
    Tell(&'static str, &'static str),
    /// It keeps silent.
    Silence,
}

/// The carrier.
pub struct Carrier {
    /// AWS.
    pub backends: NetworkBackends,
    /// The queue's URL.
    pub queue_url: String,
    /// The gateway's URL, without a slash at its end.
    pub gateway_url: String,
    /// What it signs with.
    pub secret: Secret,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
    /// Deliveries whose callback was lost once.
    pub lost: BTreeSet<String>,
}

/// What the carrier does about `delivery`, where the callbacks of those in `lost` were lost before.
pub fn decide(delivery: &Delivery, lost: &BTreeSet<String>) -> Decision {
    let customer = delivery.customer.as_str();
    let is_lost = customer.starts_with("lost-") && !lost.contains(&delivery.delivery);
    if is_lost || customer.starts_with("never-") {
        Decision::Silence
    } else if delivery.items.iter().any(|article| article.sku.starts_with("sold-out")) {
        Decision::Tell("cancelled", "out of stock")
    } else {
        Decision::Tell("delivered", "")
    }
}

impl Carrier {
    /// Takes what is in the queue, waiting for it.
    ///
    /// # Errors
    /// A sentence, when the queue does not answer. A delivery whose callback was refused is logged, and comes again.
    pub async fn take(&mut self) -> Result<(), String> {
        let receive = SqsReceive {
            queue_url: self.queue_url.clone(),
            max_messages: Some(10),
            wait_s: Some(WAIT_S),
            ..SqsReceive::default()
        };
        let received = self.act(Action::SqsReceive(receive)).await?;
        for message in received.get("Messages").and_then(Value::as_array).into_iter().flatten() {
            if let Err(error) = self.deliver(message).await {
                tracing::error!(error, "a delivery is left in the queue");
            }
        }
        Ok(())
    }

    async fn deliver(&mut self, message: &Value) -> Result<(), String> {
        let text = |name| message.get(name).and_then(Value::as_str).unwrap_or_default();
        let delivery: Delivery = serde_json::from_str(text("Body")).map_err(|error| error.to_string())?;
        let decision = decide(&delivery, &self.lost);
        tracing::info!(delivery = delivery.delivery, ?decision, "decided");
        match decision {
            Decision::Silence => {
                self.lost.insert(delivery.delivery);
            }
            Decision::Tell(outcome, reason) => self.call_back(&delivery, outcome, reason).await?,
        }
        let (queue_url, receipt_handle) = (self.queue_url.clone(), text("ReceiptHandle").to_owned());
        self.act(Action::SqsDelete { queue_url, receipt_handle }).await.map(drop)
    }

    async fn call_back(&self, delivery: &Delivery, outcome: &str, reason: &str) -> Result<(), String> {
        let body = json!({"taskToken": delivery.task_token, "outcome": outcome, "reason": reason}).to_string();
        let signature = sign(&self.secret, (self.clock_ms)() / 1000, &delivery.delivery, body.as_bytes());
        let headers = [("content-type", "application/json"), (SIGNATURE, signature.as_str())];
        let call = HttpCall {
            method: "POST".to_owned(),
            url: format!("{}/deliveries/{}/callback", self.gateway_url, delivery.delivery),
            headers: Headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            body: body.into(),
            tls: Tls::default(),
            timeout_ms: CALL_TIMEOUT_MS,
        };
        let answer = self.backends.send(call).await.map_err(|problem| problem.to_string())?;
        // 410: nobody waits any more, as this is a second message of a delivery that is told already.
        if [204, 410].contains(&answer.status) {
            return Ok(());
        }
        Err(format!("the callback is answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }

    async fn act(&self, action: Action) -> Result<Value, String> {
        let call = ActionCall { action, region: None, credentials: None, timeout_ms: CALL_TIMEOUT_MS };
        let answer = self.backends.act(call).await.map_err(|problem| problem.to_string())?;
        if answer.status >= 300 {
            return Err(format!("SQS answers {}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
