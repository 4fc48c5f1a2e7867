//! All tenants, for whoever operates the gateway: this hour, and the last 24 by hour.

use std::{cmp::Reverse, collections::BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use usage::{Hour, Ledger, LedgerError, SpanKind, UsageRecord, scan};

use crate::{
    figures::{OfHour, Used, by_hour},
    sums::Sums,
};

/// How many hours are told, this one included.
const HOURS: u32 = 24;

/// The most tenants that an answer tells of by themselves, the busiest first: with thirty routes each it stays below the
/// 6 MB that Lambda carries.
const MAX_TENANTS: usize = 200;

/// How many tenants or hours are read at once.
const AT_ONCE: usize = 8;

/// The statement of all tenants.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statement {
    /// When the ledger was read, in milliseconds since 1970.
    as_of_ms: u64,
    #[serde(flatten)]
    all: Day,
    /// Those with the most requests first.
    tenants: Vec<OfTenant>,
    /// How many others used something, and are in the sums alone.
    other_tenants: usize,
}

/// This hour, and the last 24.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    hour: Used,
    last24_hours: Used,
    hours: Vec<OfHour>,
}

#[derive(Debug, Serialize)]
struct OfTenant {
    /// Empty: callers without one.
    tenant: String,
    #[serde(flatten)]
    used: Day,
}

/// What all tenants have used at `now_ms`.
pub(crate) async fn statement(ledger: &impl Ledger, now_ms: u64) -> Result<Statement, LedgerError> {
    let current = Hour::at_ms(now_ms);
    let hours = (current.minus(HOURS - 1), current.plus(1));
    let names = active(ledger, hours).await?;
    let used = names.into_iter().map(|tenant| of_tenant(ledger, tenant, hours));
    let mut used = stream::iter(used).buffer_unordered(AT_ONCE);
    let (mut sums, mut tenants) = (Sums::default(), Vec::new());
    while let Some((tenant, records)) = used.try_next().await? {
        records.iter().for_each(|record| sums.add(record));
        tenants.push(OfTenant { tenant, used: Day::of(hours, &records) });
    }
    tenants.sort_by(|a, b| {
        let rank = |of: &OfTenant| Reverse(of.used.last24_hours.figures.requests);
        (rank(a), &a.tenant).cmp(&(rank(b), &b.tenant))
    });
    let other_tenants = tenants.len().saturating_sub(MAX_TENANTS);
    tenants.truncate(MAX_TENANTS);
    Ok(Statement { as_of_ms: now_ms, all: Day::of(hours, &sums.into_records()), tenants, other_tenants })
}

/// Who has used something.
async fn active(ledger: &impl Ledger, (from, to): (Hour, Hour)) -> Result<BTreeSet<String>, LedgerError> {
    let of_hours = (from.0..to.0).map(|hour| ledger.tenants(Hour(hour)));
    let names: Vec<Vec<String>> = stream::iter(of_hours).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(names.into_iter().flatten().collect())
}

/// A tenant, and what it used, whichever of its keys.
async fn of_tenant(
    ledger: &impl Ledger,
    tenant: String,
    hours: (Hour, Hour),
) -> Result<(String, Vec<UsageRecord>), LedgerError> {
    let mut sums = Sums::default();
    scan(ledger, &tenant, hours, SpanKind::Hour, &mut |record| sums.add(record)).await?;
    Ok((tenant, sums.into_records()))
}

impl Day {
    fn of(hours: (Hour, Hour), records: &[UsageRecord]) -> Self {
        let (first, current) = (hours.0, hours.1.minus(1));
        Day {
            hour: Used::since(current, records),
            last24_hours: Used::since(first, records),
            hours: by_hour(hours, records),
        }
    }
}
