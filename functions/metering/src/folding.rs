//! Folding what is closed, whenever the clock says so.

use std::collections::{BTreeMap, BTreeSet};

use usage::{Hour, Ledger, LedgerError, Span, SpanKind, fold};

use crate::{MAX_AGE_HOURS, keeping::Clock, last_closed};

/// How far back it looks for hours that were not folded when they were closed; once a day, as far as entries go.
const LOOKED_BACK_HOURS: u32 = 48;

/// Folds every closed hour, day and month that is not folded yet. What fails does not keep the others from being folded.
///
/// # Errors
/// What failed first, and how many did: fold again.
pub(crate) async fn fold_closed(ledger: &impl Ledger, clock: &impl Clock) -> Result<(), String> {
    let last = last_closed(clock.now_ms());
    let back = if last.0.is_multiple_of(24) { MAX_AGE_HOURS } else { LOOKED_BACK_HOURS };
    let open = open_hours(ledger, last.minus(back), last).await.map_err(|error| error.to_string())?;
    let (mut folded, mut failures) = (0u32, Vec::new());
    for (tenant, hours) in open {
        match fold_tenant(ledger, &tenant, &hours, last, clock).await {
            Ok(spans) => folded += spans,
            Err(error) => failures.push(error),
        }
    }
    tracing::info!(spans = folded, failed = failures.len(), "folded");
    match failures.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} tenants were not folded: {first}", failures.len())),
    }
}

/// The hours that tenants have entries in.
async fn open_hours(
    ledger: &impl Ledger,
    from: Hour,
    last: Hour,
) -> Result<BTreeMap<String, BTreeSet<Hour>>, LedgerError> {
    let mut open: BTreeMap<String, BTreeSet<Hour>> = BTreeMap::new();
    for hour in (from.0..=last.0).map(Hour) {
        for tenant in ledger.tenants(hour).await? {
            open.entry(tenant).or_default().insert(hour);
        }
    }
    Ok(open)
}

/// Folds a tenant's hours, then the days and months of which these are; says how many.
async fn fold_tenant(
    ledger: &impl Ledger,
    tenant: &str,
    hours: &BTreeSet<Hour>,
    last: Hour,
    clock: &impl Clock,
) -> Result<u32, LedgerError> {
    let mut folded = 0;
    for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
        let spans: BTreeSet<Span> = hours.iter().map(|hour| Span::of(kind, *hour)).collect();
        let closed = spans.into_iter().filter(|span| span.end() <= last.plus(1));
        for span in closed {
            let there = ledger.runs(tenant, kind, span.first(), span.first().plus(1)).await?;
            if there.is_empty() {
                fold(ledger, tenant, span, clock.random()).await?;
                folded += 1;
            }
        }
    }
    Ok(folded)
}
