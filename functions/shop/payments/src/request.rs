//! From an HTTP request to what is asked for.

use axum::http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{money::Money, payment::Asked};

/// The header in which the gateway names the tenant. It takes the place of any that a client sent, and nothing but the
/// gateway reaches the server: the load balancer is private.
pub const TENANT: &str = "x-shop-tenant";

/// Names a request, so that its repeat is known as one. (draft-ietf-httpapi-idempotency-key-header-07.)
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest key. The draft leaves it to the server; a UUID has 36 characters.
const MAX_KEY_BYTES: usize = 255;

/// The longest order id and card token.
const MAX_ID_BYTES: usize = 128;

/// A body: how much, and a token that stands for a card. Cards themselves never come here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// How much.
    pub amount: Money,
    /// The token.
    pub card: String,
}

/// Why a request asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestProblem {
    /// Nobody vouched for a tenant.
    #[error("the request comes from no tenant: call through the gateway, with the API key of a tenant")]
    NoTenant,
    /// No key.
    #[error("the request has no Idempotency-Key: send one, such as a UUID, and the same again with each repeat")]
    NoKey,
    /// A key that is none.
    #[error("the Idempotency-Key is not 1 to 255 visible ASCII characters, with or without quotes around them")]
    WrongKey,
    /// An order's id that is none.
    #[error("the order's id is not 1 to 128 of A-Z a-z 0-9 _ -")]
    WrongOrder,
    /// A body that is none.
    #[error("the body is not {{\"amount\": {{\"amount\": 1999, \"currency\": \"EUR\"}}, \"card\": \"tok_…\"}}: {0}")]
    WrongBody(String),
    /// An amount that nobody can pay.
    #[error("the amount is not a whole number of minor units from 1 to 10000000000000 with three letters of ISO 4217")]
    WrongAmount,
    /// A card's token that is none.
    #[error("the card is not a token of 1 to 128 of A-Z a-z 0-9 _ -")]
    WrongCard,
}

/// The tenant.
///
/// # Errors
/// [`RequestProblem::NoTenant`].
pub fn tenant(headers: &HeaderMap) -> Result<String, RequestProblem> {
    let tenant = headers.get(TENANT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if (1..=1024).contains(&tenant.len()) { Ok(tenant.to_owned()) } else { Err(RequestProblem::NoTenant) }
}

/// An order's id.
///
/// # Errors
/// [`RequestProblem::WrongOrder`].
pub fn order(id: &str) -> Result<&str, RequestProblem> {
    if is_id(id) { Ok(id) } else { Err(RequestProblem::WrongOrder) }
}

/// What a request to pay `order` asks for, and the card's token.
///
/// # Errors
/// The [`RequestProblem`].
pub fn asked(headers: &HeaderMap, order_id: &str, body: &[u8]) -> Result<(Asked, String), RequestProblem> {
    let (tenant, order, key) = (tenant(headers)?, order(order_id)?.to_owned(), key(headers)?);
    let body: Body = serde_json::from_slice(body).map_err(|error| RequestProblem::WrongBody(error.to_string()))?;
    if !body.amount.is_payable() {
        return Err(RequestProblem::WrongAmount);
    }
    if !is_id(&body.card) {
        return Err(RequestProblem::WrongCard);
    }
    let fingerprint = fingerprint(&body);
    Ok((Asked { tenant, order, key, fingerprint, amount: body.amount }, body.card))
}

/// The key, without the quotes that make it a string of RFC 9651, which the draft asks for and few clients send.
fn key(headers: &HeaderMap) -> Result<String, RequestProblem> {
    let value = headers.get(IDEMPOTENCY_KEY).ok_or(RequestProblem::NoKey)?;
    let text = value.to_str().map_err(|_| RequestProblem::WrongKey)?.trim();
    let bare = text.strip_prefix('"').map_or(Some(text), |rest| rest.strip_suffix('"')).unwrap_or_default();
    let fits = (1..=MAX_KEY_BYTES).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && !bare.contains(['"', '\\']) { Ok(bare.to_owned()) } else { Err(RequestProblem::WrongKey) }
}

fn is_id(text: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(letters)
}

/// The same for two bodies that mean the same, however they are spaced. A token stands for a card: it is not stored.
fn fingerprint(body: &Body) -> String {
    let text = format!("{} {} {}", body.amount.amount, body.amount.currency, body.card);
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
