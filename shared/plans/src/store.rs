//! Where usage plans are kept: the port.

use std::future::Future;

use crate::UsagePlan;

/// Usage plans by their id.
pub trait PlanStore {
    /// The plan, if there is one. It may be the one from before a change for a second.
    ///
    /// # Errors
    /// [`PlanStoreError`].
    fn find(&self, id: &str) -> impl Future<Output = Result<Option<UsagePlan>, PlanStoreError>>;

    /// All plans, by id.
    ///
    /// # Errors
    /// [`PlanStoreError`].
    fn list(&self) -> impl Future<Output = Result<Vec<UsagePlan>, PlanStoreError>>;

    /// Stores a plan in place of the one with its id, if there is one. Of two at once, the later stays.
    ///
    /// # Errors
    /// [`PlanStoreError`]; the plan may have been stored, and a repeat does no harm.
    fn put(&self, plan: &UsagePlan) -> impl Future<Output = Result<(), PlanStoreError>>;

    /// Deletes a plan; one that is not there counts as deleted.
    ///
    /// # Errors
    /// [`PlanStoreError`].
    fn delete(&self, id: &str) -> impl Future<Output = Result<(), PlanStoreError>>;
}

/// Why the store of plans gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanStoreError {
    /// It could not be reached or refused the call: a retry may help.
    #[error("the store of usage plans did not answer: {0}")]
    Unavailable(String),
    /// It holds something that is no plan.
    #[error("the store of usage plans holds a malformed plan: {0}")]
    Corrupt(String),
}
