//! Wiring only: settings, clients, run. Behaviour is in [`cart::service`].

use aws::Connection;
use cart::{Config, dynamo_store::DynamoCarts, dynamo_till::DynamoTill, service::CartService};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let client = Connection::new(&config.aws)?.dynamodb();
    let till = DynamoTill::new(client.clone(), config.products_table, config.orders_table);
    let store = DynamoCarts::new(client, config.carts_table);
    let service =
        CartService { store, till, ttl_s: config.cart_ttl_s, clock_ms: runtime::clock_ms, random: cart::random };
    cart::run(&service).await
}
