//! Wiring only: settings, table, clients, run. Behaviour is in [`router::Router::route`].

use aws::{Connection, Issuers, KeysTable, NetworkBackends};
use gateway::Gateway;
use identity::{CachedKeys, KEYS_TTL_MS, KeySets};
use lambda_runtime::LambdaEvent;
use router::{Config, Renewal, Router, Told, load_table, metering, usage_plans};
use runtime::{Error, Unquoted, event::HttpEvent};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let table = load_table(&config.table_file)?;
    let connection = Connection::new(&config.aws)?;
    let backends = NetworkBackends::new(&connection);
    // They live as long as the process.
    let plans: &'static _ = Box::leak(Box::new(usage_plans(&connection, &config)?));
    let metering: &'static _ = Box::leak(Box::new(metering(&connection, &config)));
    let here = config.here();
    let issuers = KeySets::new(Issuers::new(&config.aws));
    let keys = CachedKeys::new(KeysTable::new(connection.dynamodb(), config.api_keys_table), KEYS_TTL_MS);
    let gateway = Gateway::new(table, backends, keys).with_issuers(issuers).with_plans(plans);
    let router: &'static _ = Box::leak(Box::new(Router::new(gateway, here).with_metering(metering)));
    let route = move |event: LambdaEvent<Unquoted<HttpEvent>>| async move {
        Ok::<_, Error>(router.route(event.payload.0, event.context.xray_trace_id).await?)
    };
    runtime::run(route, (Renewal(plans), Told(metering))).await
}
