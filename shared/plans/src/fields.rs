//! What the caller is told of its plan in headers: `RateLimit-Policy` and `RateLimit` of the IETF's draft
//! (draft-ietf-httpapi-ratelimit-headers-10, section 3), and `Retry-After` (RFC 9110, section 10.2.3).

use std::fmt::Write as _;

use crate::{Admission, Allowance, Refusal};

/// The two fields' values; empty where a plan has no limit of any kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimitFields {
    /// `"throttle";q=200;w=2, "quota";q=1000;w=86400`: units in so many seconds.
    pub policy: String,
    /// `"quota";r=850;t=3600`: what is left, and the seconds until all is there again.
    pub limit: String,
}

/// The fields of an answer.
///
/// The throttle's policy is its burst in the time in which the bucket fills; how many tokens are left in it no sandbox
/// knows, so `RateLimit` tells of it only when it refuses.
pub fn rate_limit_fields(admission: &Admission) -> RateLimitFields {
    let (Admission::Admitted(allowance) | Admission::Refused(_, allowance)) = admission;
    let mut fields = RateLimitFields { policy: policy(allowance), limit: String::new() };
    if let Admission::Refused(Refusal::Throttled { retry_after_ms }, _) = admission
        && allowance.throttle.is_some()
    {
        item(&mut fields.limit, format_args!(r#""throttle";r=0;t={}"#, retry_after_ms.div_ceil(1_000)));
    }
    if let Some(quota) = allowance.quota {
        let left =
            if matches!(admission, Admission::Refused(Refusal::QuotaExceeded { .. }, _)) { 0 } else { quota.remaining };
        item(&mut fields.limit, format_args!(r#""quota";r={left};t={}"#, quota.reset_s));
    }
    fields
}

/// The seconds of `Retry-After`; nothing for a request that was admitted, or that no waiting helps.
pub fn retry_after_s(admission: &Admission) -> Option<u64> {
    let Admission::Refused(
        Refusal::Throttled { retry_after_ms }
        | Refusal::QuotaExceeded { retry_after_ms }
        | Refusal::Unavailable { retry_after_ms },
        _,
    ) = admission
    else {
        return None;
    };
    Some(retry_after_ms.div_ceil(1_000).max(1))
}

fn policy(allowance: &Allowance) -> String {
    let mut policy = String::new();
    if let Some(throttle) = allowance.throttle {
        let fill_s = (u128::from(throttle.burst_limit) * 1_000).div_ceil(u128::from(throttle.rate_limit.milli.max(1)));
        item(&mut policy, format_args!(r#""throttle";q={};w={}"#, throttle.burst_limit, fill_s.max(1)));
    }
    if let Some(quota) = allowance.quota {
        item(&mut policy, format_args!(r#""quota";q={};w={}"#, quota.limit, quota.window_s));
    }
    policy
}

fn item(list: &mut String, item: std::fmt::Arguments<'_>) {
    if !list.is_empty() {
        list.push_str(", ");
    }
    let _ = list.write_fmt(item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{QuotaState, Rate, Throttle};

    fn allowance() -> Allowance {
        Allowance {
            throttle: Some(Throttle { rate_limit: Rate::per_second(100), burst_limit: 250 }),
            quota: Some(QuotaState { limit: 1000, remaining: 850, reset_s: 3600, window_s: 86_400 }),
            spent: None,
        }
    }

    fn check(admission: &Admission, policy: &str, limit: &str, retry: Option<u64>) {
        let fields = rate_limit_fields(admission);
        let got = (fields.policy.as_str(), fields.limit.as_str(), retry_after_s(admission));
        assert_eq!(got, (policy, limit, retry));
    }

    #[test]
    fn the_caller_is_told_of_its_plan() {
        let both = r#""throttle";q=250;w=3, "quota";q=1000;w=86400"#;
        check(&Admission::Admitted(allowance()), both, r#""quota";r=850;t=3600"#, None);
        let throttled = Admission::Refused(Refusal::Throttled { retry_after_ms: 120 }, allowance());
        check(&throttled, both, r#""throttle";r=0;t=1, "quota";r=850;t=3600"#, Some(1));
        let exceeded = Admission::Refused(Refusal::QuotaExceeded { retry_after_ms: 3_599_001 }, allowance());
        check(&exceeded, both, r#""quota";r=0;t=3600"#, Some(3600));
        check(&Admission::Admitted(Allowance::default()), "", "", None);
        check(&Admission::Refused(Refusal::NotInPlan, Allowance::default()), "", "", None);
    }
}
