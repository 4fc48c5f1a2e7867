//! Reading a tenant's usage: runs where there are any, entries where there are none yet.

use std::collections::BTreeMap;

use crate::{Hour, Ledger, LedgerError, RecordKey, Run, Span, SpanKind, Totals, UsageRecord};

/// A tenant's records from one hour to before another, sorted. `coarsest` is the longest span whose record may stand for the
/// hours in it: `Month` reads least, `Hour` tells hours apart.
///
/// Folding that goes on meanwhile changes nothing of the sums: an entry outlives its hour's folding, a run its successor.
///
/// # Errors
/// [`LedgerError`].
pub async fn read(
    ledger: &impl Ledger,
    tenant: &str,
    (from, to): (Hour, Hour),
    coarsest: SpanKind,
) -> Result<Vec<UsageRecord>, LedgerError> {
    let open = ledger.hours(tenant, from, to).await?;
    let mut runs = BTreeMap::new();
    // The longer ones last: they take the place of the shorter ones that begin with them.
    for kind in [SpanKind::Hour, SpanKind::Day, SpanKind::Month] {
        if kind <= coarsest {
            let whole = ledger.runs(tenant, kind, from, to).await?.into_iter().filter(|run| run.span.end() <= to);
            runs.extend(whole.map(|run| (run.span.first(), run)));
        }
    }
    let mut sums = Sums::default();
    let mut covered = from;
    for run in runs.values() {
        if run.span.first() >= covered {
            sums.entries(ledger, tenant, &open, (covered, run.span.first())).await?;
            sums.run(ledger, tenant, run).await?;
            covered = run.span.end();
        }
    }
    sums.entries(ledger, tenant, &open, (covered, to)).await?;
    Ok(sums.into_records())
}

/// Records by their key. A run is sorted already, and most often the only one.
#[derive(Default)]
struct Sums {
    whole: Vec<Vec<UsageRecord>>,
    summed: BTreeMap<RecordKey, Totals>,
}

impl Sums {
    async fn entries(
        &mut self,
        ledger: &impl Ledger,
        tenant: &str,
        open: &[Hour],
        (from, to): (Hour, Hour),
    ) -> Result<(), LedgerError> {
        for hour in open.iter().filter(|hour| (from..to).contains(hour)) {
            for entry in ledger.entries(tenant, *hour).await? {
                self.summed.entry(entry.record.key).or_default().merge(&entry.record.totals);
            }
        }
        Ok(())
    }

    async fn run(&mut self, ledger: &impl Ledger, tenant: &str, run: &Run) -> Result<(), LedgerError> {
        // Of disjoint spans: no key is in two of them.
        self.whole.push(ledger.records(tenant, run).await?);
        Ok(())
    }

    fn into_records(self) -> Vec<UsageRecord> {
        let mut records: Vec<UsageRecord> = self.whole.into_iter().flatten().collect();
        records.extend(self.summed.into_iter().map(|(key, totals)| UsageRecord { key, totals }));
        records.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        records
    }
}

/// The records of one span, each with the span's first hour, added up from what is finer.
pub(crate) async fn gather(ledger: &impl Ledger, tenant: &str, span: Span) -> Result<Vec<UsageRecord>, LedgerError> {
    let hours = (span.first(), span.end());
    let records = match span.kind() {
        SpanKind::Hour => {
            let mut sums = Sums::default();
            sums.entries(ledger, tenant, &[span.first()], hours).await?;
            return Ok(sums.into_records());
        }
        SpanKind::Day => read(ledger, tenant, hours, SpanKind::Hour).await?,
        SpanKind::Month => read(ledger, tenant, hours, SpanKind::Day).await?,
    };
    let mut sums: BTreeMap<RecordKey, Totals> = BTreeMap::new();
    for UsageRecord { key, totals } in records {
        sums.entry(RecordKey { hour: span.first(), ..key }).or_default().merge(&totals);
    }
    Ok(sums.into_iter().map(|(key, totals)| UsageRecord { key, totals }).collect())
}
