//! What a usage plan says. (API Gateway developer guide, `api-gateway-api-usage-plans`; API reference, `UsagePlan`.)
//!
//! The names are AWS's, in code and in documents, so that what `aws apigateway get-usage-plans` writes is a plan. Ours are
//! `priority` and `whenUnavailable`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Period, PeriodType};

/// How many requests a key's holder may make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsagePlan {
    /// Its id, which keys name.
    pub id: String,
    /// Its name, for people.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Requests a second of each key.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// Requests a period of each key, over all of the plan's stages.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The stages that it covers; none: every stage.
    #[serde(default)]
    pub api_stages: Vec<ApiStage>,
    /// Who goes first when a stage's own throttle is the limit: the higher. 0 to 9.
    #[serde(default)]
    pub priority: u8,
    /// What becomes of a request while the store of counters does not answer.
    #[serde(default)]
    pub when_unavailable: Option<WhenUnavailable>,
    /// How many items count a key's quota; none: as many as its limit calls for. It must not change within a period.
    #[serde(default)]
    pub shards: Option<u64>,
    /// When the plan was made, in seconds since 1970: [`Quota::offset`] counts in the period that holds it.
    #[serde(default)]
    pub created_at_s: i64,
}

/// One stage that a plan covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiStage {
    /// The API's id; `*` is any.
    pub api_id: String,
    /// The stage's name; `*` is any.
    pub stage: String,
    /// Throttles of single methods, in place of the plan's: `/pets/GET` by its resource path and method.
    #[serde(default)]
    pub throttle: BTreeMap<String, Throttle>,
}

/// A token bucket. (API Gateway developer guide, `api-gateway-request-throttling`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Throttle {
    /// Requests a second, steadily.
    #[serde(with = "rate")]
    pub rate_limit: Rate,
    /// Requests at once: what the bucket holds.
    pub burst_limit: u64,
}

/// Requests a second, in thousandths: AWS's rates are fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate {
    /// Requests in 1,000 seconds.
    pub milli: u64,
}

/// Requests a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Units a period. A request costs one, or what `x-tollgate-units` says.
    pub limit: u64,
    /// Units taken off the limit in the plan's first period.
    #[serde(default)]
    pub offset: u64,
    /// The period.
    pub period: PeriodType,
}

/// What becomes of a request that cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenUnavailable {
    /// It is let through, uncounted.
    Admit,
    /// It is answered with 503.
    Refuse,
}

/// The largest rate, in requests a second: a hundred times what an account has.
pub const MAX_RATE: u64 = 1_000_000;

/// The largest burst.
pub const MAX_BURST: u64 = 1_000_000_000;

/// The largest quota: any count of units fits into the numbers of JSON and DynamoDB.
pub const MAX_LIMIT: u64 = 1_000_000_000_000_000;

/// A quota has a shard for each so many units: then no block that is a hundredth of them all is more than a shard has.
const UNITS_PER_SHARD: u64 = 25_000;

/// The most shards: 3,000 sandboxes are then fewer than fifty on each.
const MAX_SHARDS: u64 = 64;

/// The highest priority.
pub const MAX_PRIORITY: u8 = 9;

impl UsagePlan {
    /// The entry that covers a stage, if one does.
    pub fn api_stage(&self, api_id: &str, stage: &str) -> Option<&ApiStage> {
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        self.api_stages.iter().find(|entry| fits(&entry.api_id, api_id) && fits(&entry.stage, stage))
    }

    /// Whether requests to a stage are held to this plan.
    pub fn covers(&self, api_id: &str, stage: &str) -> bool {
        self.api_stages.is_empty() || self.api_stage(api_id, stage).is_some()
    }

    /// The throttle of one method of a stage, where it has one of its own.
    pub fn method_throttle(&self, api_id: &str, stage: &str, path: &str, method: &str) -> Option<&Throttle> {
        let throttles = &self.api_stage(api_id, stage)?.throttle;
        // Seldom more than AWS's twenty: a walk is faster than making the key, and makes nothing.
        let own = |key: &str| key.strip_suffix(method).and_then(|rest| rest.strip_suffix('/')) == Some(path);
        throttles.iter().find(|(key, _)| own(key)).map(|(_, throttle)| throttle)
    }

    /// How many items count a key's quota. A quota that is large enough to be in use by hundreds of sandboxes at once is
    /// counted in several, so that none of them is written too often; see `docs/usage-plans.md`.
    pub fn counter_shards(&self) -> u64 {
        let called_for = self.quota.map_or(1, |quota| quota.limit / UNITS_PER_SHARD);
        self.shards.unwrap_or(called_for).clamp(1, MAX_SHARDS)
    }

    /// The names of the items that count a key's quota in a period.
    pub fn quota_counters(&self, key_id: &str, period: Period) -> Vec<String> {
        let name = format!("quota#{}#{key_id}#{period}", self.id);
        let shard = |shard: u64| if shard == 0 { name.clone() } else { format!("{name}#{shard}") };
        (0..self.counter_shards()).map(shard).collect()
    }

    /// What becomes of a request when its throttle cannot be asked: it is let through, if the plan does not say otherwise.
    pub fn when_throttle_unavailable(&self) -> WhenUnavailable {
        self.when_unavailable.unwrap_or(WhenUnavailable::Admit)
    }

    /// What becomes of a request when its quota cannot be asked: it is refused, if the plan does not say otherwise.
    pub fn when_quota_unavailable(&self) -> WhenUnavailable {
        self.when_unavailable.unwrap_or(WhenUnavailable::Refuse)
    }
}

/// Whether a key may be in both plans: no stage is covered by both.
pub fn are_disjoint(one: &UsagePlan, other: &UsagePlan) -> bool {
    let meet = |a: &str, b: &str| a == "*" || b == "*" || a == b;
    let any = |a: &ApiStage| other.api_stages.iter().any(|b| meet(&a.api_id, &b.api_id) && meet(&a.stage, &b.stage));
    !one.api_stages.is_empty() && !other.api_stages.is_empty() && !one.api_stages.iter().any(any)
}

impl Quota {
    /// The units of one period, of a plan that was made at `since_ms`.
    pub fn limit_in(&self, period: Period, since_ms: i64) -> u64 {
        let first = period.holds(since_ms);
        if first { self.limit.saturating_sub(self.offset) } else { self.limit }
    }
}

impl Rate {
    /// A rate in requests a second, to the thousandth; nothing where it is no number from 0 to [`MAX_RATE`].
    pub fn parse(per_second: f64) -> Option<Self> {
        let sane = per_second.is_finite() && (0.0..=MAX_RATE as f64).contains(&per_second);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10^9")]
        sane.then(|| Rate { milli: (per_second * 1000.0).round() as u64 })
    }

    /// Whole requests a second.
    pub const fn per_second(requests: u64) -> Self {
        Rate { milli: requests * 1000 }
    }

    /// The rate in requests a second.
    pub fn as_f64(self) -> f64 {
        self.milli as f64 / 1000.0
    }
}

mod rate {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Rate;

    pub(super) fn serialize<S: Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(rate.as_f64())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Rate, D::Error> {
        let number = f64::deserialize(from)?;
        Rate::parse(number).ok_or_else(|| D::Error::custom("rateLimit is no number from 0 to 1000000"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTED: &str = r#"{"id": "c7y23b", "name": "gold", "apiStages": [
        {"apiId": "a1", "stage": "prod", "throttle": {"/pets/GET": {"burstLimit": 5, "rateLimit": 2.5}}}],
        "throttle": {"burstLimit": 200, "rateLimit": 100.0}, "quota": {"limit": 1000, "offset": 3, "period": "WEEK"}}"#;

    fn plan(stages: &[(&str, &str)]) -> UsagePlan {
        let mut plan: UsagePlan = serde_json::from_str(EXPORTED).unwrap();
        let stage = |(api, stage): &(&str, &str)| ApiStage {
            api_id: (*api).to_owned(),
            stage: (*stage).to_owned(),
            throttle: BTreeMap::new(),
        };
        plan.api_stages = stages.iter().map(stage).collect();
        plan
    }

    #[test]
    fn what_aws_writes_is_a_plan() {
        let plan: UsagePlan = serde_json::from_str(EXPORTED).unwrap();
        assert_eq!(plan.throttle, Some(Throttle { rate_limit: Rate::per_second(100), burst_limit: 200 }));
        assert_eq!(plan.quota, Some(Quota { limit: 1000, offset: 3, period: PeriodType::Week }));
        let own = plan.method_throttle("a1", "prod", "/pets", "GET");
        assert_eq!(own, Some(&Throttle { rate_limit: Rate { milli: 2500 }, burst_limit: 5 }));
        assert_eq!(plan.method_throttle("a1", "prod", "/pets", "POST"), None);
        assert_eq!(plan.method_throttle("a1", "prod", "/cats/pets", "GET"), None);
        assert_eq!(plan.method_throttle("a1", "test", "/pets", "GET"), None);
        let again: UsagePlan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(again, plan);
    }

    #[test]
    fn a_stage_is_covered_by_name_or_by_star() {
        assert!(plan(&[]).covers("any", "any"));
        assert!(plan(&[("a1", "prod")]).covers("a1", "prod"));
        assert!(!plan(&[("a1", "prod")]).covers("a1", "test"));
        assert!(plan(&[("*", "prod")]).covers("a2", "prod"));
    }

    #[test]
    fn a_key_is_in_one_plan_only_for_each_stage() {
        assert!(are_disjoint(&plan(&[("a1", "prod")]), &plan(&[("a1", "test"), ("a2", "prod")])));
        assert!(!are_disjoint(&plan(&[("a1", "prod")]), &plan(&[("*", "prod")])));
        assert!(!are_disjoint(&plan(&[]), &plan(&[("a1", "prod")])));
    }
}
