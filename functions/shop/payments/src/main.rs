//! Wiring only: settings, serve. Behaviour is in [`payments::service`].

use payments::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let config = runtime::start_server(Config::load)?;
    payments::run(config, payments::stopped()).await
}
