//! How much a caller may call: usage plans, exact quotas, throttles.
//!
//! A request is admitted by what its sandbox has in hand: units of the key's quota, and tokens of its throttles. Both are
//! leased from the store in blocks, so that most requests ask nobody. [`Holder`] is a sandbox's state and says what to ask
//! the store; [`Admissions`] asks it, through the port [`Counters`]; [`UsagePlans`] finds the plan that a request is held to.
//! Nothing here reads a clock or waits.

mod admissions;
mod cached_plans;
mod calendar;
mod counters;
mod fields;
mod holder;
mod holder_id;
mod pauses;
mod period;
mod plan;
mod quota;
mod store;
mod throttle;
mod turns;
mod usage_plans;

pub use admissions::Admissions;
pub use cached_plans::{CachedPlans, PLANS_TTL_MS};
pub use counters::{Answer, Change, CounterError, Counters, Forget, Move, Standing, Taken};
pub use fields::{RateLimitFields, rate_limit_fields, retry_after_s};
pub use holder::{
    Admission, Allowance, Ask, Asked, Call, Caller, Holder, Operation, QuotaState, Refusal, Reply, StageThrottle, Step,
};
pub use holder_id::{HolderId, Stamp};
pub use period::{Period, PeriodType};
pub use plan::{
    ApiStage, MAX_BURST, MAX_LIMIT, MAX_PRIORITY, MAX_RATE, Quota, Rate, Throttle, UsagePlan, WhenUnavailable,
    are_disjoint,
};
pub use store::{PlanStore, PlanStoreError};
pub use throttle::{Take, Tat};
pub use usage_plans::{Key, Request, UsagePlans, Verdict};

/// How long a sandbox's mark is kept on a counter: a change whose answer was lost is settled well within it.
pub const DOUBT_MS: i64 = 5_000;
