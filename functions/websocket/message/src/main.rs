//! Wiring only: settings, clients, run. Behaviour is in [`message::Messages::answer`].

use aws::{ChannelStore, Connection, JobsQueue};
use channels::Rules;
use lambda_runtime::{LambdaEvent, service_fn};
use message::{Config, Messages};
use runtime::{Error, Unquoted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let connection = Connection::new(&config.aws)?;
    let messages = &Messages {
        store: ChannelStore::new(connection.dynamodb(), config.tables),
        queue: JobsQueue::new(&connection, config.queue_url),
        rules: runtime::packed(&config.rules_file, Rules::decode)?,
        subscription_cap: config.subscription_cap,
        clock_ms: runtime::clock_ms,
        random: || {
            let mut bits = [0; 16];
            getrandom::fill(&mut bits).ok().map(|()| u128::from_ne_bytes(bits))
        },
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Unquoted<_>>| async move {
        Ok::<_, Error>(messages.answer(event.payload.0).await)
    }))
    .await
}
