//! The service: load, decide, store, answer.

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderName, Method},
};
use tracing::{Instrument as _, field};

use crate::{
    answer::{self, Outcome},
    cart::{self, Cart, CartId, Lifetime},
    money::Currency,
    precondition::Precondition,
    refusal::Refusal,
    request::{self, Action, Change},
    route::Resource,
    store::CartStore,
    tenant::Tenant,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The cart service over a store.
pub struct CartService<S> {
    /// Where carts are kept.
    pub store: S,
    /// How long a cart lives after its last change.
    pub ttl_s: u64,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
    /// Draws 128 random bits.
    pub random: fn() -> Option<[u8; 16]>,
}

impl<S: CartStore> CartService<S> {
    /// Answers one request, whatever it is, and logs one line about it.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let request_id = request_id(&request);
        let span = tracing::info_span!("request", requestId = request_id, traceparent = field::Empty);
        if let Some(traceparent) = traceparent(&request) {
            span.record("traceparent", traceparent);
        }
        let response = self.answer_in_span(&request, &request_id).instrument(span).await;
        answer::with(response, REQUEST_ID, &request_id)
    }

    async fn answer_in_span(&self, request: &Request, request_id: &str) -> Response<Body> {
        let resource = Resource::find(request::path(request));
        let route = resource.as_ref().map_or("none", Resource::pattern);
        let done = self.perform(request, resource).await;
        let response = match &done {
            Ok(outcome) => answer::outcome(outcome, request.raw_http_path()),
            Err(refusal) => answer::refusal(refusal, request_id),
        };
        log(request.method(), route, &response, done.err());
        response
    }

    async fn perform(&self, request: &Request, resource: Option<Resource>) -> Result<Outcome, Refusal> {
        let resource = resource.ok_or(Refusal::NoSuchPath)?;
        let allow = resource.allow();
        let operation = resource.operation(request.method()).ok_or(Refusal::WrongMethod { allow })?;
        let tenant = request::tenant(request).ok_or(Refusal::NoTenant)?;
        match request::action(request, operation)? {
            Action::Create(currency) => self.create(&tenant, currency).await.map(Outcome::Created),
            Action::Read(id) => self.load(&tenant, &id).await.map(Outcome::Shown),
            Action::Delete(id) => self.delete(&tenant, &id, request::precondition(request)?).await,
            Action::Change(id, change) => {
                self.change(&tenant, &id, change, request::precondition(request)?).await.map(Outcome::Shown)
            }
        }
    }

    async fn create(&self, tenant: &Tenant, currency: Currency) -> Result<Cart, Refusal> {
        let id = CartId::from_random((self.random)().ok_or(Refusal::NoRandomness)?);
        let cart = Cart::new(id, currency, self.lifetime());
        self.store.create(tenant, &cart).await?;
        Ok(cart)
    }

    async fn load(&self, tenant: &Tenant, id: &CartId) -> Result<Cart, Refusal> {
        let cart = self.store.load(tenant, id).await?;
        cart.filter(|cart| !cart.lifetime.is_over(self.now_s())).ok_or(Refusal::NoSuchCart)
    }

    async fn delete(&self, tenant: &Tenant, id: &CartId, asked: Precondition) -> Result<Outcome, Refusal> {
        let cart = admitted(self.load(tenant, id).await?, &asked)?;
        self.store.delete(tenant, id, cart.version).await?;
        Ok(Outcome::Deleted)
    }

    async fn change(&self, tenant: &Tenant, id: &CartId, change: Change, asked: Precondition) -> Result<Cart, Refusal> {
        let cart = admitted(self.load(tenant, id).await?, &asked)?;
        let next = match change {
            Change::Add(item) => cart::add(&cart, item, self.lifetime()),
            Change::Quantity(sku, quantity) => cart::change(&cart, &sku, quantity, self.lifetime()),
            Change::Remove(sku) => cart::remove(&cart, &sku, self.lifetime()),
        }?;
        self.store.replace(tenant, &next).await?;
        Ok(next)
    }

    fn lifetime(&self) -> Lifetime {
        Lifetime::starting(self.now_s(), self.ttl_s)
    }

    fn now_s(&self) -> u64 {
        (self.clock_ms)() / 1000
    }
}

fn admitted(cart: Cart, asked: &Precondition) -> Result<Cart, Refusal> {
    if asked.admits(cart.version) { Ok(cart) } else { Err(Refusal::OtherVersion { version: cart.version }) }
}

/// The event's request id; Lambda's own where the event has none.
fn request_id(request: &Request) -> String {
    use lambda_http::request::RequestContext::{ApiGatewayV1, ApiGatewayV2};
    let of_event = match request.request_context_ref() {
        Some(ApiGatewayV1(context)) => context.request_id.clone(),
        Some(ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    of_event.or_else(|| Some(request.lambda_context_ref()?.request_id.clone())).unwrap_or_default()
}

/// The request's `traceparent` (W3C Trace Context), if it is one: whatever else a client puts there is not logged.
fn traceparent(request: &Request) -> Option<&str> {
    let value = request.headers().get("traceparent")?.to_str().ok()?;
    let parts: Vec<&str> = value.split('-').collect();
    let hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    (lengths == [2, 32, 16, 2] && parts.into_iter().all(hex)).then_some(value)
}

/// One line a request. A failure has its whole reason here, and nowhere else.
fn log(method: &Method, route: &str, response: &Response<Body>, refusal: Option<Refusal>) {
    let status = response.status().as_u16();
    match refusal.filter(|refusal| refusal.status().is_server_error()) {
        Some(failure) => tracing::error!(%method, route, status, error = %failure, "failed"),
        None => tracing::info!(%method, route, status, "answered"),
    }
}

#[cfg(test)]
mod tests;
