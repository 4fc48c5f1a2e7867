//! Wiring only: settings, clients, run. Behaviour is in [`statement::Statements`].

use lambda_runtime::{LambdaEvent, service_fn};
use runtime::Error;
use statement::{Config, Statements};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let statements = &Statements::connect(runtime::start(Config::load)?)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async {
        statements.answer(event.payload).await.map_err(Error::from)
    }))
    .await
}
