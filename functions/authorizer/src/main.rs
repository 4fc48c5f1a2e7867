//! Wiring only: settings, doors, clients, run. Behaviour is in [`authorizer::authorize`].

use authorizer::{AuthorizerEvent, Config, Desk, authorize};
use aws::{Connection, Issuers, KeysTable};
use definition::Doors;
use identity::KeySets;
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::{Error, Unquoted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let desk = &Desk {
        doors: runtime::packed(&config.doors_file, Doors::decode)?,
        keys: KeysTable::new(Connection::new(&config.aws)?.dynamodb(), config.api_keys_table),
        issuers: KeySets::new(Issuers::new(&config.aws)),
        stage_variables: config.stage_variables,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Unquoted<AuthorizerEvent>>| async move {
        Ok::<_, Error>(authorize(event.payload.0, desk, runtime::clock_ms()).await?)
    }))
    .await
}
