//! The router's usage plans: in DynamoDB, and what is done for them when no client waits.

use std::time::Duration;

use aws::{Connection, CountersTable, UsagePlansTable};
use plans::{Counters, HolderId, PlanStore, UsagePlans};
use runtime::{AfterResponse, Error};

use crate::Config;

/// How long the work after a response may take: a store that does not answer must not hold the sandbox.
const MOST_WORK: Duration = Duration::from_secs(2);

/// Usage plans and counters in DynamoDB, by the system's clock.
pub type StoredPlans = UsagePlans<UsagePlansTable, CountersTable, fn() -> i64>;

/// The usage plans of this sandbox, under an identity that is drawn now.
///
/// # Errors
/// When the system gives no random bytes.
pub fn usage_plans(connection: &Connection, config: &Config) -> Result<StoredPlans, Error> {
    let plans = UsagePlansTable::new(connection.dynamodb(), config.usage_plans_table.clone());
    let counters = CountersTable::new(connection.dynamodb(), config.counters_table.clone());
    Ok(UsagePlans::new(plans, counters, new_id()?, now_ms))
}

/// What usage plans leave to do when a request has been answered.
pub struct Renewal<P: 'static>(pub &'static P);

impl<S: PlanStore, C: Counters, K: Fn() -> i64> AfterResponse for Renewal<UsagePlans<S, C, K>> {
    async fn after_response(&self) {
        let done = tokio::time::timeout(MOST_WORK, self.0.after_response()).await;
        if done.is_err() {
            tracing::warn!("the work for usage plans took too long and goes on after another response");
        }
        self.log_trouble();
    }

    async fn shut_down(&self) {
        self.0.shut_down().await;
        self.log_trouble();
    }

    fn restored(&self) -> Result<(), Error> {
        self.0.restored(new_id()?);
        Ok(())
    }
}

impl<S: PlanStore, C: Counters, K: Fn() -> i64> Renewal<UsagePlans<S, C, K>> {
    fn log_trouble(&self) {
        if let Some(error) = self.0.take_trouble() {
            tracing::error!(error, "usage plans cannot be counted");
        }
    }
}

fn new_id() -> Result<HolderId, Error> {
    Ok(HolderId(runtime::random_id()?))
}

fn now_ms() -> i64 {
    i64::try_from(runtime::clock_ms()).unwrap_or(i64::MAX)
}
