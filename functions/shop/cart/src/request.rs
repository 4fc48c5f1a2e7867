//! From an HTTP request to an action on a tenant's carts.

use lambda_http::{
    Request, RequestExt,
    http::header::{CONTENT_TYPE, IF_MATCH},
    request::RequestContext,
};

use crate::{
    body::{self, Fault, Fields, fault},
    cart::{CartId, CartProblem},
    customer::Customer,
    item::{Item, ItemName, Quantity, Sku, UnitPrice},
    money::{Currency, Money},
    precondition::Precondition,
    refusal::Refusal,
    route::Operation,
    tenant::Tenant,
};

/// The largest body, in bytes. The largest that makes sense, an item with the longest name, has 3 KB when each
/// character is written as an escape; the rest is room for spaces.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What a request asks to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a cart.
    Create(Currency),
    /// Show a cart.
    Read(CartId),
    /// Delete a cart.
    Delete(CartId),
    /// Make an order of a cart.
    CheckOut(CartId, Customer),
    /// Change what is in a cart.
    Change(CartId, Change),
}

/// A change of what is in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Add an item.
    Add(Item),
    /// Set an item's quantity.
    Quantity(Sku, Quantity),
    /// Remove an item.
    Remove(Sku),
}

const CURRENCY: &str = "three upper-case letters of ISO 4217, such as EUR";
const CUSTOMER: &str = "1 to 254 of A-Z a-z 0-9 . _ @ + - (but not . or ..)";
const SKU: &str = "1 to 64 of A-Z a-z 0-9 . _ - (but not . or ..)";
const NAME: &str = "1 to 200 characters";
const QUANTITY: &str = "a whole number from 1 to 999";
const AMOUNT: &str = "a whole number of minor units from 0 to 100000000, such as 1999 for 19.99 EUR";

/// The path that the routes are matched on: as the event has it, without the stage.
///
/// `raw_http_path` is an event's `rawPath` (payload 2.0) or `path` (1.0) untouched, whatever its documentation says of
/// the stage: behind an HTTP API, both begin with the stage's name unless the stage is `$default`. Only a REST API
/// leaves it out of `path`, which shows by `requestContext.path` being another.
pub fn path(request: &Request) -> &str {
    let path = request.raw_http_path();
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        Some(RequestContext::ApiGatewayV1(context)) if context.path.as_deref() == Some(path) => {
            context.stage.as_deref()
        }
        _ => None,
    };
    let below = |stage| path.strip_prefix('/')?.strip_prefix(stage).filter(|rest| rest.starts_with('/'));
    stage.and_then(below).unwrap_or(path)
}

/// What stands before [`path`]: nothing, or the stage as `/prod`.
pub fn base(request: &Request) -> &str {
    request.raw_http_path().strip_suffix(path(request)).unwrap_or_default()
}

/// The tenant that the authorizer named: `requestContext.authorizer.lambda.tenant` of payload 2.0 and
/// `requestContext.authorizer.tenant` of 1.0, both of which only API Gateway, or who may invoke the function, can
/// write.
pub fn tenant(request: &Request) -> Option<Tenant> {
    Tenant::parse(request.request_context_ref()?.authorizer()?.fields.get("tenant")?.as_str()?)
}

/// The version that the client wants to change.
///
/// # Errors
/// When `If-Match` is not what RFC 9110 says.
pub fn precondition(request: &Request) -> Result<Precondition, Fault> {
    match request.headers().get(IF_MATCH) {
        None => Ok(Precondition::Any),
        Some(value) => Precondition::parse(value.to_str().unwrap_or_default()),
    }
}

/// What `request` asks to be done.
///
/// # Errors
/// The [`Refusal`] that says what is wrong with it.
pub fn action(request: &Request, operation: Operation) -> Result<Action, Refusal> {
    match operation {
        Operation::CreateCart => Ok(Action::Create(new_cart(json(request)?)?)),
        Operation::ReadCart(cart) => Ok(Action::Read(cart_id(&cart)?)),
        Operation::DeleteCart(cart) => Ok(Action::Delete(cart_id(&cart)?)),
        Operation::CheckOut(cart) => Ok(Action::CheckOut(cart_id(&cart)?, customer(request)?)),
        Operation::AddItem(cart) => Ok(Action::Change(cart_id(&cart)?, Change::Add(new_item(json(request)?)?))),
        Operation::ChangeItem(cart, item) => {
            let (cart, item) = (cart_id(&cart)?, sku(&item)?);
            Ok(Action::Change(cart, Change::Quantity(item, quantity(json(request)?)?)))
        }
        Operation::RemoveItem(cart, item) => Ok(Action::Change(cart_id(&cart)?, Change::Remove(sku(&item)?))),
    }
}

/// What is no id cannot be the id of a cart.
fn cart_id(text: &str) -> Result<CartId, Refusal> {
    CartId::parse(text).ok_or(Refusal::NoSuchCart)
}

fn sku(text: &str) -> Result<Sku, Fault> {
    Sku::parse(text).ok_or_else(|| fault("sku", &format!("the path's last part is not a SKU: send {SKU}")))
}

/// The request's body as JSON. No `Content-Type` counts as JSON, as it does for API Gateway.
fn json(request: &Request) -> Result<serde_json::Value, Refusal> {
    if request.headers().get(CONTENT_TYPE).is_some_and(|value| !is_json(value.as_bytes())) {
        return Err(Refusal::NotJson);
    }
    let body: &[u8] = request.body();
    if body.len() > MAX_BODY_BYTES {
        return Err(Refusal::BodyTooLarge);
    }
    Ok(body::parse(body)?)
}

/// Whether a media type is `application/json`, with or without parameters.
fn is_json(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

fn new_cart(body: serde_json::Value) -> Result<Currency, Fault> {
    Fields::of(&body, &["currency"])?.text("currency", CURRENCY, Currency::parse)
}

/// For whom an order is: who has signed in, where the gateway verified a token, whatever the body says; else whom the tenant
/// names.
fn customer(request: &Request) -> Result<Customer, Refusal> {
    if let Some(shopper) = shopper(request) {
        let message = format!("the token's sub cannot be a customer: show a token whose sub has {CUSTOMER}");
        return Customer::parse(shopper).ok_or_else(|| fault("customer", &message).into());
    }
    Ok(Fields::of(&json(request)?, &["customer"])?.text("customer", CUSTOMER, Customer::parse)?)
}

/// Who has signed in: `requestContext.authorizer.jwt.claims.sub` of payload 2.0; empty in a token without one.
fn shopper(request: &Request) -> Option<&str> {
    let token = request.request_context_ref()?.authorizer()?.jwt.as_ref()?;
    Some(token.claims.get("sub").map_or("", String::as_str))
}

fn new_item(body: serde_json::Value) -> Result<Item, Refusal> {
    let fields = Fields::of(&body, &["sku", "name", "quantity", "unitPrice"])?;
    let sku = fields.text("sku", SKU, Sku::parse)?;
    let name = fields.text("name", NAME, ItemName::parse)?;
    let quantity = fields.whole("quantity", QUANTITY, Quantity::parse)?;
    let price = fields.object("unitPrice", &["amount", "currency"])?;
    let currency = price.text("currency", CURRENCY, Currency::parse)?;
    let price = price.whole("amount", AMOUNT, |amount| UnitPrice::parse(Money { amount, currency }))?;
    Item::new(sku, name, quantity, price).map_err(|problem| Refusal::Cart(CartProblem::from(problem)))
}

fn quantity(body: serde_json::Value) -> Result<Quantity, Fault> {
    Fields::of(&body, &["quantity"])?.whole("quantity", QUANTITY, Quantity::parse)
}

#[cfg(test)]
mod tests;
