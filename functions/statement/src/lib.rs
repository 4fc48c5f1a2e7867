//! What was used, told over HTTP: to a caller its own use and what is left of its quota, and to whoever operates the gateway
//! that of all tenants. The shapes are in `docs/metering.md`.
//!
//! | | |
//! |---|---|
//! | [`caller`] | whose statement it is: who the gateway says is calling |
//! | [`own`] | `GET /usage`, `GET /me/usage` |
//! | [`tenants`] | `GET /usage/tenants` |
//! | [`sums`], [`figures`] | counts as they are added up, and as an answer tells them |
//!
//! It reads the ledger, the counters and the plans, and changes nothing.

mod caller;
mod figures;
mod own;
mod sums;
mod tenants;

use aws::{AwsSettings, Connection, CountersTable, LedgerTable, UsagePlansTable};
use gateway::{GatewayRequest, GatewayResponse};
use plans::{CachedPlans, CounterError, Counters, PlanStore, PlanStoreError};
use runtime::event::{EventProblem, HttpEvent, Reply};
use serde::Serialize;
use serde_json::json;
use settings::Settings;
use usage::{Ledger, LedgerError};

use crate::caller::Caller;

/// The feature of an API key that unlocks the statement of all tenants.
const OPERATOR: &str = "operator";

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The ledger's table.
    pub ledger_table: String,
    /// The table of counters.
    pub counters_table: String,
    /// The table of usage plans.
    pub usage_plans_table: String,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            ledger_table: settings.text("USAGE_TABLE"),
            counters_table: settings.text("COUNTERS_TABLE"),
            usage_plans_table: settings.text("USAGE_PLANS_TABLE"),
        }
    }
}

/// The function: what it reads, and by which clock.
pub struct Statements<L, C, S> {
    /// What was used.
    pub ledger: L,
    /// What quotas have granted.
    pub counters: C,
    /// What plans say.
    pub plans: CachedPlans<S>,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
}

/// Why there is no statement.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("there is nothing here: this service has GET /usage, GET /me/usage and GET /usage/tenants")]
    NoSuchPath,
    #[error("the gateway does not say whose call this is: the operation must ask for an API key or name a tenant")]
    Nobody,
    #[error("this is for keys with the feature {OPERATOR}")]
    NoOperator,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Counters(#[from] CounterError),
    #[error(transparent)]
    Plans(#[from] PlanStoreError),
}

impl Statements<LedgerTable, CountersTable, UsagePlansTable> {
    /// Over DynamoDB.
    ///
    /// # Errors
    /// A sentence that names a setting that is wrong.
    pub fn connect(config: Config) -> Result<Self, String> {
        let dynamodb = Connection::new(&config.aws)?.dynamodb();
        Ok(Statements {
            ledger: LedgerTable::new(dynamodb.clone(), config.ledger_table),
            counters: CountersTable::new(dynamodb.clone(), config.counters_table),
            plans: CachedPlans::new(UsagePlansTable::new(dynamodb, config.usage_plans_table)),
            clock_ms: runtime::clock_ms,
        })
    }
}

impl<L: Ledger, C: Counters, S: PlanStore> Statements<L, C, S> {
    /// Answers one event.
    ///
    /// # Errors
    /// When it is not an HTTP event.
    pub async fn answer(&self, event: HttpEvent) -> Result<Reply, EventProblem> {
        let now_ms = (self.clock_ms)();
        runtime::event::answer(event, now_ms, async |request| match self.statement(&request, now_ms).await {
            Ok(response) => response,
            Err(refusal) => refused(&request, &refusal),
        })
        .await
    }

    async fn statement(&self, request: &GatewayRequest, now_ms: u64) -> Result<GatewayResponse, Refusal> {
        if request.method != "GET" {
            return Err(Refusal::NoSuchPath);
        }
        let caller = Caller::of(request).ok_or(Refusal::Nobody)?;
        match request.path.as_str() {
            "/usage" | "/me/usage" => Ok(shown(&own::statement(self, &caller, now_ms).await?)),
            "/usage/tenants" if !caller.has(OPERATOR) => Err(Refusal::NoOperator),
            "/usage/tenants" => Ok(shown(&tenants::statement(&self.ledger, now_ms).await?)),
            _ => Err(Refusal::NoSuchPath),
        }
    }
}

fn shown(statement: &impl Serialize) -> GatewayResponse {
    told(200, &json!(statement))
}

fn refused(request: &GatewayRequest, refusal: &Refusal) -> GatewayResponse {
    let status = match refusal {
        Refusal::NoSuchPath => 404,
        Refusal::Nobody | Refusal::NoOperator => 403,
        Refusal::Ledger(_) | Refusal::Counters(_) | Refusal::Plans(_) => 503,
    };
    if status == 503 {
        tracing::error!(error = %refusal, "failed");
        let mut response = told(503, &json!({"message": "Service Unavailable", "requestId": request.request_id}));
        response.headers.add("retry-after", "1");
        return response;
    }
    tracing::info!(status, reason = %refusal, "refused");
    told(status, &json!({"message": refusal.to_string()}))
}

/// Nobody may keep it: the next answer tells other counts.
fn told(status: u16, body: &serde_json::Value) -> GatewayResponse {
    let mut response = GatewayResponse::json(status, body);
    response.headers.add("cache-control", "no-store");
    response
}
