//! From an outcome or a refusal to a response.

use lambda_http::{
    Body, Response,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER},
    },
};
use serde::Serialize;

use crate::{
    cart::Cart,
    order::Order,
    precondition::etag,
    refusal::Refusal,
    view::{CartView, OrderView},
};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A cart was made.
    Created(Cart),
    /// A cart was read or changed.
    Shown(Cart),
    /// A cart was deleted.
    Deleted,
    /// A cart has become an order.
    Placed(Order),
}

/// The path below which the shop's API shows orders.
const ORDERS: &str = "/orders";

/// The response to what was done. `path` is the request's, below which a new cart is found, and `base` what stands before
/// the path that this service knows: the stage, or nothing.
pub fn outcome(outcome: &Outcome, path: &str, base: &str) -> Response<Body> {
    match outcome {
        Outcome::Created(cart) => {
            let location = format!("{path}/{}", cart.id);
            with(shown(StatusCode::CREATED, cart), LOCATION, &location)
        }
        Outcome::Shown(cart) => shown(StatusCode::OK, cart),
        Outcome::Placed(order) => {
            let location = format!("{base}{ORDERS}/{}", order.cart.id);
            with(json(StatusCode::CREATED, &OrderView::of(order)), LOCATION, &location)
        }
        Outcome::Deleted => {
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
    }
}

/// The response to what was not done. Where the fault is not the client's, it tells the request's id and nothing else.
pub fn refusal(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let status = refusal.status();
    if status.is_server_error() {
        let message = status.canonical_reason().unwrap_or_default();
        let response = json(status, &Failure { message, request_id });
        let again = status == StatusCode::SERVICE_UNAVAILABLE;
        return if again { with(response, RETRY_AFTER, "1") } else { response };
    }
    let response = json(status, &Told { message: refusal.to_string(), field: refusal.field() });
    if let Refusal::WrongMethod { allow } = refusal { with(response, ALLOW, allow) } else { response }
}

/// `response` with a header, if `value` can be one.
pub fn with(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn shown(status: StatusCode, cart: &Cart) -> Response<Body> {
    with(json(status, &CartView::of(cart)), ETAG, &etag(cart.version))
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let mut response = Response::new(Body::Text(serde_json::to_string(body).unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Serialize)]
struct Told<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    message: &'a str,
    request_id: &'a str,
}
