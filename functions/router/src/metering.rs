//! Counting: each answer, and what is told of it when no client waits.

use std::time::Duration;

use aws::{Connection, UsageQueue};
use gateway::{GatewayRequest, Outcome, Refusal};
use runtime::AfterResponse;
use usage::{Answered, Delivery, Queue, Telling};

use crate::Config;

/// How long telling may take: a queue that does not answer must not hold the sandbox.
const MOST_WORK: Duration = Duration::from_secs(2);

/// What a router counts, and where it tells it; without a queue, nowhere.
pub struct Metering<Q> {
    telling: Telling,
    queue: Option<Q>,
}

/// Telling as work that no client waits for.
pub struct Told<Q: 'static>(pub &'static Metering<Q>);

/// The counting of this sandbox, as its settings say. No identity is drawn before the first answer.
pub fn metering(connection: &Connection, config: &Config) -> Metering<UsageQueue> {
    let queue = config.usage_queue_url.clone().map(|url| UsageQueue::new(connection.sqs(), url));
    Metering::new(config.usage_delivery, queue)
}

impl<Q> Metering<Q> {
    /// Counts for a queue.
    pub fn new(delivery: Delivery, queue: Option<Q>) -> Self {
        Metering { telling: Telling::new(delivery), queue }
    }

    /// How many answers were counted and not told.
    pub fn untold(&self) -> u64 {
        self.telling.untold()
    }

    /// Counts an answer.
    pub fn count(&self, answered: &Answered<'_>) {
        if self.queue.is_none() {
            return;
        }
        if let Err(error) = self.telling.count(answered, runtime::clock_ms(), runtime::random_id) {
            tracing::error!(error, "the answer is not counted");
        }
    }
}

impl<Q: Queue> AfterResponse for Told<Q> {
    async fn after_response(&self) {
        let Some(queue) = &self.0.queue else { return };
        let telling = self.0.telling.tell_due(queue, runtime::clock_ms());
        match tokio::time::timeout(MOST_WORK, telling).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, untold = self.0.untold(), "usage is told later"),
            Err(_) => tracing::warn!(untold = self.0.untold(), "telling of usage took too long: it is told later"),
        }
    }

    async fn shut_down(&self) {
        let Some(queue) = &self.0.queue else { return };
        if let Err(error) = self.0.telling.tell(queue).await {
            tracing::error!(%error, untold = self.0.untold(), "usage is lost");
        }
    }
}

/// What is counted of a request that the outcome takes along.
pub(crate) struct Asked {
    stage: String,
    bytes_in: u64,
}

impl Asked {
    pub(crate) fn of(request: &GatewayRequest) -> Self {
        Asked { stage: request.stage.name.clone(), bytes_in: length(&request.body) }
    }

    /// What is counted of its answer.
    pub(crate) fn answered<'a>(&'a self, outcome: &'a Outcome, status: u16, micros: u64) -> Answered<'a> {
        let principal = outcome.principal.as_ref();
        let of_caller = |text: Option<&'a String>| text.map(String::as_str).unwrap_or_default();
        let refused = |refusal: &Refusal| {
            let plan = if let Refusal::Plan(plan) = refusal { Some(plan) } else { None };
            plan.is_some_and(|plan| !matches!(plan, plans::Refusal::Unavailable { .. } | plans::Refusal::NotInPlan))
        };
        // What was too large to be sent is not in the answer.
        let sent = status == outcome.response.status;
        Answered {
            tenant: of_caller(principal.and_then(|principal| principal.tenant.as_ref())),
            key: of_caller(principal.and_then(|principal| principal.key_id.as_ref())),
            plan: of_caller(outcome.plan_id.as_ref()),
            stage: &self.stage,
            route: of_caller(outcome.route.as_ref()),
            status,
            units: outcome.units,
            bytes_in: self.bytes_in,
            bytes_out: if sent { length(&outcome.response.body) } else { 0 },
            micros,
            cache_hit: false,
            throttled: outcome.refusal.as_ref().is_some_and(refused),
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
