//! Whether a request may go on: throttles of stage and operation, then the throttle and quota of its key's usage plan.
//! (API Gateway developer guide, `api-gateway-api-usage-plans`, `api-gateway-request-throttling`.)
//!
//! It stands behind identification and before validation, as on AWS. What is refused costs nothing of a quota: who was not
//! let in never gets here, who is refused here spends nothing, and what an invalid request cost is taken back. That AWS does
//! not count what it refuses by itself is not in its guide; it is what third parties report. A backend that fails has been
//! called, and that counts.

use std::future::Future;

use definition::RestApi;
use plans::{
    Admission, Counters, Key, Operation, PlanStore, Request, UsagePlans, Verdict, rate_limit_fields, retry_after_s,
};

use crate::{Headers, Refusal, exchange::Exchange};

/// Who says whether a request may go on. [`UsagePlans`] does, [`NoPlans`] lets everything through.
pub trait Admit {
    /// Whether it may. Each call counts: a repeat costs another unit.
    fn admit(&self, request: &Request<'_>) -> impl Future<Output = Verdict>;

    /// Takes back what an admitted request cost of its quota.
    fn refund(&self, request: &Request<'_>, verdict: &mut Verdict);
}

impl<S: PlanStore, C: Counters, K: Fn() -> i64> Admit for UsagePlans<S, C, K> {
    async fn admit(&self, request: &Request<'_>) -> Verdict {
        UsagePlans::admit(self, request).await
    }

    fn refund(&self, request: &Request<'_>, verdict: &mut Verdict) {
        UsagePlans::refund(self, request, verdict);
    }
}

impl<A: Admit> Admit for &A {
    async fn admit(&self, request: &Request<'_>) -> Verdict {
        (*self).admit(request).await
    }

    fn refund(&self, request: &Request<'_>, verdict: &mut Verdict) {
        (*self).refund(request, verdict);
    }
}

/// A gateway that counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPlans;

impl Admit for NoPlans {
    async fn admit(&self, _request: &Request<'_>) -> Verdict {
        Verdict::default()
    }

    fn refund(&self, _request: &Request<'_>, _verdict: &mut Verdict) {}
}

/// What the request asks to be admitted to.
pub(crate) fn wanted<'e>(exchange: &Exchange<'e>) -> Request<'e> {
    let (request, operation) = (exchange.request, exchange.operation);
    // AWS holds to plans the calls of methods that ask for a key, and no others; here also those of tenants that have a plan.
    let caller = exchange.principal.filter(|principal| operation.admits.api_key || principal.plan_id.is_some());
    let key = caller.map(|principal| Key {
        id: principal.key_id.as_deref().unwrap_or_default(),
        // In none, it is not let in.
        plan_ids: principal.plan_id.as_deref().unwrap_or_default(),
    });
    let operation = Operation {
        api_id: &request.api.api_id,
        stage: &request.stage.name,
        method: &operation.method,
        path: &operation.path,
        units: operation.limits.units.map_or(1, u64::from),
        stage_throttle: exchange.rest_api.throttle.as_ref(),
        method_throttle: operation.limits.throttle.as_ref(),
    };
    Request { key, operation }
}

/// What was decided.
pub(crate) fn decided(verdict: &Verdict) -> Result<(), Refusal> {
    match verdict.admission {
        Admission::Admitted(_) => Ok(()),
        Admission::Refused(refusal, _) => Err(Refusal::Plan(refusal)),
    }
}

/// Tells the caller when to try again, and of its plan. What the API's own gateway response says goes first.
pub(crate) fn tell(headers: &mut Headers, admission: &Admission, rest_api: &RestApi) {
    if let Some(seconds) = retry_after_s(admission) {
        headers.set_default("retry-after", &seconds.to_string());
    }
    if rest_api.hides_rate_limit_fields {
        return;
    }
    let fields = rate_limit_fields(admission);
    // Lists: what a backend says of limits of its own stands beside them.
    for (name, value) in [("ratelimit-policy", fields.policy), ("ratelimit", fields.limit)] {
        if !value.is_empty() {
            headers.add(name, value);
        }
    }
}
