//! Sends events to the service as Lambda does, and reads what Lambda would hand back.

use lambda_http::{Context, LambdaEvent, tower::ServiceExt as _};
use serde_json::{Value, json};

use crate::{
    announcer::Announcer,
    cart::{Cart, CartId, Lifetime, add},
    customer::Customer,
    item::{Item, ItemName, Quantity, Sku, UnitPrice},
    memory::{Heard, MemoryCarts, MemoryTill},
    money::{Currency, Money},
    order::Order,
    service::CartService,
    store::CartStore,
    tenant::Tenant,
    till::Till,
};

/// The clock of every test: 2026-01-31T12:00:00Z.
pub(crate) const NOW_S: u64 = 1_769_860_800;
pub(crate) const TTL_S: u64 = 30 * 24 * 60 * 60;
/// The known cart's id, and what the next new cart gets.
pub(crate) const KNOWN: &str = "7f3a9c0e5d1b4826a1c4e8f09b2d6357";
pub(crate) const NEXT: &str = "000102030405060708090a0b0c0d0e0f";

/// A response as Lambda hands it to API Gateway, its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) body: Value,
}

/// A store whose carts a till can reach.
pub(crate) trait Beside {
    /// They.
    fn carts(&self) -> MemoryCarts;
}

impl Beside for MemoryCarts {
    fn carts(&self) -> MemoryCarts {
        self.clone()
    }
}

/// A service over `store`, in a shop that sells what the known cart holds.
pub(crate) fn service<S: CartStore + Beside>(store: S) -> CartService<S, MemoryTill, Heard> {
    let price = |amount| Money { amount, currency: Currency::parse("EUR").unwrap() };
    let till = MemoryTill::beside(&store.carts());
    let till = till.selling("TEA-EARL-GREY-100", price(1250)).selling("MUG-BLUE", price(1999));
    let random = || Some(std::array::from_fn(|at| u8::try_from(at).unwrap()));
    CartService { store, till, announcer: Heard::default(), ttl_s: TTL_S, clock_ms: || NOW_S * 1000, random }
}

/// A store in which tenant `demo` has the cart that `docs/cart.md` shows, at version 3.
pub(crate) fn prepared() -> MemoryCarts {
    MemoryCarts::default().holding(&Tenant::parse("demo").unwrap(), known_cart())
}

pub(crate) fn known_cart() -> Cart {
    // The end of 2099, so that whoever puts the documented item into a table finds it alive.
    let lifetime = Lifetime { updated_at_s: NOW_S, expires_at_s: 4_102_444_799 };
    let empty = Cart::new(CartId::parse(KNOWN).unwrap(), Currency::parse("EUR").unwrap(), lifetime);
    let one = add(&empty, item("TEA-EARL-GREY-100", "Earl Grey, 100 g", 2, 1250), lifetime).unwrap();
    add(&one, item("MUG-BLUE", "Mug, blue", 1, 1999), lifetime).unwrap()
}

/// The order that the known cart becomes when `ann` checks it out.
pub(crate) fn known_order() -> Order {
    let customer = Some(Customer::parse("ann").unwrap());
    Order::of(known_cart().at_version(4).frozen_for(customer)).unwrap()
}

pub(crate) fn item(sku: &str, name: &str, quantity: u64, amount: u64) -> Item {
    let price = UnitPrice::parse(Money { amount, currency: Currency::parse("EUR").unwrap() }).unwrap();
    let (sku, name) = (Sku::parse(sku).unwrap(), ItemName::parse(name).unwrap());
    Item::new(sku, name, Quantity::parse(quantity).unwrap(), price).unwrap()
}

/// An event of payload 2.0 as the gateway's router builds it, for `request` such as `GET /carts/1`.
pub(crate) fn event(request: &str, body: Option<&str>) -> Value {
    let (method, path) = request.split_once(' ').unwrap();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.com"},
        "requestContext": {
            "requestId": "request-1",
            "stage": "$default",
            "authorizer": {"lambda": {"tenant": "demo", "keyId": "key-demo", "planId": "starter"}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"},
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// `event` with another value at `pointer`, such as `/headers/if-match`.
pub(crate) fn with(mut event: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value.into();
    event
}

pub(crate) async fn send(service: &CartService<impl CartStore, impl Till, impl Announcer>, event: &Value) -> Answer {
    let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), Context::default());
    let response = crate::lambda(service).oneshot(event).await.unwrap();
    let response = serde_json::to_value(response).unwrap();
    let body = response["body"].as_str().unwrap_or_default();
    // Payload 1.0 is answered with lists of values.
    let headers = if response["headers"] == json!({}) { &response["multiValueHeaders"] } else { &response["headers"] };
    Answer {
        status: response["statusCode"].as_u64().unwrap(),
        headers: headers.clone(),
        body: if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() },
    }
}
