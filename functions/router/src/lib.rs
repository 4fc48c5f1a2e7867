//! The dispatcher: one HTTP event in, one integration called, one response out.
//!
//! The way of a request is [`gateway::Gateway::answer`]; this crate gives it its table, its clients and its log line.

mod metering;
mod serve;
mod usage_plans;

use std::{collections::BTreeMap, fs, time::Instant};

use aws::AwsSettings;
use definition::Table;
use gateway::{Admit, Backends, Gateway, GatewayRequest, NoIssuers, NoPlans, Outcome, PartFailure, Refusal};
use identity::{KeyFetcher, KeyLookup};
use runtime::event::{EventProblem, HttpEvent, Reply, Shape, Surroundings};
use settings::Settings;
use tracing::Instrument as _;
use usage::{Answered, Delivery, Queue};

use crate::metering::Asked;

pub use metering::{Metering, Told, metering};
pub use serve::serve;
pub use usage_plans::{Renewal, StoredPlans, usage_plans};

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of API keys.
    pub api_keys_table: String,
    /// The table of usage plans.
    pub usage_plans_table: String,
    /// The table of what is counted.
    pub counters_table: String,
    /// The queue that usage is told to; without it, nothing is counted.
    pub usage_queue_url: Option<String>,
    /// How soon it is told.
    pub usage_delivery: Delivery,
    /// Where the compiled API lies: beside `bootstrap`.
    pub table_file: String,
    /// The base path of a custom domain or load balancer, else empty.
    pub base_path: String,
    /// Stage variables for events that carry none.
    pub stage_variables: BTreeMap<String, String>,
}

impl Config {
    /// What the router is to know of where it runs.
    pub fn here(&self) -> Here {
        let region = self.aws.region().to_owned();
        Here { region, base_path: self.base_path.clone(), stage_variables: self.stage_variables.clone() }
    }

    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            api_keys_table: settings.text("API_KEYS_TABLE"),
            usage_plans_table: settings.text("USAGE_PLANS_TABLE"),
            counters_table: settings.text("COUNTERS_TABLE"),
            usage_queue_url: settings.optional("USAGE_QUEUE_URL"),
            usage_delivery: delivery(settings),
            table_file: settings.text("LAMBDA_TASK_ROOT") + "/api.table",
            base_path: settings.optional("BASE_PATH").unwrap_or_default(),
            stage_variables: settings.map("STAGE_VARIABLES"),
        }
    }
}

fn delivery(settings: &mut Settings<'_>) -> Delivery {
    match settings.optional("USAGE_DELIVERY").as_deref() {
        None | Some("strict") => Delivery::Strict,
        Some("batched") => Delivery::Batched,
        Some(other) => {
            settings.problem(format!("USAGE_DELIVERY is {other:?}, and neither strict nor batched"));
            Delivery::Strict
        }
    }
}

/// The router's state between requests.
pub struct Router<B, K, F = NoIssuers, A = NoPlans, Q: 'static = NoQueue> {
    gateway: Gateway<B, K, F, A>,
    here: Here,
    metering: Option<&'static Metering<Q>>,
}

/// The queue of a router that counts nothing.
pub enum NoQueue {}

/// Where the router runs: what it knows of requests that their events do not say.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// The region.
    pub region: String,
    /// [`Config::base_path`].
    pub base_path: String,
    /// [`Config::stage_variables`].
    pub stage_variables: BTreeMap<String, String>,
}

/// Reads the compiled API. It is kept until the process ends, so that what no request asks for is never copied.
///
/// # Errors
/// A sentence with the file's name, when it cannot be read or is not a table.
pub fn load_table(file: &str) -> Result<Table<'static>, String> {
    let bytes =
        fs::read(file).map_err(|error| format!("cannot start: the API's table {file} cannot be read: {error}"))?;
    Table::decode(bytes.leak()).map_err(|error| format!("cannot start: the API's table {file} is refused: {error}"))
}

impl<B: Backends, K: KeyLookup, F: KeyFetcher, A: Admit> Router<B, K, F, A> {
    /// A router over `gateway`, which counts nothing.
    pub fn new(gateway: Gateway<B, K, F, A>, here: Here) -> Self {
        Router { gateway, here, metering: None }
    }

    /// The same router, which counts each answer.
    #[must_use]
    pub fn with_metering<Q: Queue>(self, metering: &'static Metering<Q>) -> Router<B, K, F, A, Q> {
        Router { gateway: self.gateway, here: self.here, metering: Some(metering) }
    }
}

impl<B: Backends, K: KeyLookup, F: KeyFetcher, A: Admit, Q> Router<B, K, F, A, Q> {
    fn count(&self, answered: &Answered<'_>) {
        if let Some(metering) = self.metering {
            metering.count(answered);
        }
    }

    /// Answers one event.
    ///
    /// # Errors
    /// When the event is not an HTTP event: then there is no client to answer.
    pub async fn route(&self, event: HttpEvent, trace_id: Option<String>) -> Result<Reply, EventProblem> {
        let started = Instant::now();
        let surroundings = Surroundings {
            stage_variables: self.here.stage_variables.clone(),
            base_path: self.here.base_path.clone(),
            region: self.here.region.clone(),
            now_ms: runtime::clock_ms(),
            trace_id,
        };
        let (request, shape) = match event.into_request(&surroundings) {
            Ok(parsed) => parsed,
            Err(EventProblem::Body { shape, request_id }) => {
                let reply = refuse_body(shape, request_id);
                self.count(&Answered { status: reply.status(), micros: micros(started), ..Answered::default() });
                return Ok(reply);
            }
            Err(problem) => return Err(problem),
        };
        let span = tracing::info_span!("request", requestId = request.request_id);
        async {
            let (seen, asked) = (Seen::of(&request), Asked::of(&request));
            let outcome = self.gateway.answer(request).await;
            let (reply, too_large) = Reply::new(shape, &outcome.response);
            if too_large {
                tracing::error!("the response is larger than Lambda carries and became a 502");
            }
            let micros = micros(started);
            seen.log(&outcome, reply.status(), micros);
            self.count(&asked.answered(&outcome, reply.status(), micros));
            Ok(reply)
        }
        .instrument(span)
        .await
    }
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The answer to a request whose body could not be read.
fn refuse_body(shape: Shape, request_id: String) -> Reply {
    let _span = tracing::info_span!("request", requestId = request_id).entered();
    let mut response = Refusal::Body.response();
    tracing::info!(status = response.status, refusal = %Refusal::Body, "answered");
    response.headers.set("x-amz-apigw-id", request_id.as_str());
    response.headers.set("x-amzn-requestid", request_id);
    Reply::new(shape, &response).0
}

/// What the log says of a request: no path, for ids are in it; no header but the trace. Of an integration that failed, what it
/// calls, the cause, and the attempts if there were several.
struct Seen {
    method: String,
    traceparent: Option<String>,
}

impl Seen {
    fn of(request: &GatewayRequest) -> Self {
        let traceparent = request.headers.get("traceparent").and_then(runtime::traceparent).map(str::to_owned);
        Seen { method: request.method.clone(), traceparent }
    }

    fn log(&self, outcome: &Outcome, status: u16, micros: u64) {
        let principal = outcome.principal.as_ref();
        let refusal = outcome.refusal.as_ref().map(ToString::to_string);
        let integration = outcome.called.as_deref();
        let method = self.method.as_str();
        let route = outcome.route.as_deref();
        let (key_id, tenant) =
            (principal.and_then(|p| p.key_id.as_deref()), principal.and_then(|p| p.tenant.as_deref()));
        let traceparent = self.traceparent.as_deref();
        for PartFailure { part, called, refusal } in &outcome.failed_parts {
            tracing::warn!(route, part, integration = called.as_deref(), refusal = %refusal, "a part of the aggregate failed");
        }
        // A level is part of a call's place in the code, so the fields stand in a macro.
        macro_rules! answered {
            ($level:ident) => {
                tracing::$level!(
                    method,
                    route,
                    status,
                    micros,
                    keyId = key_id,
                    tenant,
                    integration,
                    refusal,
                    traceparent,
                    "answered"
                )
            };
        }
        if status < 500 { answered!(info) } else { answered!(error) }
    }
}
