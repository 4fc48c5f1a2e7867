//! Wiring only: settings, table, clients, run. Behaviour is in [`router::Router::route`].

use aws::{Connection, Issuers, KeysTable, NetworkBackends};
use gateway::Gateway;
use identity::{CachedKeys, KEYS_TTL_MS, KeySets};
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
    let issuers = KeySets::new(Issuers::new(&config.aws));
    let router = &Router::new(Gateway::new(table, backends, keys).with_issuers(issuers), here);
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(router.route(event.payload, event.context.xray_trace_id).await?)
    }))
    .await
}
