//! Wiring only: settings, clients, run. Behaviour is in [`broadcast::Broadcaster::handle`].

use aws::{ChannelStore, Connection, ConnectionsApi, JobsQueue};
use broadcast::{Broadcaster, Config, Posting};
use channels::Rules;
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{Error, Unquoted};
use tokio::time::{Duration, Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let connection = Connection::new(&config.aws)?;
    let broadcaster = &Broadcaster {
        store: ChannelStore::new(connection.dynamodb(), config.tables),
        queue: JobsQueue::new(&connection, config.queue_url),
        rules: runtime::packed(&config.rules_file, Rules::decode)?,
        posting: Posting::new(ConnectionsApi::new(&connection, &config.connections_url)?, config.limits),
        clock_ms: runtime::clock_ms,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Unquoted<_>>| async move {
        let left_ms = event.context.deadline.saturating_sub(runtime::clock_ms());
        let deadline = Instant::now() + Duration::from_millis(left_ms);
        Ok::<_, Error>(broadcaster.handle(event.payload.0, deadline).await)
    }))
    .await
}
