//! Wiring only: settings, clients, run. Behaviour is in [`disconnect::disconnect`].

use aws::{ChannelStore, ChannelTables, Connection};
use disconnect::{Config, disconnect};
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let (connections, subscriptions) = (config.connections_table, config.subscriptions_table);
    let tables = ChannelTables { connections, subscriptions, ..ChannelTables::default() };
    let store = &ChannelStore::new(Connection::new(&config.aws)?.dynamodb(), tables);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(disconnect(event.payload, store).await?)
    }))
    .await
}
