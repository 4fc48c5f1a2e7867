//! Wiring only: settings, clients, run. Behaviour is in [`connect::connect`].

use aws::{ChannelStore, ChannelTables, Connection};
use connect::{Config, connect};
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let tables = ChannelTables { connections: config.connections_table, ..ChannelTables::default() };
    let store = &ChannelStore::new(Connection::new(&config.aws)?.dynamodb(), tables);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(connect(event.payload, store, config.caps, runtime::clock_ms() / 1000).await?)
    }))
    .await
}
