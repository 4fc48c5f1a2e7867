//! One key's leases under one plan.

use std::sync::Arc;

use super::{
    Ask, Question, Step,
    call::{Admission, Allowance, Call, Caller, QuotaState, Refusal},
    place::{Place, is_named, name},
};
use crate::{
    HolderId, Period, Quota, UsagePlan, WhenUnavailable,
    quota::{Lack, QuotaAsk, QuotaLease, Shut},
    throttle::{TokenLease, TokenRule},
};

/// How long before a period ends the next one's first block is leased, at most: so not all sandboxes ask at midnight.
const EARLY_MS: i64 = 60_000;

/// A key's leases.
#[derive(Clone, Debug)]
pub(super) struct Account {
    plan_id: Arc<str>,
    quotas: Vec<QuotaLease>,
    tokens: Vec<TokenLease>,
    used_ms: i64,
}

/// A throttle's token or a quota's units that need not be in hand: the store cannot be asked, and the plan admits.
type Unasked = bool;

impl Account {
    pub(super) fn new(plan_id: &str, now_ms: i64) -> Self {
        Account { plan_id: plan_id.into(), quotas: Vec::new(), tokens: Vec::new(), used_ms: now_ms }
    }

    pub(super) fn is_of(&self, plan_id: &str) -> bool {
        &*self.plan_id == plan_id
    }

    pub(super) fn quota_of(&mut self, period: Period) -> Option<&mut QuotaLease> {
        self.quotas.iter_mut().find(|lease| lease.period() == period)
    }

    pub(super) fn tokens_of(&mut self, bucket: &str) -> Option<&mut TokenLease> {
        self.tokens.iter_mut().find(|lease| &**lease.bucket() == bucket)
    }

    pub(super) fn in_hand(&self) -> u64 {
        self.quotas.iter().map(QuotaLease::hand).sum()
    }

    /// Admits a request, spending a token and its units; or says what stands in the way, and nothing is spent.
    pub(super) fn step(
        &mut self,
        id: HolderId,
        call: &Call<'_>,
        caller: Caller<'_>,
        now_ms: i64,
    ) -> Result<Allowance, Step> {
        self.used_ms = now_ms;
        let tokens = self.token(id, call, caller, now_ms)?;
        let period = caller.plan.quota.map(|quota| Period::at(quota.period, now_ms));
        let unasked = match (caller.plan.quota, period) {
            (Some(quota), Some(period)) => self.units(id, call, caller, (quota, period), now_ms)?,
            _ => false,
        };
        if let Some(lease) = tokens.and_then(|place| self.tokens.get_mut(place)) {
            lease.spend(now_ms);
        }
        let spent = period.filter(|_| !unasked);
        if let Some(lease) = spent.and_then(|period| self.quota_of(period)) {
            lease.spend(call.operation.units, now_ms);
        }
        Ok(Allowance { spent, ..self.allowance(call, caller, now_ms) })
    }

    /// What the caller may be told.
    pub(super) fn allowance(&self, call: &Call<'_>, caller: Caller<'_>, now_ms: i64) -> Allowance {
        let throttle = call.plan_throttle().map(|(throttle, _)| throttle);
        let quota = caller.plan.quota.map(|quota| {
            let period = Period::at(quota.period, now_ms);
            let limit = limit_of(quota, period, caller.plan);
            let lease = self.quotas.iter().find(|lease| lease.period() == period);
            QuotaState {
                limit,
                remaining: lease.map_or(limit, QuotaLease::remaining).min(limit),
                reset_s: span_ms(now_ms, period.end_ms()).div_ceil(1_000),
                window_s: period.length_s(),
            }
        });
        Allowance { throttle, quota, spent: None }
    }

    pub(super) fn chore(&mut self, id: HolderId, key: &str, now_ms: i64) -> Option<Ask> {
        let plan = &self.plan_id;
        for lease in &mut self.quotas {
            let period = lease.period();
            if let Some(ask) = lease.maintain(id, now_ms) {
                return Some(Ask {
                    place: Place::Quota(key.into(), plan.clone(), period),
                    question: Question::Quota(ask),
                });
            }
        }
        for lease in &mut self.tokens {
            if let Some(take) = lease.maintain(now_ms) {
                let place = Place::Tokens(key.into(), plan.clone(), lease.bucket().clone());
                return Some(Ask { place, question: Question::Take(take) });
            }
        }
        self.early(id, key, now_ms)
    }

    pub(super) fn close(&mut self, id: HolderId, key: &str, now_ms: i64) -> Option<Ask> {
        let plan = &self.plan_id;
        self.quotas.iter_mut().find_map(|lease| {
            let period = lease.period();
            let ask = lease.close(id, now_ms)?;
            Some(Ask { place: Place::Quota(key.into(), plan.clone(), period), question: Question::Quota(ask) })
        })
    }

    pub(super) fn is_spent(&mut self, now_ms: i64, idle_ms: i64) -> bool {
        self.quotas.retain(|lease| !lease.is_spent(now_ms, idle_ms));
        self.tokens.retain(|lease| !lease.is_spent(now_ms, idle_ms));
        self.quotas.is_empty() && self.tokens.is_empty() && now_ms >= self.used_ms.saturating_add(idle_ms)
    }

    /// Where the token lies that this request takes, if it takes one.
    fn token(&mut self, id: HolderId, call: &Call<'_>, caller: Caller<'_>, now_ms: i64) -> Result<Option<usize>, Step> {
        let Some((throttle, own)) = call.plan_throttle() else { return Ok(None) };
        let (key, plan) = (caller.key_id, &*caller.plan.id);
        let rule = TokenRule { throttle, reserved_percent: 0 };
        let of_method = [
            "plan",
            plan,
            key,
            call.operation.api_id,
            call.operation.stage,
            call.operation.method,
            call.operation.path,
        ];
        let of_plan = ["plan", plan, key];
        let parts: &[&str] = if own { &of_method } else { &of_plan };
        let place = place_of(&mut self.tokens, parts, rule, id, now_ms);
        let Some(lease) = self.tokens.get_mut(place) else { return Ok(None) };
        if lease.has(now_ms) {
            return Ok(Some(place));
        }
        let bucket = lease.bucket().clone();
        match lease.lack(now_ms) {
            Lack::Ask(take) => {
                let place = Place::Tokens(key.into(), self.plan_id.clone(), bucket);
                Err(Step::Ask(Box::new(Ask { place, question: Question::Take(take) })))
            }
            Lack::Wait => Err(Step::Wait),
            Lack::Shut(Shut::Unavailable, _) if caller.plan.when_throttle_unavailable() == WhenUnavailable::Admit => {
                Ok(None)
            }
            Lack::Shut(why, until_ms) => {
                let retry_after_ms = span_ms(now_ms, until_ms);
                let refusal = match why {
                    Shut::Exhausted => Refusal::Throttled { retry_after_ms },
                    Shut::Unavailable => Refusal::Unavailable { retry_after_ms },
                };
                Err(Step::Done(Admission::Refused(refusal, self.allowance(call, caller, now_ms))))
            }
        }
    }

    /// Sees to it that the request's units are in hand, or need not be.
    fn units(
        &mut self,
        id: HolderId,
        call: &Call<'_>,
        caller: Caller<'_>,
        (quota, period): (Quota, Period),
        now_ms: i64,
    ) -> Result<Unasked, Step> {
        let lease = self.lease_of(id, caller, quota, period, now_ms);
        if lease.has(call.operation.units) {
            return Ok(false);
        }
        match lease.lack(id, call.operation.units, now_ms) {
            Lack::Ask(question) => Err(Step::Ask(Box::new(self.ask(caller.key_id, period, question)))),
            Lack::Wait => Err(Step::Wait),
            Lack::Shut(Shut::Unavailable, _) if caller.plan.when_quota_unavailable() == WhenUnavailable::Admit => {
                Ok(true)
            }
            Lack::Shut(why, until_ms) => {
                let refusal = match why {
                    Shut::Exhausted => Refusal::QuotaExceeded { retry_after_ms: span_ms(now_ms, period.end_ms()) },
                    Shut::Unavailable => Refusal::Unavailable { retry_after_ms: span_ms(now_ms, until_ms) },
                };
                Err(Step::Done(Admission::Refused(refusal, self.allowance(call, caller, now_ms))))
            }
        }
    }

    fn ask(&self, key: &str, period: Period, question: QuotaAsk) -> Ask {
        Ask { place: Place::Quota(key.into(), self.plan_id.clone(), period), question: Question::Quota(question) }
    }

    fn lease_of(
        &mut self,
        id: HolderId,
        caller: Caller<'_>,
        quota: Quota,
        period: Period,
        now_ms: i64,
    ) -> &mut QuotaLease {
        let place = self.quotas.iter().position(|lease| lease.period() == period).unwrap_or_else(|| {
            let pace = self.quotas.last().map(|lease| lease.pace().carried_over(now_ms));
            let name = counter_name(&caller.plan.id, caller.key_id, period);
            let shards = caller.plan.counter_shards();
            self.quotas.push(QuotaLease::new(name, shards, period, pace, now_ms).starting_at(id.0));
            self.quotas.len() - 1
        });
        #[allow(clippy::indexing_slicing, reason = "the place of one that was found or pushed just now")]
        let lease = &mut self.quotas[place];
        lease.set_limit(limit_of(quota, period, caller.plan));
        lease
    }

    /// The first block of the next period, for a key in steady use.
    fn early(&mut self, id: HolderId, key: &str, now_ms: i64) -> Option<Ask> {
        let current = self.quotas.iter().find(|lease| lease.period().holds(now_ms))?;
        let next = current.period().next();
        // Each sandbox at a time of its own.
        let ahead = i64::try_from(id.0 % 60).unwrap_or_default() * (EARLY_MS / 60);
        let soon = now_ms >= next.start_ms().saturating_sub(ahead);
        if !soon || !current.pace().is_steady() || self.quotas.iter().any(|lease| lease.period() == next) {
            return None;
        }
        let mut lease = current.for_next(counter_name(&self.plan_id, key, next), now_ms);
        let question = lease.first(id, now_ms);
        self.quotas.push(lease);
        Some(self.ask(key, next, question))
    }
}

/// The name of a counter.
fn counter_name(plan_id: &str, key_id: &str, period: Period) -> Arc<str> {
    name(&["quota", plan_id, key_id, &period.to_string()])
}

fn limit_of(quota: Quota, period: Period, plan: &UsagePlan) -> u64 {
    quota.limit_in(period, plan.created_at_s.saturating_mul(1_000))
}

/// From one time to another.
pub(super) fn span_ms(from_ms: i64, to_ms: i64) -> u64 {
    u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or_default()
}

/// The place of the bucket of this name among `leases`, made if there is none.
pub(super) fn place_of(
    leases: &mut Vec<TokenLease>,
    parts: &[&str],
    rule: TokenRule,
    id: HolderId,
    now_ms: i64,
) -> usize {
    let is_it = |lease: &TokenLease| lease.reserved() == rule.reserved_percent && is_named(lease.bucket(), parts);
    let place = leases.iter().position(is_it).unwrap_or_else(|| {
        leases.push(TokenLease::new(name(parts), rule, id.0, now_ms));
        leases.len() - 1
    });
    if let Some(lease) = leases.get_mut(place) {
        lease.set_rule(rule);
    }
    place
}
