//! A request as admission sees it, and what becomes of it.

use serde::{Deserialize, Serialize};

use crate::{Period, Throttle, UsagePlan, throttle::TokenRule};

/// A request that is to be admitted.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// Whose it is, and what plan it is held to; none where the operation asks for no key.
    pub caller: Option<Caller<'c>>,
    /// What it asks for.
    pub operation: Operation<'c>,
}

/// An operation, as far as plans care.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'c> {
    /// The API's id.
    pub api_id: &'c str,
    /// The stage's name.
    pub stage: &'c str,
    /// Its method: `GET`, or `ANY`.
    pub method: &'c str,
    /// Its path as the definition writes it: `/pets/{id}`.
    pub path: &'c str,
    /// What a request of it costs of the quota: `x-tollgate-units`, else 1.
    pub units: u64,
    /// The whole stage's throttle.
    pub stage_throttle: Option<&'c StageThrottle>,
    /// Its own throttle, for all callers together.
    pub method_throttle: Option<&'c Throttle>,
}

/// Who makes a request.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// The API key's id.
    pub key_id: &'c str,
    /// The plan that covers the stage.
    pub plan: &'c UsagePlan,
}

/// A stage's throttle, parts of which may be kept for plans of higher priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageThrottle {
    /// The bucket.
    pub throttle: Throttle,
    /// Hundredths of the burst, by priority, that only plans of at least this priority may use.
    pub reserved: Vec<(u8, u8)>,
}

/// Whether a request may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Admitted(Allowance),
    /// It may not.
    Refused(Refusal, Allowance),
}

/// Why a request may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 429, AWS's `THROTTLED`.
    Throttled {
        /// How long until another try may succeed.
        retry_after_ms: u64,
    },
    /// 429, AWS's `QUOTA_EXCEEDED`.
    QuotaExceeded {
        /// How long until the period ends.
        retry_after_ms: u64,
    },
    /// 503: nobody can say, and the plan wants to be sure.
    Unavailable {
        /// How long until the store is asked again.
        retry_after_ms: u64,
    },
    /// 403, AWS's `INVALID_API_KEY`: none of the key's plans covers the stage.
    NotInPlan,
}

/// What the caller may be told of its plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The throttle that its plan holds it to on this operation.
    pub throttle: Option<Throttle>,
    /// The quota.
    pub quota: Option<QuotaState>,
    /// The period in which the request's units were spent; none where nothing was.
    pub spent: Option<Period>,
}

/// A quota, as far as this sandbox knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaState {
    /// Units of this period.
    pub limit: u64,
    /// Units that were left when the store was last heard of, less what this sandbox has spent since.
    pub remaining: u64,
    /// Until the period ends, in seconds.
    pub reset_s: u64,
    /// How long the period is, in seconds.
    pub window_s: u64,
}

impl Call<'_> {
    /// What the stage's bucket allows this caller: not what is reserved for those above it.
    pub(crate) fn stage_rule(&self) -> Option<TokenRule> {
        let StageThrottle { throttle, reserved } = self.operation.stage_throttle?;
        let priority = self.caller.map_or(0, |caller| caller.plan.priority);
        let above = reserved.iter().filter(|(level, _)| *level > priority).map(|(_, percent)| u64::from(*percent));
        Some(TokenRule { throttle: *throttle, reserved_percent: above.sum::<u64>().min(100) })
    }

    /// The throttle that the caller's plan holds it to, and whether it is the operation's own.
    pub(crate) fn plan_throttle(&self) -> Option<(Throttle, bool)> {
        let (plan, operation) = (self.caller?.plan, self.operation);
        let own = plan.method_throttle(operation.api_id, operation.stage, operation.path, operation.method);
        own.map(|throttle| (*throttle, true)).or_else(|| plan.throttle.map(|throttle| (throttle, false)))
    }
}
