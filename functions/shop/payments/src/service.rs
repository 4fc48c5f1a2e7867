//! The service: load, decide, store, ask the bank, store what it said.

use crate::{
    bank::{Bank, BankError, Standing},
    payment::{Asked, Attempt, Payment, PaymentProblem, State, Step, next_step},
    store::{PaymentStore, StoreError},
};

/// Payments over a store and a bank.
pub struct Payments<S, B> {
    /// Where payments are kept.
    pub store: S,
    /// Where money is.
    pub bank: B,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
    /// How long one request may be at a payment; from then on a repeat takes it over. Longer than a request takes.
    pub lease_ms: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// The rules do not allow it.
    #[error(transparent)]
    Problem(#[from] PaymentProblem),
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
    /// The bank did not say.
    #[error(transparent)]
    Bank(#[from] BankError),
}

/// Another request was faster: it is at the payment.
impl From<StoreError> for PayError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contended => PayError::Problem(PaymentProblem::InProgress),
            error => PayError::Store(error),
        }
    }
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    /// What was taken was given back, now or before.
    Done,
    /// Nothing was taken.
    Nothing,
}

impl<S: PaymentStore, B: Bank> Payments<S, B> {
    /// Pays an order with what `card` stands for: an attempt that has ended, captured or declined. It is made once,
    /// however often it is asked for under its key.
    ///
    /// # Errors
    /// The [`PayError`]; a repeat with the same key finds out how far it had come.
    pub async fn pay(&self, asked: &Asked, card: &str) -> Result<Attempt, PayError> {
        let held = self.store.load(&asked.tenant, &asked.order).await?;
        match next_step(held, asked, (self.clock_ms)(), self.lease_ms)? {
            Step::Ended(attempt) => Ok(attempt),
            Step::Begin(payment) => {
                self.store.store(&payment).await?;
                self.drive(payment, Some(card), false).await
            }
            Step::Resume(payment) => {
                self.store.store(&payment).await?;
                self.drive(payment, Some(card), true).await
            }
            Step::Finish(payment) => {
                self.store.store(&payment).await?;
                self.drive(payment, None, true).await?;
                Err(PaymentProblem::Paid.into())
            }
        }
    }

    /// Gives back what was taken for an order, once, however often it is asked for.
    ///
    /// # Errors
    /// The [`PayError`]; a repeat is harmless. [`PaymentProblem::InProgress`] while money may still be taken.
    pub async fn refund(&self, tenant: &str, order: &str) -> Result<Refund, PayError> {
        let Some(payment) = self.store.load(tenant, order).await? else { return Ok(Refund::Nothing) };
        if payment.refunded {
            return Ok(Refund::Done);
        }
        let Some(captured) = payment.captured() else {
            let open = matches!(payment.last().map(|last| &last.state), Some(State::Started | State::Authorized));
            return if open { Err(PaymentProblem::InProgress.into()) } else { Ok(Refund::Nothing) };
        };
        match self.bank.refund(&captured.reference).await? {
            Standing::Refunded => {
                self.store.store(&payment.given_back()).await?;
                Ok(Refund::Done)
            }
            other => Err(BankError(format!("a refund became {other:?}")).into()),
        }
    }

    /// Takes the last attempt to its end. Whatever the bank did is asked for by its reference, never done again.
    async fn drive(&self, payment: Payment, card: Option<&str>, resumed: bool) -> Result<Attempt, PayError> {
        let driven = self.ask(&payment, card, resumed).await;
        if let Err(PayError::Bank(_)) = driven {
            // So that a repeat need not wait; if this is lost, it waits.
            self.let_go(&payment).await;
        }
        driven
    }

    async fn ask(&self, payment: &Payment, card: Option<&str>, resumed: bool) -> Result<Attempt, PayError> {
        let attempt = payment.last().ok_or_else(|| corrupt("no attempt"))?;
        let reference = &attempt.reference;
        let standing = match (&attempt.state, card) {
            (State::Authorized, _) => Standing::Authorized,
            (_, Some(card)) => self.authorize(attempt, card, resumed).await?,
            (_, None) => return Err(corrupt("an attempt that cannot be finished")),
        };
        match standing {
            Standing::Declined(why) => self.end(payment.clone().moved(State::Declined(why), 0)).await,
            Standing::Captured | Standing::Refunded => self.end(payment.clone().moved(State::Captured, 0)).await,
            Standing::Authorized => {
                // Who cannot write this has lost the attempt to another, and must not take the money.
                let authorized = self.authorized(payment).await?;
                match self.bank.capture(reference).await {
                    Ok(Standing::Declined(why)) => self.end(authorized.moved(State::Declined(why), 0)).await,
                    Ok(Standing::Captured) => self.end(authorized.moved(State::Captured, 0)).await,
                    Ok(other) => Err(BankError(format!("a capture became {other:?}")).into()),
                    Err(error) => {
                        self.let_go(&authorized).await;
                        Err(error.into())
                    }
                }
            }
        }
    }

    async fn authorize(&self, attempt: &Attempt, card: &str, resumed: bool) -> Result<Standing, BankError> {
        let known = if resumed { self.bank.find(&attempt.reference).await? } else { None };
        match known {
            Some(standing) => Ok(standing),
            None => self.bank.authorize(&attempt.reference, card, &attempt.amount).await,
        }
    }

    async fn authorized(&self, payment: &Payment) -> Result<Payment, PayError> {
        if payment.last().is_some_and(|last| last.state == State::Authorized) {
            return Ok(payment.clone());
        }
        let until = (self.clock_ms)().saturating_add(self.lease_ms);
        let authorized = payment.clone().moved(State::Authorized, until);
        self.store.store(&authorized).await?;
        Ok(authorized)
    }

    async fn end(&self, payment: Payment) -> Result<Attempt, PayError> {
        self.store.store(&payment).await?;
        payment.last().cloned().ok_or_else(|| corrupt("no attempt"))
    }

    async fn let_go(&self, payment: &Payment) {
        if let Some(last) = payment.last() {
            let free = payment.clone().moved(last.state.clone(), 0);
            if let Err(error) = self.store.store(&free).await {
                tracing::debug!(%error, "a repeat waits for the lease");
            }
        }
    }
}

fn corrupt(what: &str) -> PayError {
    PayError::Store(StoreError::Corrupt(what.to_owned()))
}

#[cfg(test)]
mod tests;
