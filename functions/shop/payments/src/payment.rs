//! What is paid for an order, and the rules by which it is paid once: functions from values to values.
//!
//! An order is paid in attempts, each under an `Idempotency-Key` of its own, and at most one of them takes money. An
//! attempt has a reference at the bank before the bank hears of it, so that whoever comes after a crash can ask for it.

use crate::money::Money;

/// The most attempts for one order: whoever fails so often is guessing.
pub const MAX_ATTEMPTS: usize = 20;

/// An order's payment: everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Whose order.
    pub tenant: String,
    /// Which order.
    pub order: String,
    /// One more with each change.
    pub version: u64,
    /// In the order they were begun.
    pub attempts: Vec<Attempt>,
    /// Whether what was taken was given back.
    pub refunded: bool,
}

/// One attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// A hash of what was sent with it.
    pub fingerprint: String,
    /// What the bank knows it by.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub state: State,
    /// Until then, in milliseconds since 1970, somebody is at it.
    pub busy_until_ms: u64,
}

/// How far an attempt is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The bank may have heard of it.
    Started,
    /// The bank has reserved the money, and may have taken it.
    Authorized,
    /// The bank has taken the money.
    Captured,
    /// The bank refuses, and why.
    Declined(String),
    /// Another attempt took its place; nobody will take its money any more.
    Abandoned,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose order.
    pub tenant: String,
    /// Which order.
    pub order: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// A hash of the body.
    pub fingerprint: String,
    /// How much.
    pub amount: Money,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Store this payment, whose last attempt is a new one, and make the attempt.
    Begin(Payment),
    /// Store this payment and go on with its last attempt, which somebody else left.
    Resume(Payment),
    /// Store this payment and go on with its last attempt, which is another one's: it may have taken money already.
    Finish(Payment),
    /// The attempt has ended: the same answer again.
    Ended(Attempt),
}

/// Why it is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentProblem {
    /// The key was used with another body.
    #[error("this Idempotency-Key was used with another body: send the same body again, or a key of its own")]
    KeyReused,
    /// Somebody is at it.
    #[error("the order is being paid at this moment: send the same request again in a moment")]
    InProgress,
    /// The order is paid, by another attempt.
    #[error("the order is paid already")]
    Paid,
    /// Enough is enough.
    #[error("the order has had {MAX_ATTEMPTS} attempts to pay it: place another order")]
    TooManyAttempts,
}

impl Payment {
    /// The attempt that took money.
    pub fn captured(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.state == State::Captured)
    }

    /// The attempt that counts: the last one.
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// How far it is, in one word.
    pub fn state(&self) -> &'static str {
        match self.last() {
            _ if self.refunded => "refunded",
            Some(attempt) => attempt.state.word(),
            None => "started",
        }
    }

    /// The next version of it, with its last attempt at `state`, and nobody at it after `busy_until_ms`.
    #[must_use]
    pub fn moved(mut self, state: State, busy_until_ms: u64) -> Self {
        if let Some(last) = self.attempts.last_mut() {
            last.state = state;
            last.busy_until_ms = busy_until_ms;
        }
        self.next()
    }

    /// The next version of it, given back.
    #[must_use]
    pub fn given_back(mut self) -> Self {
        self.refunded = true;
        self.next()
    }

    fn next(mut self) -> Self {
        self.version = self.version.saturating_add(1);
        self
    }
}

impl State {
    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            State::Started => "started",
            State::Authorized => "authorized",
            State::Captured => "captured",
            State::Declined(_) => "declined",
            State::Abandoned => "abandoned",
        }
    }

    /// Whether nothing follows.
    fn is_final(&self) -> bool {
        matches!(self, State::Captured | State::Declined(_) | State::Abandoned)
    }
}

/// What is to be done about `asked`, where `held` is what is known so far; who does it is at it for `lease_ms`.
///
/// # Errors
/// The [`PaymentProblem`].
pub fn next_step(held: Option<Payment>, asked: &Asked, now_ms: u64, lease_ms: u64) -> Result<Step, PaymentProblem> {
    let until = now_ms.saturating_add(lease_ms);
    let Some(held) = held else { return begin(none_of(asked), asked, until) };
    if let Some(known) = held.attempts.iter().find(|attempt| attempt.key == asked.key) {
        return repeat(&held, known, asked, now_ms, until);
    }
    match held.last().map(|last| (last.state.clone(), last.busy_until_ms > now_ms)) {
        _ if held.captured().is_some() => Err(PaymentProblem::Paid),
        Some((State::Started | State::Authorized, true)) => Err(PaymentProblem::InProgress),
        // Only who has written that it is authorized may capture it: this write is the end of it, whoever is late.
        Some((State::Started, false)) => begin(held.moved(State::Abandoned, 0), asked, until),
        Some((State::Authorized, false)) => Ok(Step::Finish(held.moved(State::Authorized, until))),
        _ => begin(held.next(), asked, until),
    }
}

fn repeat(held: &Payment, known: &Attempt, asked: &Asked, now_ms: u64, until: u64) -> Result<Step, PaymentProblem> {
    if known.fingerprint != asked.fingerprint {
        return Err(PaymentProblem::KeyReused);
    }
    if known.state.is_final() {
        return Ok(Step::Ended(known.clone()));
    }
    if known.busy_until_ms > now_ms {
        return Err(PaymentProblem::InProgress);
    }
    // One that has not ended is the last one.
    Ok(Step::Resume(held.clone().moved(known.state.clone(), until)))
}

fn none_of(asked: &Asked) -> Payment {
    let (tenant, order) = (asked.tenant.clone(), asked.order.clone());
    Payment { tenant, order, version: 1, attempts: Vec::new(), refunded: false }
}

fn begin(mut payment: Payment, asked: &Asked, busy_until_ms: u64) -> Result<Step, PaymentProblem> {
    if payment.attempts.len() >= MAX_ATTEMPTS {
        return Err(PaymentProblem::TooManyAttempts);
    }
    let number = payment.attempts.len() + 1;
    payment.attempts.push(Attempt {
        key: asked.key.clone(),
        fingerprint: asked.fingerprint.clone(),
        // An order's id is random, and no other tenant's: so is this.
        reference: format!("{}-{number}", asked.order),
        amount: asked.amount.clone(),
        state: State::Started,
        busy_until_ms,
    });
    Ok(Step::Begin(payment))
}

#[cfg(test)]
mod tests;
