//! Carts in memory, with the same promises as those in DynamoDB: for tests.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    cart::{Cart, CartId},
    store::{CartStore, StoreError},
    tenant::Tenant,
};

type Carts = BTreeMap<(String, CartId), Cart>;

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct MemoryCarts {
    carts: Mutex<Carts>,
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
        let mut carts = self.carts()?;
        match carts.get_mut(&key(tenant, &cart.id)) {
            Some(held) if held.version.checked_add(1) == Some(cart.version) => *held = cart.clone(),
            _ => return Err(StoreError::Contended),
        }
        Ok(())
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

fn key(tenant: &Tenant, id: &CartId) -> (String, CartId) {
    (tenant.to_string(), id.clone())
}

/// A test that panicked with the lock held has failed already: the others go on.
fn lock(carts: &Mutex<Carts>) -> MutexGuard<'_, Carts> {
    carts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_promises_of_a_cart_store() {
        crate::contract::suite(&MemoryCarts::default()).await;
    }
}
