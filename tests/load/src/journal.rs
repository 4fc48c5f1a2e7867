//! What all customers saw.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::books::{Lines, Told};

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What a customer would call it.
    pub name: &'static str,
    /// The operation's route key.
    pub route: &'static str,
    /// Whether it goes past the router: then the managed API's access log counts it.
    pub is_native: bool,
}

/// How long the answers to one kind of request took.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

/// Everything, written by all customers at once.
#[derive(Default)]
pub struct Journal {
    told: Mutex<Told>,
    steps: Mutex<BTreeMap<Step, Times>>,
}

impl Step {
    /// A request that the router answers.
    pub const fn new(name: &'static str, route: &'static str) -> Self {
        Step { name, route, is_native: false }
    }

    /// One that goes past it.
    pub const fn native(name: &'static str, route: &'static str) -> Self {
        Step { name, route, is_native: true }
    }
}

impl Times {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What so many of a hundred took at most: the nearest rank.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }
}

impl Journal {
    /// An answer came.
    pub fn answered(&self, step: Step, status: u16, took: Duration) {
        lock(&self.steps).entry(step).or_default().0.push(took);
        if !step.is_native {
            let class = u8::try_from(status / 100).unwrap_or_default();
            *lock(&self.told).answers.entry((step.route.to_owned(), class)).or_default() += 1;
        }
    }

    /// Something came that no customer should see.
    pub fn surprise(&self, what: String) {
        lock(&self.told).surprises.push(what);
    }

    /// A cart was checked out.
    pub fn placed(&self, order: &str, lines: Lines) {
        lock(&self.told).orders.insert(order.to_owned(), lines);
    }

    /// An order was paid.
    pub fn paid(&self, order: &str) {
        lock(&self.told).paid.insert(order.to_owned());
    }

    /// An order's delivery was started.
    pub fn started(&self, order: &str) {
        lock(&self.told).started.insert(order.to_owned());
    }

    /// What customers were told so far.
    pub fn told(&self) -> Told {
        lock(&self.told).clone()
    }

    /// How long each step took so far.
    pub fn steps(&self) -> BTreeMap<Step, Times> {
        lock(&self.steps).clone()
    }
}

/// A customer that panicked with the lock held has failed already.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let times = Times((1..=200).rev().map(Duration::from_millis).collect());
        for (percent, expected) in [(50, 100), (95, 190), (99, 198), (100, 200)] {
            assert_eq!(times.percentile(percent), Duration::from_millis(expected));
        }
        assert_eq!(Times(vec![Duration::from_millis(7)]).percentile(1), Duration::from_millis(7));
        assert_eq!(Times::default().percentile(50), Duration::ZERO);
    }

    #[test]
    fn what_goes_past_the_router_is_timed_and_not_expected_in_the_ledger() {
        let journal = Journal::default();
        journal.answered(Step::new("cart", "POST /carts"), 201, Duration::ZERO);
        journal.answered(Step::native("pay", "POST /orders/{orderId}/payments"), 402, Duration::ZERO);
        let answers: Vec<_> = journal.told().answers.into_iter().collect();
        assert_eq!((answers, journal.steps().len()), (vec![(("POST /carts".to_owned(), 2), 1)], 2));
    }
}
