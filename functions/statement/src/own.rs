//! A caller's own use: this hour, today and this month, and what its plan leaves it.

use plans::{Counters, Period, PeriodType, PlanStore, Throttle, UsagePlan};
use serde::Serialize;
use usage::{Hour, Ledger, Span, SpanKind, UsageRecord, scan};

use crate::{
    Refusal, Statements,
    caller::Caller,
    figures::{Used, begin},
    sums::Sums,
};

/// The statement of a caller.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statement {
    /// When the ledger was read, in milliseconds since 1970.
    as_of_ms: u64,
    tenant: String,
    /// The API key whose use it is; none where it is the whole tenant's.
    key: Option<String>,
    hour: Used,
    day: Used,
    month: Used,
    /// The usage plan that its calls are held to here, if they are.
    plan: Option<String>,
    quota: Option<Left>,
    throttle: Option<Throttle>,
}

/// A quota, and what is left of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Left {
    period: PeriodType,
    limit: u64,
    /// Units that were counted in this period.
    used: u64,
    left: u64,
    /// Of what is left, what sandboxes hold to spend without asking.
    held: u64,
    /// When it began, and when all of it is there again, as RFC 3339.
    from: String,
    resets_at: String,
}

/// What the caller has used and has left at `now_ms`.
pub(crate) async fn statement<L: Ledger, C: Counters, S: PlanStore>(
    statements: &Statements<L, C, S>,
    caller: &Caller<'_>,
    now_ms: u64,
) -> Result<Statement, Refusal> {
    let place = (caller.api_id, caller.stage);
    let plan = statements.plans.covering(caller.plan_ids, place, signed(now_ms)).await?;
    let current = Hour::at_ms(now_ms);
    let [day, month] = [SpanKind::Day, SpanKind::Month].map(|kind| Span::of(kind, current).first());
    let period = plan.as_ref().and_then(|plan| Some(Period::at(plan.quota?.period, signed(now_ms))));
    // A week may have begun in another month.
    let from = period.map_or(month, |period| hour(period.start_ms()).min(month));
    let held_to = plan.as_deref().zip(caller.key).zip(period);
    let (mut sums, mut units) = (Sums::default(), 0u64);
    let mut add = |record: &UsageRecord| {
        if held_to.is_some_and(|held_to| counts(record, held_to)) {
            units = units.saturating_add(record.totals.units);
        }
        if caller.own_key().is_none_or(|key| record.key.key == key) {
            sums.add(record);
        }
    };
    // Of today, hours: only days that are over are added up.
    scan(&statements.ledger, caller.tenant, (from, current.plus(1)), SpanKind::Day, &mut add).await?;
    let quota = match held_to {
        Some((held_to, period)) => left(&statements.counters, held_to, period, units).await?,
        None => None,
    };
    let records = sums.into_records();
    Ok(Statement {
        as_of_ms: now_ms,
        tenant: caller.tenant.to_owned(),
        key: caller.own_key().map(str::to_owned),
        hour: Used::since(current, &records),
        day: Used::since(day, &records),
        month: Used::since(month, &records),
        plan: plan.as_ref().map(|plan| plan.id.clone()),
        quota,
        throttle: plan.as_ref().and_then(|plan| plan.throttle),
    })
}

/// Whether a record counts for a key's quota under a plan in a period.
fn counts(record: &UsageRecord, ((plan, key), period): ((&UsagePlan, &str), Period)) -> bool {
    record.key.key == key && record.key.plan == plan.id && record.key.hour >= hour(period.start_ms())
}

/// What is left to a key of its quota in a period, by the units that were counted: what was only granted is not used yet.
async fn left(
    counters: &impl Counters,
    (plan, key): (&UsagePlan, &str),
    period: Period,
    used: u64,
) -> Result<Option<Left>, Refusal> {
    let Some(quota) = plan.quota else { return Ok(None) };
    let (from, to) = (hour(period.start_ms()), hour(period.end_ms()));
    let mut granted = 0u64;
    for name in plan.quota_counters(key, period) {
        granted = granted.saturating_add(counters.look(&name).await?.granted);
    }
    let limit = quota.limit_in(period, plan.created_at_s.saturating_mul(1_000));
    Ok(Some(Left {
        period: quota.period,
        limit,
        used,
        left: limit.saturating_sub(used),
        held: granted.saturating_sub(used),
        from: begin(from),
        resets_at: begin(to),
    }))
}

fn hour(ms: i64) -> Hour {
    Hour::at_ms(u64::try_from(ms).unwrap_or_default())
}

fn signed(now_ms: u64) -> i64 {
    i64::try_from(now_ms).unwrap_or(i64::MAX)
}
