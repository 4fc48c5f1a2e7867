//! Keeping entries, many at once.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use usage::{Entry, Hour, Ledger, LedgerError, settle};

/// How many entries are written at once.
const AT_ONCE: usize = 16;

/// The time and numbers that nobody has had.
pub trait Clock {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// 64 random bits.
    fn random(&self) -> u64;
}

/// Keeps entries, and folds anew what was folded of their hours. Says of each entry, in order, whether it is in every report
/// now.
pub(crate) async fn keep_all(
    entries: &[Entry],
    ledger: &impl Ledger,
    clock: &impl Clock,
) -> Vec<Result<(), LedgerError>> {
    let keeping = entries.iter().map(|entry| ledger.keep(entry));
    let mut kept: Vec<_> = stream::iter(keeping).buffered(AT_ONCE).collect().await;
    // Every hour that is over: whoever folds may have a clock that is ahead of this one.
    let current = Hour::at_ms(clock.now_ms());
    let late: BTreeSet<(&str, Hour)> = entries
        .iter()
        .filter(|entry| entry.key().hour < current)
        .map(|entry| (entry.key().tenant.as_str(), entry.key().hour))
        .collect();
    for (tenant, hour) in late {
        if let Err(error) = settle(ledger, tenant, hour, clock.random()).await {
            let of_it = |entry: &Entry| entry.key().tenant == tenant && entry.key().hour == hour;
            let unsettled = entries.iter().zip(&mut kept).filter(|(entry, _)| of_it(entry));
            unsettled.for_each(|(_, kept)| *kept = Err(error.clone()));
        }
    }
    kept
}
