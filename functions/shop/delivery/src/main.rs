//! Wiring only: settings, clients, run. Behaviour is in [`delivery::callback`].

use delivery::{Callbacks, Config};
use lambda_runtime::{LambdaEvent, service_fn};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let callbacks = &Callbacks::connect(runtime::start(Config::load)?)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| async {
        callbacks.answer(event.payload).await.map_err(Error::from)
    }))
    .await
}
