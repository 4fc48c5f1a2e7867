//! What checkout needs beside the cart: the port to the shop's prices and to the orders.

use std::future::Future;

use crate::{cart::Prices, item::Sku, order::Order, store::StoreError, tenant::Tenant};

/// Prices and orders. Prices are the shop's; an order is its tenant's, and no other sees it.
pub trait Till: Sync {
    /// What the shop asks for one piece of each of these, as it stands; an article that it does not sell is left out.
    /// At most [`crate::cart::MAX_ITEMS`] are asked for, none twice. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
    fn prices(&self, skus: &[&Sku]) -> impl Future<Output = Result<Prices, StoreError>> + Send;

    /// Stores a new order and gives it back. Where one with its id is there, on a repeat and for all but one in a race,
    /// it is left as it is, however far it has come, and given back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the order may or may not be stored, and a repeat does no harm.
    /// [`StoreError::Corrupt`], when what is there is no order.
    fn place(&self, tenant: &Tenant, order: &Order) -> impl Future<Output = Result<Order, StoreError>> + Send;
}
