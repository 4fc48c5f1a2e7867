//! Where payments are kept: the port.

use std::future::Future;

use crate::payment::Payment;

/// Payments by tenant and order. Each write names the version that it follows, so that of several writers who read the
/// same version one succeeds and the others learn of it.
pub trait PaymentStore: Sync {
    /// The payment of an order, if there is one, as the last successful write left it. Repeating it is harmless.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
    fn load(&self, tenant: &str, order: &str) -> impl Future<Output = Result<Option<Payment>, StoreError>> + Send;

    /// Stores a payment in place of its previous version, `version - 1`; version 1 where there is none.
    ///
    /// # Errors
    /// [`StoreError::Contended`] when another version is there: for all but one in a race. What is stored is left as it
    /// is. [`StoreError::Unavailable`]: the payment may or may not be stored.
    fn store(&self, payment: &Payment) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Why a store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store could not be reached or refused the call: a retry may help.
    #[error("the payment store did not answer: {0}")]
    Unavailable(String),
    /// The payment is not the one that was read.
    #[error("the payment was changed meanwhile")]
    Contended,
    /// The store holds something that is not a payment: a retry does not help.
    #[error("the payment store holds a malformed payment: {0}")]
    Corrupt(String),
}
