//! Where carts are kept: the port.

use std::future::Future;

use crate::{
    cart::{Cart, CartId},
    tenant::Tenant,
};

/// Carts by tenant and id. A tenant sees no other tenant's.
///
/// Each write names the version that it follows, so that of several writers who read the same version one succeeds and
/// the others learn of it. A store keeps a cart after its lifetime is over for as long as it likes: whoever loads it
/// looks.
pub trait CartStore: Sync {
    /// The cart, if there is one, as the last successful write left it. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
    fn load(&self, tenant: &Tenant, id: &CartId) -> impl Future<Output = Result<Option<Cart>, StoreError>> + Send;

    /// Stores a new cart, unless one with its id is there.
    ///
    /// # Errors
    /// [`StoreError::Contended`] when there is one: on a repeat and for all but one in a race. It is left as it is.
    /// [`StoreError::Unavailable`]: the cart may or may not be stored, and a repeat does no harm.
    fn create(&self, tenant: &Tenant, cart: &Cart) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores `cart` in place of its previous version, `cart.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Contended`] when the stored cart has another version or is gone: on a repeat and for all but one
    /// in a race. What is stored is left as it is. [`StoreError::Unavailable`]: the cart may or may not be stored, and
    /// a repeat changes nothing twice.
    fn replace(&self, tenant: &Tenant, cart: &Cart) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the cart if it has this version. One that is gone already counts as deleted: on a repeat, and for each
    /// of several that delete the same version.
    ///
    /// # Errors
    /// [`StoreError::Contended`] when the stored cart has another version. [`StoreError::Unavailable`].
    fn delete(&self, tenant: &Tenant, id: &CartId, version: u64)
    -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Why a store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store could not be reached or refused the call: a retry may help.
    #[error("the cart store did not answer: {0}")]
    Unavailable(String),
    /// The cart is not the one that was read: reading it again helps.
    #[error("the cart was changed meanwhile")]
    Contended,
    /// The store holds something that is not a cart: a retry does not help.
    #[error("the cart store holds a malformed cart: {0}")]
    Corrupt(String),
}
