//! Wiring only: settings, table, clients, run. Behaviour is in [`router::Router::route`].

use aws::{Connection, KeysTable, NetworkBackends};
use gateway::Gateway;
use identity::{CachedKeys, KEYS_TTL_MS};
use lambda_runtime::{LambdaEvent, service_fn};
use router::{Config, Router, load_table};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let table = load_table(&config.table_file)?;
    let connection = Connection::new(&config.aws)?;
    let backends = NetworkBackends::new(&connection);
    let here = config.here();
    let keys = CachedKeys::new(KeysTable::new(connection.dynamodb(), config.api_keys_table), KEYS_TTL_MS);
    let router = &Router::new(Gateway::new(table, backends, keys), here);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(router.route(event.payload, event.context.xray_trace_id).await?)
    }))
    .await
}
