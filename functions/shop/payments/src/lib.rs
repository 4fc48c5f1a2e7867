//! The shop's payments: the part that was there before, a plain HTTP server in a container. Its API is in `docs/shop.md`.
//!
//! [`payment`] holds the rules: functions from values to values. [`store`] and [`bank`] are the ports they need, kept by
//! [`dynamo_store`], [`memory`] and [`http_bank`]. A request goes through [`server`], [`request`] and [`service`];
//! [`refunds`] takes what the delivery puts on a queue. [`stand_in`] is the bank that tests talk to.

pub mod bank;
pub mod contract;
pub mod dynamo_store;
pub mod http_bank;
pub mod memory;
pub mod money;
pub mod payment;
pub mod refunds;
pub mod request;
pub mod server;
pub mod service;
pub mod stand_in;
pub mod store;

use std::{future::Future, sync::Arc, time::Duration};

use aws::{AwsSettings, Connection, NetworkBackends};
use settings::Settings;
use tokio::net::TcpListener;

use crate::{dynamo_store::DynamoPayments, http_bank::HttpBank, refunds::RefundQueue, service::Payments};

/// How long the queue is left alone after it did not answer.
const PAUSE: Duration = Duration::from_secs(5);

/// What the server is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of payments.
    pub payments_table: String,
    /// The queue of refunds; without one, nobody is refunded.
    pub refund_queue_url: Option<String>,
    /// The bank.
    pub bank_url: String,
    /// How long the bank may take for one call.
    pub bank_timeout_ms: u32,
    /// How long a request may be at a payment.
    pub lease_ms: u64,
    /// Where the server listens: `0.0.0.0:8080`.
    pub listen: String,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            payments_table: settings.text("PAYMENTS_TABLE"),
            refund_queue_url: settings.optional("REFUND_QUEUE_URL"),
            bank_url: settings.text("BANK_URL"),
            // Twice this, and the writes between, are less than the 10 s for which the gateway waits.
            bank_timeout_ms: settings.number_or("BANK_TIMEOUT_MS", 3_000),
            lease_ms: settings.number_or("LEASE_MS", 20_000),
            listen: settings.optional("LISTEN").unwrap_or_else(|| "0.0.0.0:8080".to_owned()),
        }
    }

    /// The service over AWS and the bank.
    ///
    /// # Errors
    /// A sentence that names a setting that is wrong.
    pub fn connect(&self) -> Result<Payments<DynamoPayments, HttpBank>, String> {
        let connection = Connection::new(&self.aws)?;
        let bank = HttpBank::new(NetworkBackends::new(&connection), self.bank_url.clone(), self.bank_timeout_ms);
        let store = DynamoPayments::new(connection.dynamodb(), self.payments_table.clone(), write_id);
        Ok(Payments { store, bank, clock_ms: runtime::clock_ms, lease_ms: self.lease_ms })
    }

    /// The queue of refunds, if there is one.
    ///
    /// # Errors
    /// As [`Config::connect`].
    pub fn refunds(&self) -> Result<Option<RefundQueue>, String> {
        let Some(url) = self.refund_queue_url.clone() else { return Ok(None) };
        let backends = NetworkBackends::new(&Connection::new(&self.aws)?);
        Ok(Some(RefundQueue { backends, url, region: self.aws.region().to_owned() }))
    }
}

/// Serves, and takes refunds, until `stop`; requests that are under way are answered.
///
/// # Errors
/// When it cannot listen, or a setting is wrong.
pub async fn run(config: Config, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), runtime::Error> {
    let payments = Arc::new(config.connect()?);
    let refunds = config.refunds()?;
    let listener = TcpListener::bind(&config.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let served = axum::serve(listener, server::routes(payments.clone())).with_graceful_shutdown(stop);
    tokio::select! {
        ended = async { served.await } => Ok(ended?),
        () = take_refunds(&payments, refunds) => Ok(()),
    }
}

/// Takes refunds for ever; without a queue, waits for ever.
async fn take_refunds(payments: &Payments<DynamoPayments, HttpBank>, queue: Option<RefundQueue>) {
    let Some(queue) = queue else { return std::future::pending().await };
    loop {
        if let Err(error) = queue.take(payments).await {
            tracing::error!(error, "the queue of refunds does not answer");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Serves the bank that stands in for tests.
///
/// # Errors
/// When it cannot listen.
pub async fn run_bank(listen: &str, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), runtime::Error> {
    let listener = TcpListener::bind(listen).await?;
    Ok(axum::serve(listener, stand_in::routes()).with_graceful_shutdown(stop).await?)
}

/// Until the container is told to stop.
pub async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            terminated.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// Another text each time.
fn write_id() -> String {
    let mut random = [0; 8];
    // Without random bytes, a write whose answer is lost counts as a lost race, which a repeat mends.
    let _ = getrandom::fill(&mut random);
    format!("{:016x}", u64::from_be_bytes(random))
}
