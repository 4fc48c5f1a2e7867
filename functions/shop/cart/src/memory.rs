//! Carts in memory, with the same promises as those in DynamoDB: for tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    announcer::Announcer,
    cart::{Cart, CartId, Shelf, Shelves},
    item::Sku,
    money::Money,
    order::{Order, Status, Taken},
    store::{CartStore, StoreError},
    tenant::Tenant,
    till::{Placing, Till},
};

type Carts = BTreeMap<(String, CartId), Cart>;

/// A store that forgets everything when it and its clones are dropped.
#[derive(Clone, Default)]
pub struct MemoryCarts {
    carts: Arc<Mutex<Carts>>,
    cut_off: bool,
}

impl MemoryCarts {
    /// A store that answers nothing but [`StoreError::Unavailable`].
    pub fn cut_off() -> Self {
        MemoryCarts { cut_off: true, ..MemoryCarts::default() }
    }

    /// A store that holds `cart` already.
    #[must_use]
    pub fn holding(self, tenant: &Tenant, cart: Cart) -> Self {
        lock(&self.carts).insert(key(tenant, &cart.id), cart);
        self
    }

    fn carts(&self) -> Result<MutexGuard<'_, Carts>, StoreError> {
        if self.cut_off { Err(StoreError::Unavailable("cut off".to_owned())) } else { Ok(lock(&self.carts)) }
    }

    /// Puts `cart` where the version before it is.
    fn follow(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        let mut carts = self.carts()?;
        match carts.get_mut(&key(tenant, &cart.id)) {
            Some(held) if held.version.checked_add(1) == Some(cart.version) => *held = cart.clone(),
            _ => return Err(StoreError::Contended),
        }
        Ok(())
    }
}

impl CartStore for MemoryCarts {
    async fn load(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Cart>, StoreError> {
        Ok(self.carts()?.get(&key(tenant, id)).cloned())
    }

    async fn create(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        let mut carts = self.carts()?;
        if carts.contains_key(&key(tenant, &cart.id)) {
            return Err(StoreError::Contended);
        }
        carts.insert(key(tenant, &cart.id), cart.clone());
        Ok(())
    }

    async fn replace(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        self.follow(tenant, cart)
    }

    async fn delete(&self, tenant: &Tenant, id: &CartId, version: u64) -> Result<(), StoreError> {
        let mut carts = self.carts()?;
        if carts.get(&key(tenant, id)).is_some_and(|held| held.version != version) {
            return Err(StoreError::Contended);
        }
        carts.remove(&key(tenant, id));
        Ok(())
    }
}

/// A till that forgets everything when it is dropped.
#[derive(Default)]
pub struct MemoryTill {
    carts: MemoryCarts,
    shelves: Mutex<Shelves>,
    orders: Mutex<BTreeMap<(String, CartId), Status>>,
}

impl MemoryTill {
    /// A till beside the store in which its carts are.
    pub fn beside(carts: &MemoryCarts) -> Self {
        MemoryTill { carts: carts.clone(), ..MemoryTill::default() }
    }

    /// A till that sells `sku` at `price`, as many as anybody wants.
    #[must_use]
    pub fn selling(self, sku: &str, price: Money) -> Self {
        self.with(sku, Shelf { price, stock: None })
    }

    /// A till that has this shelf.
    #[must_use]
    pub fn with(self, sku: &str, shelf: Shelf) -> Self {
        lock(&self.shelves).insert(sku.to_owned(), shelf);
        self
    }

    /// A till in which `order` has come as far as its status says.
    #[must_use]
    pub fn holding(self, tenant: &Tenant, order: &Order) -> Self {
        lock(&self.orders).insert(key(tenant, &order.cart.id), order.status.clone());
        self
    }
}

impl Till for MemoryTill {
    async fn shelves(&self, skus: &[&Sku]) -> Result<Shelves, StoreError> {
        let held = lock(&self.shelves);
        let shelf = |sku: &&Sku| Some((sku.as_str().to_owned(), *held.get(sku.as_str())?));
        Ok(skus.iter().filter_map(shelf).collect())
    }

    async fn place(&self, tenant: &Tenant, order: &Order, taken: &[Taken]) -> Result<Placing, StoreError> {
        let mut shelves = lock(&self.shelves);
        let mut after = shelves.clone();
        for Taken { sku, quantity } in taken {
            let stock =
                after.get_mut(sku.as_str()).and_then(|shelf| shelf.stock.as_mut()).ok_or(StoreError::Contended)?;
            let Some(left) = stock.checked_sub(*quantity) else {
                return Ok(Placing::Lacks { sku: sku.clone(), left: *stock });
            };
            *stock = left;
        }
        self.carts.follow(tenant, &order.cart)?;
        lock(&self.orders).insert(key(tenant, &order.cart.id), order.status.clone());
        *shelves = after;
        Ok(Placing::Placed)
    }

    async fn status(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Status>, StoreError> {
        Ok(lock(&self.orders).get(&key(tenant, id)).cloned())
    }
}

/// Remembers what was announced: whose order, and its status.
#[derive(Default)]
pub struct Heard {
    announced: Mutex<Vec<(String, CartId, String)>>,
    cut_off: bool,
}

impl Heard {
    /// Nobody hears anything.
    pub fn cut_off() -> Self {
        Heard { cut_off: true, ..Heard::default() }
    }

    /// What was announced so far: tenant, order, status.
    pub fn announced(&self) -> Vec<(String, CartId, String)> {
        lock(&self.announced).clone()
    }
}

impl Announcer for Heard {
    async fn announce(&self, tenant: &Tenant, order: &Order) -> Result<(), StoreError> {
        if self.cut_off {
            return Err(StoreError::Unavailable("cut off".to_owned()));
        }
        let said = (tenant.to_string(), order.cart.id.clone(), order.status.as_str().to_owned());
        lock(&self.announced).push(said);
        Ok(())
    }
}

fn key(tenant: &Tenant, id: &CartId) -> (String, CartId) {
    (tenant.to_string(), id.clone())
}

/// A test that panicked with the lock held has failed already: the others go on.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_promises_of_a_cart_store() {
        crate::contract::suite(&MemoryCarts::default()).await;
    }

    #[tokio::test]
    async fn the_till_in_memory_keeps_the_promises_of_a_till() {
        let price = Money { amount: 1250, currency: crate::money::Currency::parse("EUR").unwrap() };
        let carts = MemoryCarts::default();
        let counted = Shelf { price, stock: Some(crate::till_contract::STOCK) };
        let till = MemoryTill::beside(&carts).selling("espresso-cup", price).with("tea-pot", counted);
        crate::till_contract::suite(&carts, &till, ("espresso-cup", price), ("tea-pot", price)).await;
    }
}
