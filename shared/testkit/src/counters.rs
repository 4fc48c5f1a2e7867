//! A store of counters in memory, with the same promises as the one in DynamoDB, and a store of plans.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use plans::{
    Answer, Change, CounterError, Counters, Forget, PlanStore, PlanStoreError, Standing, Take, Taken, Tat, UsagePlan,
};

/// Counters and buckets in memory.
#[derive(Default)]
pub struct MemoryCounters {
    counters: RefCell<BTreeMap<String, Standing>>,
    buckets: RefCell<BTreeMap<String, Tat>>,
    calls: Cell<usize>,
    cut_off: Cell<bool>,
}

impl MemoryCounters {
    /// Makes it a store that does not answer, or one that does again.
    pub fn cut_off(&self, cut_off: bool) {
        self.cut_off.set(cut_off);
    }

    /// How often it was asked.
    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    fn answer(&self) -> Result<(), CounterError> {
        self.calls.set(self.calls.get() + 1);
        if self.cut_off.get() { Err(CounterError::Unavailable("cut off".to_owned())) } else { Ok(()) }
    }
}

impl Counters for MemoryCounters {
    async fn change(&self, change: &Change) -> Result<Answer, CounterError> {
        self.answer()?;
        let mut counters = self.counters.borrow_mut();
        let standing = counters.entry(change.counter.clone()).or_default();
        let before = standing.clone();
        let applied = before.allows(change);
        if applied {
            standing.apply(change);
        }
        Ok(Answer { applied, before })
    }

    async fn look(&self, counter: &str) -> Result<Standing, CounterError> {
        self.answer()?;
        Ok(self.counters.borrow().get(counter).cloned().unwrap_or_default())
    }

    async fn forget(&self, forget: &Forget) -> Result<(), CounterError> {
        self.answer()?;
        self.counters.borrow_mut().entry(forget.counter.clone()).or_default().forget(&forget.marks);
        Ok(())
    }

    async fn take(&self, take: &Take) -> Result<Taken, CounterError> {
        self.answer()?;
        let mut buckets = self.buckets.borrow_mut();
        let before = buckets.get(&take.bucket).copied();
        let after = take.from(before);
        if let Some(after) = after {
            buckets.insert(take.bucket.clone(), after);
        }
        Ok(Taken { taken: after.is_some(), before })
    }
}

/// Several sandboxes may share it.
impl Counters for &MemoryCounters {
    async fn change(&self, change: &Change) -> Result<Answer, CounterError> {
        (*self).change(change).await
    }

    async fn look(&self, counter: &str) -> Result<Standing, CounterError> {
        (*self).look(counter).await
    }

    async fn forget(&self, forget: &Forget) -> Result<(), CounterError> {
        (*self).forget(forget).await
    }

    async fn take(&self, take: &Take) -> Result<Taken, CounterError> {
        (*self).take(take).await
    }
}

/// Usage plans in memory.
#[derive(Default)]
pub struct MemoryPlans {
    plans: RefCell<BTreeMap<String, UsagePlan>>,
    reads: Cell<usize>,
    cut_off: Cell<bool>,
}

impl MemoryPlans {
    /// A store that holds these.
    pub fn of(plans: impl IntoIterator<Item = UsagePlan>) -> Self {
        let plans = plans.into_iter().map(|plan| (plan.id.clone(), plan)).collect();
        MemoryPlans { plans: RefCell::new(plans), ..MemoryPlans::default() }
    }

    /// Makes it a store that finds nothing and says why, or one that finds again.
    pub fn cut_off(&self, cut_off: bool) {
        self.cut_off.set(cut_off);
    }

    /// How often a plan was looked for.
    pub fn reads(&self) -> usize {
        self.reads.get()
    }
}

/// Several sandboxes may share it.
impl PlanStore for &MemoryPlans {
    async fn find(&self, id: &str) -> Result<Option<UsagePlan>, PlanStoreError> {
        (*self).find(id).await
    }

    async fn list(&self) -> Result<Vec<UsagePlan>, PlanStoreError> {
        (*self).list().await
    }

    async fn put(&self, plan: &UsagePlan) -> Result<(), PlanStoreError> {
        (*self).put(plan).await
    }

    async fn delete(&self, id: &str) -> Result<(), PlanStoreError> {
        (*self).delete(id).await
    }
}

impl PlanStore for MemoryPlans {
    async fn find(&self, id: &str) -> Result<Option<UsagePlan>, PlanStoreError> {
        self.reads.set(self.reads.get() + 1);
        if self.cut_off.get() {
            return Err(PlanStoreError::Unavailable("cut off".to_owned()));
        }
        Ok(self.plans.borrow().get(id).cloned())
    }

    async fn list(&self) -> Result<Vec<UsagePlan>, PlanStoreError> {
        Ok(self.plans.borrow().values().cloned().collect())
    }

    async fn put(&self, plan: &UsagePlan) -> Result<(), PlanStoreError> {
        self.plans.borrow_mut().insert(plan.id.clone(), plan.clone());
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), PlanStoreError> {
        self.plans.borrow_mut().remove(id);
        Ok(())
    }
}
