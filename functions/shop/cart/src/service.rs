//! The service: load, decide, store, answer.

use lambda_http::{Body, Request, RequestExt, Response, http::HeaderName};
use tracing::Instrument as _;

use crate::{
    announcer::Announcer,
    answer::{self, Outcome},
    cart::{self, Cart, CartId, CartProblem, Lifetime},
    customer::Customer,
    item::Sku,
    log,
    money::Currency,
    order::{Order, Status},
    precondition::Precondition,
    refusal::Refusal,
    request::{self, Action, Change},
    route::Resource,
    store::{CartStore, StoreError},
    tenant::Tenant,
    till::{Placing, Till},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The cart service over a store, a till, and whoever announces what they make.
pub struct CartService<S, T, A> {
    /// Where carts are kept.
    pub store: S,
    /// Where shelves and orders are.
    pub till: T,
    /// Who tells customers of their orders.
    pub announcer: A,
    /// How long a cart lives after its last change.
    pub ttl_s: u64,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
    /// Draws 128 random bits.
    pub random: fn() -> Option<[u8; 16]>,
}

impl<S: CartStore, T: Till, A: Announcer> CartService<S, T, A> {
    /// Answers one request, whatever it is, and logs one line about it.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let request_id = log::request_id(&request);
        let response = self.answer_in_span(&request, &request_id).instrument(log::span(&request, &request_id)).await;
        answer::with(response, REQUEST_ID, &request_id)
    }

    async fn answer_in_span(&self, request: &Request, request_id: &str) -> Response<Body> {
        let resource = Resource::find(request::path(request));
        let route = resource.as_ref().map_or("none", Resource::pattern);
        let done = self.perform(request, resource).await;
        let response = match &done {
            Ok(outcome) => answer::outcome(outcome, request.raw_http_path(), request::base(request)),
            Err(refusal) => answer::refusal(refusal, request_id),
        };
        log::line(request.method(), route, response.status(), done.err());
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
            Action::CheckOut(id, customer) => {
                self.check_out(&tenant, &id, customer, request::precondition(request)?).await.map(Outcome::Placed)
            }
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
        cart::open(&cart)?;
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

    /// A cart that was checked out before is answered with its order, as far as that has come.
    async fn check_out(
        &self,
        tenant: &Tenant,
        id: &CartId,
        customer: Customer,
        asked: Precondition,
    ) -> Result<Order, Refusal> {
        let cart = self.load(tenant, id).await?;
        let order = match &cart.frozen_for {
            Some(other) if *other != customer => return Err(Refusal::OtherCustomer),
            // The version that the client saw is not this one's, if it saw the cart before its first attempt.
            Some(_) => self.placed(tenant, cart).await?,
            None => self.place(tenant, &admitted(cart, &asked)?, customer).await?,
        };
        self.announce(tenant, &order).await;
        Ok(order)
    }

    async fn place(&self, tenant: &Tenant, cart: &Cart, customer: Customer) -> Result<Order, Refusal> {
        let skus: Vec<_> = cart.items().iter().map(|item| &item.sku).collect();
        let shelves = if skus.is_empty() { cart::Shelves::new() } else { self.till.shelves(&skus).await? };
        let order = Order::of(cart::freeze(cart, customer, &shelves, self.lifetime())?).ok_or(Refusal::LostRace)?;
        match self.till.place(tenant, &order, &order.taken(&shelves)).await? {
            Placing::Placed => Ok(order),
            // Somebody else took of it in between.
            Placing::Lacks { sku, left } => Err(lacking(cart, sku, left).into()),
        }
    }

    async fn placed(&self, tenant: &Tenant, cart: Cart) -> Result<Order, Refusal> {
        let status = self.till.status(tenant, &cart.id).await?;
        let order = Order::of(cart).zip(status).map(|(order, status)| Order { status, ..order });
        order.ok_or_else(|| Refusal::Store(StoreError::Corrupt("a frozen cart has no order".to_owned())))
    }

    /// The order is placed, whether or not anybody can be told: that is logged, and not answered. One that has come
    /// further was announced before.
    async fn announce(&self, tenant: &Tenant, order: &Order) {
        if order.status != Status::placed() {
            return;
        }
        if let Err(error) = self.announcer.announce(tenant, order).await {
            tracing::error!(%error, "not announced");
        }
    }

    fn lifetime(&self) -> Lifetime {
        Lifetime::starting(self.now_s(), self.ttl_s)
    }

    fn now_s(&self) -> u64 {
        (self.clock_ms)() / 1000
    }
}

fn lacking(cart: &Cart, sku: Sku, left: u64) -> CartProblem {
    let held = cart.items().iter().find(|item| item.sku == sku).map_or(0, |item| item.quantity().get());
    CartProblem::Lacking { sku, held, left }
}

fn admitted(cart: Cart, asked: &Precondition) -> Result<Cart, Refusal> {
    if asked.admits(cart.version) { Ok(cart) } else { Err(Refusal::OtherVersion { version: cart.version }) }
}

#[cfg(test)]
mod tests;
