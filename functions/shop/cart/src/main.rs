//! Wiring only: settings, clients, run. Behaviour is in [`cart::service`].

use aws::Connection;
use cart::{Config, dynamo_store::DynamoCarts, service::CartService};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let store = DynamoCarts::new(Connection::new(&config.aws)?.dynamodb(), config.carts_table);
    let service = CartService { store, ttl_s: config.cart_ttl_s, clock_ms: runtime::clock_ms, random: cart::random };
    cart::run(&service).await
}
