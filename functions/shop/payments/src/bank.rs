//! The bank: the port.

use std::future::Future;

use crate::money::Money;

/// What the bank says of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The money is reserved.
    Authorized,
    /// The money was taken.
    Captured,
    /// What was taken was given back.
    Refunded,
    /// The bank refuses, and why.
    Declined(String),
}

/// A bank that knows each payment by the reference that it was given. Money moves by `capture` and `refund` alone.
pub trait Bank: Sync {
    /// What there is under `reference`, if the bank has heard of it.
    ///
    /// # Errors
    /// [`BankError`]: nothing has changed.
    fn find(&self, reference: &str) -> impl Future<Output = Result<Option<Standing>, BankError>> + Send;

    /// Reserves `amount` of what `card` stands for. On a repeat the bank says what there is: a reference stands for one
    /// authorization.
    ///
    /// # Errors
    /// [`BankError`]: the bank may have done it, and [`Bank::find`] tells.
    fn authorize(
        &self,
        reference: &str,
        card: &str,
        amount: &Money,
    ) -> impl Future<Output = Result<Standing, BankError>> + Send;

    /// Takes what was reserved, once, however often it is asked.
    ///
    /// # Errors
    /// [`BankError`]: the bank may have done it, and a repeat is harmless.
    fn capture(&self, reference: &str) -> impl Future<Output = Result<Standing, BankError>> + Send;

    /// Gives back what was taken, once, however often it is asked.
    ///
    /// # Errors
    /// [`BankError`]: the bank may have done it, and a repeat is harmless.
    fn refund(&self, reference: &str) -> impl Future<Output = Result<Standing, BankError>> + Send;
}

/// Why the bank said nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bank gave no answer: {0}")]
pub struct BankError(pub String);
