//! Usage plans that were read a moment ago.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{PlanStore, PlanStoreError, UsagePlan};

/// For how long a plan is used without another read: the bound within which a change of a plan reaches every router.
pub const PLANS_TTL_MS: i64 = 60_000;

/// A plan that is in use is read again so long before its time is over, when no client waits.
const EARLY_MS: i64 = PLANS_TTL_MS / 4;

/// For how long a store that gave no answer is not asked again for the same plan.
const PAUSE_MS: i64 = 1_000;

/// How many plans are kept: AWS has 300 in an account and region.
const KNOWN: usize = 1_000;

/// A store of plans in front of which its last answers are kept, found or not. While the store does not answer, what was
/// known goes on.
pub struct CachedPlans<S> {
    store: S,
    known: Mutex<HashMap<Box<str>, Known>>,
}

struct Known {
    plan: Option<Arc<UsagePlan>>,
    read_at_ms: i64,
    /// When the store may be asked again.
    asked_again_at_ms: i64,
    is_used: bool,
}

impl<S: PlanStore> CachedPlans<S> {
    /// Keeps each answer of `store` for [`PLANS_TTL_MS`].
    pub fn new(store: S) -> Self {
        CachedPlans { store, known: Mutex::default() }
    }

    /// The plan of this id, if there is one, as it was a moment ago at worst.
    ///
    /// # Errors
    /// As [`PlanStore::find`], for a plan that was never read.
    pub async fn find(&self, id: &str, now_ms: i64) -> Result<Option<Arc<UsagePlan>>, PlanStoreError> {
        let stale = match self.kept(id, now_ms) {
            Kept::Good(plan) => return Ok(plan),
            Kept::Stale(plan) => Some(plan),
            Kept::Unknown => None,
        };
        match (self.read(id, now_ms).await, stale) {
            (Ok(plan), _) | (Err(_), Some(plan)) => Ok(plan),
            (Err(error), None) => Err(error),
        }
    }

    /// The first of a key's plans, its ids by spaces, that covers an API's stage: a key is in one only for each.
    ///
    /// # Errors
    /// As [`CachedPlans::find`].
    pub async fn covering(
        &self,
        ids: &str,
        (api_id, stage): (&str, &str),
        now_ms: i64,
    ) -> Result<Option<Arc<UsagePlan>>, PlanStoreError> {
        for id in ids.split(' ').filter(|id| !id.is_empty()) {
            let found = self.find(id, now_ms).await?;
            if let Some(plan) = found.filter(|plan| plan.covers(api_id, stage)) {
                return Ok(Some(plan));
            }
        }
        Ok(None)
    }

    /// Reads a plan again that is in use and whose time is nearly over; whether there was one.
    ///
    /// # Errors
    /// As [`PlanStore::find`].
    pub async fn refresh(&self, now_ms: i64) -> Result<bool, PlanStoreError> {
        let due = |known: &Known| known.is_used && now_ms >= known.read_at_ms.saturating_add(PLANS_TTL_MS - EARLY_MS);
        let may = |known: &Known| now_ms >= known.asked_again_at_ms;
        let next = self.lock().iter().find(|(_, known)| due(known) && may(known)).map(|(id, _)| id.clone());
        match next {
            Some(id) => self.read(&id, now_ms).await.map(|_| true),
            None => Ok(false),
        }
    }

    async fn read(&self, id: &str, now_ms: i64) -> Result<Option<Arc<UsagePlan>>, PlanStoreError> {
        let found = self.store.find(id).await;
        let mut known = self.lock();
        match found {
            Ok(plan) => {
                let plan = plan.map(Arc::new);
                let kept = Known { plan: plan.clone(), read_at_ms: now_ms, asked_again_at_ms: now_ms, is_used: false };
                if known.len() >= KNOWN {
                    known.clear();
                }
                known.insert(id.into(), kept);
                Ok(plan)
            }
            Err(error) => {
                if let Some(known) = known.get_mut(id) {
                    known.asked_again_at_ms = now_ms.saturating_add(PAUSE_MS);
                }
                Err(error)
            }
        }
    }

    fn kept(&self, id: &str, now_ms: i64) -> Kept {
        let mut known = self.lock();
        let Some(known) = known.get_mut(id) else { return Kept::Unknown };
        known.is_used = true;
        let good = now_ms < known.read_at_ms.saturating_add(PLANS_TTL_MS) || now_ms < known.asked_again_at_ms;
        if good { Kept::Good(known.plan.clone()) } else { Kept::Stale(known.plan.clone()) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Known>> {
        // No step under the lock leaves an entry half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a plan.
enum Kept {
    Good(Option<Arc<UsagePlan>>),
    Stale(Option<Arc<UsagePlan>>),
    Unknown,
}
