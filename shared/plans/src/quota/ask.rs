//! What a lease asks the store, what it is told, and what it says of units that are not in hand.

use std::sync::Arc;

use crate::{Answer, Change, Forget, Standing};

/// Why a lease cannot be had now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// Nothing remains.
    Exhausted,
    /// The store does not answer.
    Unavailable,
}

/// What is missing for an admission.
#[derive(Debug)]
pub(crate) enum Lack<A> {
    /// Ask the store this, tell the lease what came of it, and try again.
    Ask(A),
    /// Somebody has asked: wait for what comes of that.
    Wait,
    /// Nothing helps until then.
    Shut(Shut, i64),
}

/// What a lease asks the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuotaAsk {
    Change(Change),
    Look(Arc<str>),
    Forget(Forget),
}

/// What the store answers.
#[derive(Clone, Debug)]
pub(crate) enum QuotaAnswer {
    Changed(Answer),
    Seen(Standing),
    Done,
}
