//! Wiring only: settings, clients, run. Behaviour is in [`cart::service`].

use aws::{Connection, JobsQueue};
use cart::{
    Config, announcer::BroadcastQueue, dynamo_store::DynamoCarts, dynamo_till::DynamoTill, service::CartService,
};
use runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = runtime::start(Config::load)?;
    let connection = Connection::new(&config.aws)?;
    let client = connection.dynamodb();
    let store = DynamoCarts::new(client.clone(), config.carts_table);
    let till = DynamoTill::new(client, store.clone(), config.products_table, config.orders_table);
    let announcer = BroadcastQueue(JobsQueue::new(&connection, config.broadcast_queue_url));
    let (ttl_s, clock_ms, random) = (config.cart_ttl_s, runtime::clock_ms, cart::random);
    let service = CartService { store, till, announcer, ttl_s, clock_ms, random };
    cart::run(&service).await
}
