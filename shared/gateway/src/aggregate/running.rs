//! Futures that run side by side in one task.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// Up to ten futures. Each is looked at whenever any of them is woken: with so few, that costs less than a waker of its own
/// for each would, and the crate needs no other for it.
pub(super) struct Running<F>(Vec<(usize, Pin<Box<F>>)>);

impl<F> Default for Running<F> {
    fn default() -> Self {
        Running(Vec::new())
    }
}

impl<F: Future> Running<F> {
    /// Adds one, under a number; it starts when [`Running::next`] is awaited.
    pub(super) fn add(&mut self, place: usize, future: F) {
        self.0.push((place, Box::pin(future)));
    }

    /// The next that ends, and its number; `None` when there is none any more.
    pub(super) async fn next(&mut self) -> Option<(usize, F::Output)> {
        poll_fn(|context| {
            let mut ended = None;
            for (at, (place, future)) in self.0.iter_mut().enumerate() {
                if let Poll::Ready(output) = future.as_mut().poll(context) {
                    ended = Some((at, *place, output));
                    break;
                }
            }
            match ended {
                Some((at, place, output)) => {
                    drop(self.0.swap_remove(at));
                    Poll::Ready(Some((place, output)))
                }
                None if self.0.is_empty() => Poll::Ready(None),
                None => Poll::Pending,
            }
        })
        .await
    }
}
