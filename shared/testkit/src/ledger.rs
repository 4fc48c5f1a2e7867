//! A ledger in memory, with the same promises as the one in DynamoDB; it can be told to fail.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    task::Poll,
};

use usage::{Entry, Hour, Ledger, LedgerError, RecordKey, Run, Source, Span, SpanKind, UsageRecord};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Answered,
    /// It is refused and changes nothing.
    Refused,
    /// It is carried out, and its answer is lost.
    Unheard,
}

/// What is kept of an hour of a tenant.
type Within = BTreeMap<(RecordKey, Source), UsageRecord>;

/// A run and its records.
type Written = (Run, Vec<UsageRecord>);

type Decides = Box<dyn FnMut(usize) -> Fate>;

/// A ledger in memory. Each call lets others go first once, so that calls of several tasks take turns.
#[derive(Default)]
pub struct MemoryLedger {
    entries: RefCell<BTreeMap<(Hour, String), Within>>,
    runs: RefCell<BTreeMap<(String, SpanKind, Hour), Written>>,
    calls: Cell<usize>,
    fate: RefCell<Option<Decides>>,
}

impl MemoryLedger {
    /// Lets `fate` decide what becomes of each call from now on, by how many there were before it.
    pub fn fail(&self, fate: impl FnMut(usize) -> Fate + 'static) {
        self.calls.set(0);
        *self.fate.borrow_mut() = Some(Box::new(fate));
    }

    /// Answers all calls from now on.
    pub fn heal(&self) {
        *self.fate.borrow_mut() = None;
    }

    /// How many calls there were since it was told to fail.
    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    /// Forgets the entries of an hour, as a table does when they have expired.
    pub fn expire(&self, hour: Hour) {
        self.entries.borrow_mut().retain(|(other, _), _| *other != hour);
    }

    async fn call<T>(&self, carry_out: impl FnOnce() -> T) -> Result<T, LedgerError> {
        others_first().await;
        let call = self.calls.get();
        self.calls.set(call + 1);
        let fate = self.fate.borrow_mut().as_mut().map_or(Fate::Answered, |fate| fate(call));
        let lost = || LedgerError::Unavailable("it was told to fail".to_owned());
        match fate {
            Fate::Answered => Ok(carry_out()),
            Fate::Refused => Err(lost()),
            Fate::Unheard => {
                carry_out();
                Err(lost())
            }
        }
    }
}

impl Ledger for MemoryLedger {
    async fn keep(&self, entry: &Entry) -> Result<(), LedgerError> {
        self.call(|| {
            let mut entries = self.entries.borrow_mut();
            let within = entries.entry((entry.key().hour, entry.key().tenant.clone())).or_default();
            let kept = within.entry((entry.key().clone(), entry.source)).or_insert_with(|| entry.record.clone());
            if entry.totals().are_beyond(&kept.totals) {
                *kept = entry.record.clone();
            }
        })
        .await
    }

    async fn entries(&self, tenant: &str, hour: Hour) -> Result<Vec<Entry>, LedgerError> {
        self.call(|| {
            let entries = self.entries.borrow();
            let within = entries.get(&(hour, tenant.to_owned())).into_iter().flatten();
            within.map(|((_, source), record)| Entry { source: *source, record: record.clone() }).collect()
        })
        .await
    }

    async fn tenants(&self, hour: Hour) -> Result<Vec<String>, LedgerError> {
        self.call(|| {
            let entries = self.entries.borrow();
            entries.keys().filter(|(other, _)| *other == hour).map(|(_, tenant)| tenant.clone()).collect()
        })
        .await
    }

    async fn all_tenants(&self) -> Result<Vec<String>, LedgerError> {
        self.call(|| {
            let (entries, runs) = (self.entries.borrow(), self.runs.borrow());
            let of_entries = entries.keys().map(|(_, tenant)| tenant.clone());
            let all: BTreeSet<String> = of_entries.chain(runs.keys().map(|(tenant, ..)| tenant.clone())).collect();
            all.into_iter().collect()
        })
        .await
    }

    async fn hours(&self, tenant: &str, from: Hour, to: Hour) -> Result<Vec<Hour>, LedgerError> {
        self.call(|| {
            let entries = self.entries.borrow();
            let within = entries.keys().filter(|(hour, other)| other == tenant && (from..to).contains(hour));
            within.map(|(hour, _)| *hour).collect()
        })
        .await
    }

    async fn runs(&self, tenant: &str, kind: SpanKind, from: Hour, to: Hour) -> Result<Vec<Run>, LedgerError> {
        self.call(|| {
            let name = |hour| (tenant.to_owned(), kind, hour);
            let runs = self.runs.borrow();
            let within = (from < to).then(|| runs.range(name(from)..name(to)));
            within.into_iter().flatten().map(|(_, (run, _))| *run).collect()
        })
        .await
    }

    async fn write(&self, tenant: &str, span: Span, version: u64, records: &[UsageRecord]) -> Result<(), LedgerError> {
        self.call(|| {
            let requests = records.iter().map(|record| record.totals.requests).sum();
            let mut runs = self.runs.borrow_mut();
            let name = (tenant.to_owned(), span.kind(), span.first());
            if runs.get(&name).is_none_or(|(run, _)| run.requests < requests) {
                runs.insert(name, (Run { span, version, parts: 1, requests }, records.to_vec()));
            }
        })
        .await
    }

    async fn visit(&self, tenant: &str, run: &Run, show: &mut impl FnMut(&UsageRecord)) -> Result<(), LedgerError> {
        self.call(|| {
            let runs = self.runs.borrow();
            let found = runs.get(&(tenant.to_owned(), run.span.kind(), run.span.first()));
            found.into_iter().flat_map(|(_, records)| records).for_each(show);
        })
        .await
    }
}

/// Is ready when it is asked the second time.
async fn others_first() {
    let mut asked = false;
    poll_fn(|context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
