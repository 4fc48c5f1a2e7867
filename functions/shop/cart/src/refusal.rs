//! Why nothing was done, and the status it is answered with.

use lambda_http::http::StatusCode;

use crate::{body::Fault, cart::CartProblem, request::MAX_BODY_BYTES, store::StoreError};

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No resource has this path.
    #[error(
        "there is nothing here: this service has /carts, /carts/{{cartId}}, /carts/{{cartId}}/items, \
         /carts/{{cartId}}/items/{{sku}} and /carts/{{cartId}}/checkout"
    )]
    NoSuchPath,
    /// The resource does not know the method.
    #[error("this path does not take the method: send {allow}")]
    WrongMethod {
        /// Those it knows.
        allow: &'static str,
    },
    /// Nobody vouched for a tenant.
    #[error("the request comes from no tenant: call through the gateway, with the API key of a tenant")]
    NoTenant,
    /// The body is not declared as JSON.
    #[error("the body is not declared as JSON: send it with Content-Type: application/json")]
    NotJson,
    /// The body is too large.
    #[error("the body is larger than {MAX_BODY_BYTES} bytes: send less")]
    BodyTooLarge,
    /// A part of the request is wrong.
    #[error("{}", .0.message)]
    Wrong(Fault),
    /// The tenant has no such cart.
    #[error("there is no such cart: it was never made, was deleted or has expired; make one with POST /carts")]
    NoSuchCart,
    /// The cart is not at a version that `If-Match` names.
    #[error("the cart is at version {version}, which If-Match does not name: read the cart and decide again")]
    OtherVersion {
        /// Where it is.
        version: u64,
    },
    /// The cart is an order already, and another's.
    #[error("the cart has become an order of another customer: send the customer that it was checked out for")]
    OtherCustomer,
    /// The cart's rules do not allow it.
    #[error(transparent)]
    Cart(#[from] CartProblem),
    /// Somebody else changed the cart between this request's read and its write.
    #[error("the cart was changed by another request at the same time: read the cart and try again")]
    LostRace,
    /// The store did not do it.
    #[error("{0}")]
    Store(StoreError),
    /// No id can be drawn.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Wrong(fault)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contended => Refusal::LostRace,
            error => Refusal::Store(error),
        }
    }
}

impl Refusal {
    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Wrong(_) | Refusal::Cart(CartProblem::CurrencyDiffers { .. }) => StatusCode::BAD_REQUEST,
            Refusal::NoTenant => StatusCode::FORBIDDEN,
            Refusal::NoSuchPath | Refusal::NoSuchCart | Refusal::Cart(CartProblem::NoSuchItem { .. }) => {
                StatusCode::NOT_FOUND
            }
            Refusal::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::LostRace
            | Refusal::OtherCustomer
            | Refusal::Cart(
                CartProblem::PriceDiffers { .. }
                | CartProblem::TooMany { .. }
                | CartProblem::Full
                | CartProblem::Twice { .. }
                | CartProblem::Frozen { .. }
                | CartProblem::Empty
                | CartProblem::NotSold { .. }
                | CartProblem::NotThePrice { .. }
                | CartProblem::Lacking { .. }
                | CartProblem::TotalTooLarge,
            ) => StatusCode::CONFLICT,
            Refusal::OtherVersion { .. } => StatusCode::PRECONDITION_FAILED,
            Refusal::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Store(StoreError::Unavailable(_) | StoreError::Contended) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Store(StoreError::Corrupt(_)) | Refusal::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The part of the request that is to be changed, where it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Refusal::Wrong(fault) => Some(&fault.field),
            Refusal::NotJson => Some("Content-Type"),
            Refusal::OtherVersion { .. } => Some("If-Match"),
            Refusal::OtherCustomer => Some("customer"),
            Refusal::Cart(CartProblem::CurrencyDiffers { .. }) => Some("unitPrice.currency"),
            Refusal::Cart(CartProblem::PriceDiffers { .. } | CartProblem::NotThePrice { .. }) => Some("unitPrice"),
            Refusal::Cart(CartProblem::TooMany { .. } | CartProblem::Lacking { .. }) => Some("quantity"),
            Refusal::Cart(CartProblem::NoSuchItem { .. } | CartProblem::NotSold { .. }) => Some("sku"),
            _ => None,
        }
    }
}
