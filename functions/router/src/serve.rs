//! The process: its table and clients, and one event after another until it ends.

use aws::{Connection, Issuers, KeysTable};
use gateway::{Backends, Gateway};
use identity::{CachedKeys, KEYS_TTL_MS, KeySets};
use lambda_runtime::LambdaEvent;
use runtime::{Error, Unquoted, event::HttpEvent};

use crate::{Config, Renewal, Router, Told, load_table, metering, usage_plans};

/// Answers events until Lambda ends the process. Integrations are called by what `backends` makes of the connection to AWS:
/// what it does not name is not linked.
///
/// # Errors
/// When the API's table cannot be used, the system gives no random bytes, or Lambda's Runtime API is gone.
pub async fn serve<B: Backends + 'static>(
    config: Config,
    backends: impl FnOnce(&Connection) -> B,
) -> Result<(), Error> {
    let table = load_table(&config.table_file)?;
    let connection = Connection::new(&config.aws)?;
    // They live as long as the process.
    let plans: &'static _ = Box::leak(Box::new(usage_plans(&connection, &config)?));
    let metering: &'static _ = Box::leak(Box::new(metering(&connection, &config)));
    let here = config.here();
    let issuers = KeySets::new(Issuers::new(&config.aws));
    let keys = CachedKeys::new(KeysTable::new(connection.dynamodb(), config.api_keys_table), KEYS_TTL_MS);
    let gateway = Gateway::new(table, backends(&connection), keys).with_issuers(issuers).with_plans(plans);
    let router: &'static _ = Box::leak(Box::new(Router::new(gateway, here).with_metering(metering)));
    let route = move |event: LambdaEvent<Unquoted<HttpEvent>>| async move {
        Ok::<_, Error>(router.route(event.payload.0, event.context.xray_trace_id).await?)
    };
    runtime::run(route, (Renewal(plans), Told(metering))).await
}
