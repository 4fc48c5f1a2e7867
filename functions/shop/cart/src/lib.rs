//! The shop's cart service: a typical service behind the gateway, built on `lambda_http`. Its API is in `docs/cart.md`.
//!
//! [`cart`], [`order`], [`item`] and [`money`] are the rules: functions from values to values. [`store`], [`till`] and
//! [`announcer`] are the ports they need, kept by [`dynamo_store`], [`dynamo_till`] and [`memory`], which [`contract`] and
//! [`till_contract`] hold to the same promises. A request goes through
//! [`event`], [`route`], [`request`], [`service`] and [`answer`].

pub mod announcer;
pub mod answer;
mod attributes;
pub mod body;
pub mod cart;
pub mod contract;
pub mod customer;
#[cfg(test)]
mod driver;
pub mod dynamo_store;
pub mod dynamo_till;
pub mod event;
pub mod item;
mod log;
pub mod memory;
pub mod money;
pub mod order;
pub mod precondition;
pub mod refusal;
pub mod request;
pub mod route;
#[cfg(test)]
mod script;
pub mod service;
pub mod store;
pub mod tenant;
pub mod till;
pub mod till_contract;
pub mod view;

use std::convert::Infallible;

use aws::AwsSettings;
use lambda_http::{
    Adapter, LambdaEvent, Service, lambda_runtime, request::LambdaRequest, service_fn, tower::util::MapRequest,
};
use runtime::Unquoted;
use serde::Serialize;
use settings::Settings;

use crate::{announcer::Announcer, service::CartService, store::CartStore, till::Till};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The longest `CART_TTL_DAYS`: ten years. More is a slip of the finger, and DynamoDB bills storage for every day.
const MAX_TTL_DAYS: u64 = 3650;

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of carts.
    pub carts_table: String,
    /// The table of products, which has the prices.
    pub products_table: String,
    /// The table of orders.
    pub orders_table: String,
    /// The queue of broadcasts.
    pub broadcast_queue_url: String,
    /// How long a cart lives after its last change.
    pub cart_ttl_s: u64,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        let (aws, carts_table) = (AwsSettings::load(settings), settings.text("CARTS_TABLE"));
        let days = settings.number_or("CART_TTL_DAYS", 30);
        if !(1..=MAX_TTL_DAYS).contains(&days) {
            settings.problem(format!("CART_TTL_DAYS is {days}, which is not from 1 to {MAX_TTL_DAYS}"));
        }
        let (products_table, orders_table) = (settings.text("PRODUCTS_TABLE"), settings.text("ORDERS_TABLE"));
        let broadcast_queue_url = settings.text("BROADCAST_QUEUE_URL");
        let cart_ttl_s = days.saturating_mul(SECONDS_A_DAY);
        Config { aws, carts_table, products_table, orders_table, broadcast_queue_url, cart_ttl_s }
    }
}

/// The service as Lambda calls it: an API Gateway event in, a response in the shape that its sender understands out.
pub fn lambda<'a, S: CartStore, T: Till, A: Announcer>(
    service: &'a CartService<S, T, A>,
) -> impl Service<LambdaEvent<LambdaRequest>, Response = impl Serialize + use<'a, S, T, A>, Error = Infallible>
+ use<'a, S, T, A> {
    let answer = service_fn(move |request| async move { Ok::<_, Infallible>(service.answer(request).await) });
    MapRequest::new(Adapter::from(answer), event::disarmed)
}

/// Answers events until the process ends.
///
/// # Errors
/// When the Lambda runtime API cannot be reached.
pub async fn run(
    service: &CartService<impl CartStore, impl Till, impl Announcer>,
) -> Result<(), lambda_runtime::Error> {
    let unquoted = |event: LambdaEvent<Unquoted<LambdaRequest>>| LambdaEvent::new(event.payload.0, event.context);
    lambda_runtime::run(MapRequest::new(lambda(service), unquoted)).await
}

/// 128 bits from the system, if it has any.
pub fn random() -> Option<[u8; 16]> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).ok()?;
    Some(bits)
}

#[cfg(test)]
mod tests;
