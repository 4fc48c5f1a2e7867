//! Wiring only: settings, clients, run. Behaviour is in [`metering::handle`].

use aws::{Connection, LedgerTable};
use lambda_runtime::{LambdaEvent, service_fn};
use metering::{Clock, Config, handle, native_routes};
use runtime::Error;

struct Machine;

impl Clock for Machine {
    fn now_ms(&self) -> u64 {
        runtime::clock_ms()
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let native = &native_routes(&config.routes_file)?;
    let dynamodb = Connection::new(&config.aws)?.dynamodb();
    let ledger = &LedgerTable::new(dynamodb, config.ledger_table).keeping(config.retention_days);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handle(event.payload, ledger, native, &Machine).await?)
    }))
    .await
}
