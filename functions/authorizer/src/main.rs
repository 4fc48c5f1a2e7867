//! Wiring only: settings, clients, run. Behaviour is in [`authorizer::authorize`].

use authorizer::{Config, authorize};
use aws::{Connection, KeysTable};
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let keys = &KeysTable::new(Connection::new(&config.aws)?.dynamodb(), config.api_keys_table);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(authorize(event.payload, keys, runtime::clock_ms()).await?)
    }))
    .await
}
