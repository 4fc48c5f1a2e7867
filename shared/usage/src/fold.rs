//! Folding: what many sandboxes have told of a closed hour becomes one record for each key and route; hours become days, and
//! days months.
//!
//! What is folded stays where it is until it expires, so folding can be repeated: after a message that came late it is, and
//! the new run counts more. Of two that fold at once, the one that saw more is kept.

use crate::{Hour, Ledger, LedgerError, Span, SpanKind, read::gather};

/// Folds a closed span of a tenant. `version` and the numbers after it are those of no
/// other run of the span.
///
/// It looks again when it has written: what was kept meanwhile found no run to fold anew, and is not in the one written.
/// What is kept after the second look finds the run, and [`settle`] sees to it.
///
/// # Errors
/// [`LedgerError`]; fold again.
pub async fn fold(ledger: &impl Ledger, tenant: &str, span: Span, version: u64) -> Result<(), LedgerError> {
    let mut written = 0;
    for look in 0.. {
        let records = gather(ledger, tenant, span).await?;
        let requests = records.iter().fold(0u64, |sum, record| sum.saturating_add(record.totals.requests));
        if requests <= written {
            break;
        }
        ledger.write(tenant, span, version.wrapping_add(look), &records).await?;
        written = requests;
    }
    Ok(())
}

/// Folds anew whatever was folded of an hour, after an entry of it was kept; the shorter first, for the longer are made of
/// them. Nothing where nothing was folded, which is what it is for nearly every entry.
///
/// # Errors
/// [`LedgerError`]; settle again: the entry is not in every report before that.
pub async fn settle(ledger: &impl Ledger, tenant: &str, hour: Hour, version: u64) -> Result<(), LedgerError> {
    for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
        let span = Span::of(kind, hour);
        if ledger.runs(tenant, kind, span.first(), span.first().plus(1)).await?.is_empty() {
            continue;
        }
        fold(ledger, tenant, span, version).await?;
    }
    Ok(())
}
