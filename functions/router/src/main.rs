//! Wiring only: settings, then [`router::serve`] with every integration. Behaviour is in [`router::Router::route`].

use aws::NetworkBackends;
use router::Config;
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    router::serve(runtime::start(Config::load)?, NetworkBackends::new).await
}
