//! Reading a tenant's usage: runs where there are any, entries where there are none yet.

use std::collections::BTreeMap;

use crate::{Hour, Ledger, LedgerError, RecordKey, Span, SpanKind, Totals, UsageRecord};

/// Shows a tenant's records from one hour to before another, in no order; of an hour that is not folded, one for each source.
/// `coarsest` is the longest span whose record may stand for the hours in it: `Month` reads least, `Hour` tells hours apart.
///
/// Folding that goes on meanwhile changes nothing of the sums: an entry outlives its hour's folding, a run its successor.
///
/// # Errors
/// [`LedgerError`]; some may have been shown.
pub async fn scan(
    ledger: &impl Ledger,
    tenant: &str,
    (from, to): (Hour, Hour),
    coarsest: SpanKind,
    show: &mut impl FnMut(&UsageRecord),
) -> Result<(), LedgerError> {
    let open = ledger.hours(tenant, from, to).await?;
    let mut runs = BTreeMap::new();
    // The longer ones last: they take the place of the shorter ones that begin with them.
    for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
        if kind <= coarsest {
            let whole = ledger.runs(tenant, kind, from, to).await?.into_iter().filter(|run| run.span.end() <= to);
            runs.extend(whole.map(|run| (run.span.first(), run)));
        }
    }
    let mut covered = from;
    for run in runs.values() {
        if run.span.first() >= covered {
            entries(ledger, tenant, &open, (covered, run.span.first()), show).await?;
            ledger.visit(tenant, run, show).await?;
            covered = run.span.end();
        }
    }
    entries(ledger, tenant, &open, (covered, to), show).await
}

/// The same records, sorted, each key once.
///
/// # Errors
/// [`LedgerError`].
pub async fn read(
    ledger: &impl Ledger,
    tenant: &str,
    hours: (Hour, Hour),
    coarsest: SpanKind,
) -> Result<Vec<UsageRecord>, LedgerError> {
    let mut records = Vec::new();
    scan(ledger, tenant, hours, coarsest, &mut |record| records.push(record.clone())).await?;
    Ok(summed(records))
}

async fn entries(
    ledger: &impl Ledger,
    tenant: &str,
    open: &[Hour],
    (from, to): (Hour, Hour),
    show: &mut impl FnMut(&UsageRecord),
) -> Result<(), LedgerError> {
    for hour in open.iter().filter(|hour| (from..to).contains(hour)) {
        ledger.entries(tenant, *hour).await?.iter().for_each(|entry| show(&entry.record));
    }
    Ok(())
}

/// Sorted, with those of one key added up.
fn summed(mut records: Vec<UsageRecord>) -> Vec<UsageRecord> {
    records.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    records.dedup_by(|record, sum| {
        let same = record.key == sum.key;
        if same {
            sum.totals.merge(&record.totals);
        }
        same
    });
    records
}

/// The records of one span, each with the span's first hour, added up from what is finer.
pub(crate) async fn gather(ledger: &impl Ledger, tenant: &str, span: Span) -> Result<Vec<UsageRecord>, LedgerError> {
    let mut sums: BTreeMap<RecordKey, Totals> = BTreeMap::new();
    let mut add = |record: &UsageRecord| {
        let key = RecordKey { hour: span.first(), ..record.key.clone() };
        sums.entry(key).or_default().merge(&record.totals);
    };
    let hours = (span.first(), span.end());
    match span.kind() {
        SpanKind::Hour => entries(ledger, tenant, &[span.first()], hours, &mut add).await?,
        SpanKind::Day => scan(ledger, tenant, hours, SpanKind::Hour, &mut add).await?,
        SpanKind::Month => scan(ledger, tenant, hours, SpanKind::Day, &mut add).await?,
    }
    Ok(sums.into_iter().map(|(key, totals)| UsageRecord { key, totals }).collect())
}
