//! Where usage is kept: the port, and the rules that it keeps.
//!
//! Two kinds of things are kept. *Entries*: of each record and source, the largest totals that were told. They are never
//! changed but by larger ones, and deleted long after their hour is folded. *Runs*: the records of a closed hour, day or
//! month, added up. A run is written under a version of its own and never changed; then the span's pointer is moved to it,
//! if it counts more requests than the one before. A reader that follows pointers sees one run or the other, whole.

use std::{fmt, future::Future};

use serde::{Deserialize, Serialize};

use crate::{Hour, RecordKey, Span, SpanKind, Totals, UsageRecord};

/// Who counted: a sandbox from its start or its restore to its end, or one delivery of log lines. 64 random bits, drawn
/// after a snapshot is restored and not before it is taken: of two sandboxes with one identity, the smaller count is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source(#[serde(with = "hex")] pub u64);

/// What a source has counted of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who counted.
    pub source: Source,
    /// What.
    pub record: UsageRecord,
}

/// Where a span's records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The span.
    pub span: Span,
    /// A number that no other run of the span has.
    pub version: u64,
    /// How many parts it has.
    pub parts: u32,
    /// How many requests it counts.
    pub requests: u64,
}

/// Why the ledger gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It could not be reached or refused the call: a repeat may help, and does no harm.
    #[error("the ledger did not answer: {0}")]
    Unavailable(String),
    /// It holds something that is no usage.
    #[error("the ledger holds a malformed item: {0}")]
    Corrupt(String),
}

/// The ledger. Every call may be repeated, at any time, by anybody at once, and changes nothing then.
pub trait Ledger {
    /// Keeps an entry if it [is beyond](Totals::are_beyond) the one that is kept of its record and source.
    ///
    /// # Errors
    /// [`LedgerError`]; it may have been kept.
    fn keep(&self, entry: &Entry) -> impl Future<Output = Result<(), LedgerError>>;

    /// All entries of an hour of a tenant that were kept before.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn entries(&self, tenant: &str, hour: Hour) -> impl Future<Output = Result<Vec<Entry>, LedgerError>>;

    /// The tenants that have entries in an hour, and maybe some that have not.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn tenants(&self, hour: Hour) -> impl Future<Output = Result<Vec<String>, LedgerError>>;

    /// All tenants of whom there may be entries or runs, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn all_tenants(&self) -> impl Future<Output = Result<Vec<String>, LedgerError>>;

    /// The hours from one to before another in which a tenant has entries, in order, and maybe some in which it has not.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn hours(&self, tenant: &str, from: Hour, to: Hour) -> impl Future<Output = Result<Vec<Hour>, LedgerError>>;

    /// The runs of a kind whose spans begin from one hour to before another, in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn runs(
        &self,
        tenant: &str,
        kind: SpanKind,
        from: Hour,
        to: Hour,
    ) -> impl Future<Output = Result<Vec<Run>, LedgerError>>;

    /// Writes a run's records and then points to it, unless the span's run counts as many requests or more.
    ///
    /// # Errors
    /// [`LedgerError`]; it may have been pointed to.
    fn write(
        &self,
        tenant: &str,
        span: Span,
        version: u64,
        records: &[UsageRecord],
    ) -> impl Future<Output = Result<(), LedgerError>>;

    /// Shows each of a run's records, in their order. A large run is never in memory as a whole.
    ///
    /// # Errors
    /// [`LedgerError`]; some may have been shown.
    fn visit(
        &self,
        tenant: &str,
        run: &Run,
        show: &mut impl FnMut(&UsageRecord),
    ) -> impl Future<Output = Result<(), LedgerError>>;

    /// A run's records.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn records(&self, tenant: &str, run: &Run) -> impl Future<Output = Result<Vec<UsageRecord>, LedgerError>> {
        async move {
            let mut records = Vec::new();
            self.visit(tenant, run, &mut |record| records.push(record.clone())).await?;
            Ok(records)
        }
    }
}

impl Entry {
    /// The record's key.
    pub fn key(&self) -> &RecordKey {
        &self.record.key
    }

    /// The totals.
    pub fn totals(&self) -> &Totals {
        &self.record.totals
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

mod hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bits: &u64, to: S) -> Result<S::Ok, S::Error> {
        // A number of JSON has 53 bits.
        to.collect_str(&format_args!("{bits:016x}"))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        let digits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bits = digits.then(|| u64::from_str_radix(&text, 16).ok()).flatten();
        bits.ok_or_else(|| D::Error::custom("source is no 16 hexadecimal digits"))
    }
}
