//! Usage plans as the gateway asks them: the plan that a request's key is held to, and whether it may go on.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    Admission, Admissions, Allowance, CachedPlans, Call, Caller, Counters, HolderId, Operation, PlanStore,
    PlanStoreError, Refusal, UsagePlan,
};

/// How long a caller is asked to wait while nobody can say what its plan is.
const UNKNOWN_PLAN_MS: u64 = 1_000;

/// How many plans are read again after one response: the next response finds the others.
const MOST_REFRESHED: usize = 2;

/// A request that is to be admitted.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The API key; none where the operation asks for none.
    pub key: Option<Key<'r>>,
    /// What it asks for.
    pub operation: Operation<'r>,
}

/// An API key.
#[derive(Clone, Copy, Debug)]
pub struct Key<'r> {
    /// Its public id.
    pub id: &'r str,
    /// The ids of the plans that it is in, a space between two.
    pub plan_ids: &'r str,
}

/// Whether a request may go on, and by which plan.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whether it may.
    pub admission: Admission,
    plan: Option<Arc<UsagePlan>>,
}

/// The usage plans of one sandbox, and what it has in hand of them.
pub struct UsagePlans<S, C, K> {
    plans: CachedPlans<S>,
    admissions: Admissions<C, K>,
    trouble: Mutex<Option<PlanStoreError>>,
}

impl Default for Verdict {
    /// Nobody asked for anything: it may.
    fn default() -> Self {
        Verdict { admission: Admission::Admitted(Allowance::default()), plan: None }
    }
}

impl Verdict {
    /// The id of the plan that it is by, if it is by one.
    pub fn plan_id(&self) -> Option<&str> {
        self.plan.as_ref().map(|plan| plan.id.as_str())
    }

    fn refused(refusal: Refusal) -> Self {
        Verdict { admission: Admission::Refused(refusal, Allowance::default()), plan: None }
    }
}

impl<S: PlanStore, C: Counters, K: Fn() -> i64> UsagePlans<S, C, K> {
    /// Plans of a store, counted in another, for a sandbox of this identity, by this clock. To be made after a snapshot is
    /// restored: see [`HolderId`].
    pub fn new(plans: S, counters: C, id: HolderId, clock_ms: K) -> Self {
        let admissions = Admissions::new(counters, id, clock_ms);
        UsagePlans { plans: CachedPlans::new(plans), admissions, trouble: Mutex::default() }
    }

    /// Whether a request may go on. A key in no plan that covers the stage is refused, as AWS refuses it. With its plan known
    /// and a block in hand nobody is asked, and nothing allocated.
    pub async fn admit(&self, request: &Request<'_>) -> Verdict {
        let plan = match request.key {
            None => None,
            Some(key) => match self.plan(key, request).await {
                Ok(Some(plan)) => Some(plan),
                Ok(None) => return Verdict::refused(Refusal::NotInPlan),
                Err(error) => {
                    self.note(error);
                    return Verdict::refused(Refusal::Unavailable { retry_after_ms: UNKNOWN_PLAN_MS });
                }
            },
        };
        let admission = self.admissions.admit(&call(request, plan.as_deref())).await;
        Verdict { admission, plan }
    }

    /// Takes back what an admitted request cost of its quota: it was refused after all, before anything was called.
    pub fn refund(&self, request: &Request<'_>, verdict: &mut Verdict) {
        let Admission::Admitted(allowance) = &mut verdict.admission else { return };
        self.admissions.refund(&call(request, verdict.plan.as_deref()), allowance);
        if let (Some(_), Some(quota)) = (allowance.spent.take(), &mut allowance.quota) {
            quota.remaining = quota.remaining.saturating_add(request.operation.units).min(quota.limit);
        }
    }

    /// What the responses that have been posted leave to do: renewing blocks before they are empty, giving back what is not
    /// needed, reading plans again before their time is over. Not to be called while the client still waits.
    pub async fn after_response(&self) {
        self.admissions.after_response().await;
        for _ in 0..MOST_REFRESHED {
            match self.plans.refresh(self.admissions.now_ms()).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.note(error),
            }
        }
    }

    /// Gives everything back: the sandbox is about to end.
    pub async fn shut_down(&self) {
        self.admissions.shut_down().await;
    }

    /// Forgets everything in hand and goes on under another identity: a snapshot was restored.
    pub fn restored(&self, id: HolderId) {
        self.admissions.restored(id);
    }

    /// Why a store gave no answer, if one gave none since this was last asked: a sentence for the log.
    pub fn take_trouble(&self) -> Option<String> {
        let of_plans = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        let of_counters = self.admissions.take_trouble();
        of_counters.map(|error| error.to_string()).or_else(|| of_plans.map(|error| error.to_string()))
    }

    async fn plan(&self, key: Key<'_>, request: &Request<'_>) -> Result<Option<Arc<UsagePlan>>, PlanStoreError> {
        let place = (request.operation.api_id, request.operation.stage);
        self.plans.covering(key.plan_ids, place, self.admissions.now_ms()).await
    }

    fn note(&self, error: PlanStoreError) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

fn call<'r>(request: &Request<'r>, plan: Option<&'r UsagePlan>) -> Call<'r> {
    let caller = request.key.zip(plan).map(|(key, plan)| Caller { key_id: key.id, plan });
    Call { caller, operation: request.operation }
}
