//! Waiting for another request's answer from the store, within one process.
//!
//! Lambda hands a sandbox one request at a time, but for Managed Instances, which run dozens at once. Then one of them asks
//! for a block and the others wait for it.

use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

/// Who waits, and how many answers have come.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    state: Mutex<(u64, Vec<Waker>)>,
}

/// Ready when an answer has come since it was made.
pub(crate) struct Turn<'t> {
    turns: &'t Turns,
    since: u64,
}

impl Turns {
    /// The next answer. To be made before the state is looked at, so that no answer falls between.
    pub(crate) fn next(&self) -> Turn<'_> {
        Turn { turns: self, since: self.lock().0 }
    }

    /// An answer has come: everybody looks again.
    pub(crate) fn advance(&self) {
        let waiting = {
            let mut state = self.lock();
            state.0 += 1;
            std::mem::take(&mut state.1)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (u64, Vec<Waker>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Turn<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.turns.lock();
        if state.0 != self.since {
            return Poll::Ready(());
        }
        if !state.1.iter().any(|waker| waker.will_wake(context.waker())) {
            state.1.push(context.waker().clone());
        }
        Poll::Pending
    }
}
