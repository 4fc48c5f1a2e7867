//! What checkout needs beside the cart: the port to the shop's shelves and to the orders.

use std::future::Future;

use crate::{
    cart::{CartId, Shelves},
    item::Sku,
    order::{Order, Status, Taken},
    store::StoreError,
    tenant::Tenant,
};

/// How placing an order went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placing {
    /// It is placed.
    Placed,
    /// The shop has not enough of an article, and nothing is done.
    Lacks {
        /// The article.
        sku: Sku,
        /// How many pieces are left.
        left: u64,
    },
}

/// Shelves and orders. Shelves are the shop's; an order is its tenant's, and no other sees it.
pub trait Till: Sync {
    /// What the shop has of these articles, as it stands; one that it does not sell is left out.
    /// At most [`crate::cart::MAX_ITEMS`] are asked for, none twice. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
    fn shelves(&self, skus: &[&Sku]) -> impl Future<Output = Result<Shelves, StoreError>> + Send;

    /// Stores a new order, replaces its cart by the frozen one, which is the next version of it, and takes off the shelves
    /// what the order takes: all of it or nothing. No stock goes below zero, whoever else takes of it.
    ///
    /// # Errors
    /// [`StoreError::Contended`]: the cart is not at the version before, as in a race or on a repeat; or what is counted
    /// was not, or is not any more. [`StoreError::Unavailable`]: all of it or nothing may be done.
    fn place(
        &self,
        tenant: &Tenant,
        order: &Order,
        taken: &[Taken],
    ) -> impl Future<Output = Result<Placing, StoreError>> + Send;

    /// How far the order of a cart has come; nothing where the cart is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Corrupt`], when what is there is no order.
    fn status(&self, tenant: &Tenant, id: &CartId) -> impl Future<Output = Result<Option<Status>, StoreError>> + Send;
}
