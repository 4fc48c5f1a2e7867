//! The usage ledger in DynamoDB.
//!
//! One table, with the string keys `place` and `name`:
//!
//! | `place` | `name` | |
//! |---|---|---|
//! | `entries#HOUR#TENANT` | record and source | an entry: `requests`, and the whole in `entry` |
//! | `tenants#HOUR` | `=TENANT` | a tenant that has entries in the hour |
//! | `tenants` | `=TENANT` | a tenant of whom there may be runs |
//! | `hours#TENANT` | hour | an hour in which the tenant has entries |
//! | `runs#TENANT` | kind and first hour | where the span's run is: `version`, `parts`, `requests` |
//! | `part#SPAN#VERSION#NUMBER#TENANT` | `part` | some of a run's records, packed |
//!
//! Hours are padded numbers. A run's parts lie in partitions of their own, so that they can be read at once.

mod packed;

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        put_item::{PutItemError, PutItemOutput},
        query::builders::QueryFluentBuilder,
    },
    primitives::Blob,
    types::AttributeValue,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use usage::{Entry, Hour, Ledger, LedgerError, Run, Span, SpanKind, UsageRecord};

use crate::chain;

type Item = HashMap<String, AttributeValue>;

/// How long an entry is kept after its hour: longer than any queue keeps a message that tells of it.
const ENTRY_DAYS: u64 = 35;

/// For how long runs are kept where nobody says otherwise.
const RUN_DAYS: u32 = 400;

/// How many parts of a run are read or written at once.
const AT_ONCE: usize = 16;

/// How many tenants and hours are remembered as noted.
const MAX_NOTED: usize = 20_000;

/// The ledger's table: `place` and `name`, both strings, and TTL attribute `expiresAt` (seconds since 1970).
pub struct LedgerTable {
    client: Client,
    table: String,
    run_days: u32,
    /// Of whom it is known that the table knows that they have entries.
    noted: Mutex<HashSet<(Hour, String)>>,
}

impl LedgerTable {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        LedgerTable { client, table, run_days: RUN_DAYS, noted: Mutex::default() }
    }

    /// The same, which keeps what it folds for so many days.
    #[must_use]
    pub fn keeping(self, run_days: u32) -> Self {
        LedgerTable { run_days, ..self }
    }

    /// Notes that a tenant has entries in an hour, before it has the first.
    async fn note(&self, tenant: &str, hour: Hour) -> Result<(), LedgerError> {
        let noted = (hour, tenant.to_owned());
        if self.noted.lock().unwrap_or_else(PoisonError::into_inner).contains(&noted) {
            return Ok(());
        }
        let expires_at_s = hour.start_s() + ENTRY_DAYS * 86_400;
        for (place, name) in
            [(format!("tenants#{}", padded(hour)), named(tenant)), (format!("hours#{tenant}"), padded(hour))]
        {
            let put = self.client.put_item().table_name(&self.table).item("place", text(place));
            let put = put.item("name", text(name)).item("expiresAt", number(expires_at_s));
            Box::pin(put.send()).await.map_err(unavailable)?;
        }
        self.note_for_long(tenant, hour).await?;
        let mut all = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_NOTED {
            all.clear();
        }
        all.insert(noted);
        Ok(())
    }

    /// Notes that there is such a tenant, for as long as there may be a run of this hour's month.
    async fn note_for_long(&self, tenant: &str, hour: Hour) -> Result<(), LedgerError> {
        let expires_at_s = hour.start_s() + (u64::from(self.run_days) + 31) * 86_400;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("place", text("tenants"))
            .item("name", text(named(tenant)))
            .item("expiresAt", number(expires_at_s))
            .condition_expression("attribute_not_exists(expiresAt) OR expiresAt < :expires")
            .expression_attribute_values(":expires", number(expires_at_s));
        conditional(Box::pin(put.send()).await)
    }

    fn query(&self, place: String) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        query
            .key_condition_expression("#place = :place")
            .expression_attribute_names("#place", "place")
            .expression_attribute_values(":place", text(place))
    }

    /// The items of a place whose names lie between two, both included.
    fn between(&self, place: String, from: String, to: String) -> QueryFluentBuilder {
        self.query(place)
            .key_condition_expression("#place = :place AND #name BETWEEN :from AND :to")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
    }

    /// A part's bytes.
    async fn part(&self, tenant: &str, run: &Run, part: u32) -> Result<Blob, LedgerError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("place", text(part_place(tenant, run.span, run.version, part))).key("name", text("part"));
        let mut found = Box::pin(get.send()).await.map_err(unavailable)?.item.unwrap_or_default();
        match found.remove("records") {
            Some(AttributeValue::B(records)) => Ok(records),
            _ => Err(corrupt("a part of a run is missing or no bytes")),
        }
    }

    async fn write_part(&self, place: String, records: Vec<u8>, expires_at_s: u64) -> Result<(), LedgerError> {
        let put = self.client.put_item().table_name(&self.table).item("place", text(place));
        let put = put.item("name", text("part")).item("records", AttributeValue::B(Blob::new(records)));
        Box::pin(put.item("expiresAt", number(expires_at_s)).send()).await.map(|_| ()).map_err(unavailable)
    }
}

impl Ledger for LedgerTable {
    async fn keep(&self, entry: &Entry) -> Result<(), LedgerError> {
        let key = entry.key();
        self.note(&key.tenant, key.hour).await?;
        let whole = packed::entry(entry).ok_or_else(|| corrupt("an entry cannot be written"))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("place", text(entries_place(&key.tenant, key.hour)))
            .item("name", text(format!("{}#{}", key.id(), entry.source)))
            .item("requests", number(entry.totals().requests))
            .item("entry", AttributeValue::B(Blob::new(whole)))
            .item("expiresAt", number(key.hour.start_s() + ENTRY_DAYS * 86_400))
            .condition_expression("attribute_not_exists(requests) OR requests < :requests")
            .expression_attribute_values(":requests", number(entry.totals().requests));
        conditional(Box::pin(put.send()).await)
    }

    async fn entries(&self, tenant: &str, hour: Hour) -> Result<Vec<Entry>, LedgerError> {
        let found = items(self.query(entries_place(tenant, hour))).await?;
        let entry = |item: &Item| packed::read_entry(bytes(item, "entry")?).ok_or_else(|| corrupt("entry is none"));
        found.iter().map(entry).collect()
    }

    async fn tenants(&self, hour: Hour) -> Result<Vec<String>, LedgerError> {
        let found = items(self.query(format!("tenants#{}", padded(hour)))).await?;
        found.iter().map(|item| Ok(string(item, "name")?.get(1..).unwrap_or_default().to_owned())).collect()
    }

    async fn all_tenants(&self) -> Result<Vec<String>, LedgerError> {
        let found = items(self.query("tenants".to_owned())).await?;
        found.iter().map(|item| Ok(string(item, "name")?.get(1..).unwrap_or_default().to_owned())).collect()
    }

    async fn hours(&self, tenant: &str, from: Hour, to: Hour) -> Result<Vec<Hour>, LedgerError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let found = items(self.between(format!("hours#{tenant}"), padded(from), padded(to.minus(1)))).await?;
        found.iter().map(|item| string(item, "name").and_then(|name| parsed(name).map(Hour))).collect()
    }

    async fn runs(&self, tenant: &str, kind: SpanKind, from: Hour, to: Hour) -> Result<Vec<Run>, LedgerError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let (first, last) = (span_name(kind, from), span_name(kind, to.minus(1)));
        let found = items(self.between(format!("runs#{tenant}"), first, last)).await?;
        found.iter().map(|item| run(item, kind)).collect()
    }

    async fn write(&self, tenant: &str, span: Span, version: u64, records: &[UsageRecord]) -> Result<(), LedgerError> {
        let expires_at_s = span.end().start_s() + u64::from(self.run_days) * 86_400;
        let parts = packed::pack(records).ok_or_else(|| corrupt("records cannot be written"))?;
        let count = parts.len();
        let parts = (0u32..)
            .zip(parts)
            .map(|(number, part)| self.write_part(part_place(tenant, span, version, number), part, expires_at_s));
        stream::iter(parts).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let requests = records.iter().fold(0u64, |sum, record| sum.saturating_add(record.totals.requests));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("place", text(format!("runs#{tenant}")))
            .item("name", text(span_name(span.kind(), span.first())))
            .item("version", number(version))
            .item("parts", AttributeValue::N(count.to_string()))
            .item("requests", number(requests))
            .item("expiresAt", number(expires_at_s))
            .condition_expression("attribute_not_exists(requests) OR requests < :requests")
            .expression_attribute_values(":requests", number(requests));
        conditional(Box::pin(put.send()).await)
    }

    async fn visit(&self, tenant: &str, run: &Run, show: &mut impl FnMut(&UsageRecord)) -> Result<(), LedgerError> {
        let parts = (0..run.parts).map(|part| self.part(tenant, run, part));
        let mut parts = stream::iter(parts).buffered(AT_ONCE);
        while let Some(part) = parts.try_next().await? {
            packed::visit(part.as_ref(), show).ok_or_else(|| corrupt("a part of a run is no records"))?;
        }
        Ok(())
    }
}

/// What comes of a write that is only carried out if what is there is smaller: both are well.
fn conditional(answer: Result<PutItemOutput, SdkError<PutItemError>>) -> Result<(), LedgerError> {
    match answer {
        Ok(_) => Ok(()),
        Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
        Err(error) => Err(unavailable(error)),
    }
}

async fn items(query: QueryFluentBuilder) -> Result<Vec<Item>, LedgerError> {
    let mut pages = query.into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = Box::pin(pages.next()).await {
        items.push(item.map_err(unavailable)?);
    }
    Ok(items)
}

fn run(item: &Item, kind: SpanKind) -> Result<Run, LedgerError> {
    let number = |name: &str| match item.get(name) {
        Some(AttributeValue::N(text)) => Ok(text.as_str()),
        _ => Err(LedgerError::Corrupt(format!("{name} is no number"))),
    };
    let first = string(item, "name")?.split_once('#').map_or("", |(_, hour)| hour);
    Ok(Run {
        span: Span::of(kind, Hour(parsed(first)?)),
        version: parsed(number("version")?)?,
        parts: parsed(number("parts")?)?,
        requests: parsed(number("requests")?)?,
    })
}

fn entries_place(tenant: &str, hour: Hour) -> String {
    format!("entries#{}#{tenant}", padded(hour))
}

fn part_place(tenant: &str, span: Span, version: u64, part: u32) -> String {
    format!("part#{span}#{version:016x}#{part}#{tenant}")
}

fn span_name(kind: SpanKind, first: Hour) -> String {
    let kind = match kind {
        SpanKind::Hour => "hour",
        SpanKind::Day => "day",
        SpanKind::Month => "month",
    };
    format!("{kind}#{}", padded(first))
}

/// In the order of their numbers.
fn padded(hour: Hour) -> String {
    format!("{:010}", hour.0)
}

/// A name that is not empty, whatever the tenant's is.
fn named(tenant: &str) -> String {
    format!("={tenant}")
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn string<'i>(item: &'i Item, name: &str) -> Result<&'i str, LedgerError> {
    match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value),
        _ => Err(LedgerError::Corrupt(format!("{name} is no string"))),
    }
}

fn bytes<'i>(item: &'i Item, name: &str) -> Result<&'i [u8], LedgerError> {
    match item.get(name) {
        Some(AttributeValue::B(value)) => Ok(value.as_ref()),
        _ => Err(LedgerError::Corrupt(format!("{name} is missing or no bytes"))),
    }
}

fn parsed<N: std::str::FromStr>(text: &str) -> Result<N, LedgerError> {
    text.parse().map_err(|_| LedgerError::Corrupt(format!("{text} is no such number")))
}

fn corrupt(what: &str) -> LedgerError {
    LedgerError::Corrupt(what.to_owned())
}

fn unavailable<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> LedgerError {
    LedgerError::Unavailable(chain(&error))
}
