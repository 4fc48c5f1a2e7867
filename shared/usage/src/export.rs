//! Usage in the shapes that billing systems take, each with a key by which a repeat is known.
//!
//! The key is of the record and not of the time of the export: exported again, the same record of a closed hour is the same
//! event. Export an hour when it is folded and no message of it is under way: what comes later changes the record and not
//! its key, and the receiver keeps the first.

use serde::Serialize;

use crate::{Hour, RecordKey, UsageRecord};

/// A CloudEvent as OpenMeter ingests it. (CloudEvents 1.0.2, section 3; OpenMeter API, `ingestEvents`: events with the same
/// `source` and `id` are counted once.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CloudEvent {
    /// `1.0`.
    pub specversion: &'static str,
    /// The record's [id](RecordKey::id).
    pub id: String,
    /// `tollgate`.
    pub source: &'static str,
    /// `tollgate.usage`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The tenant.
    pub subject: String,
    /// The hour, as RFC 3339.
    pub time: String,
    /// What was counted.
    pub data: CloudEventData,
}

/// What was counted, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudEventData {
    /// Of what.
    #[serde(flatten)]
    of: Of,
    requests: u64,
    units: u64,
    bytes_in: u64,
    bytes_out: u64,
    cache_hits: u64,
    throttled: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Of {
    key: String,
    plan: String,
    stage: String,
    route: String,
    status: String,
}

/// A Stripe meter event. (Stripe API, `v1/billing/meter_events`: an
/// `identifier` is taken once in at least 24 hours; a timestamp is at most 35 days old.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeterEvent {
    /// The meter's event name.
    pub event_name: String,
    /// The record's [id](RecordKey::id).
    pub identifier: String,
    /// The hour, in seconds since 1970.
    pub timestamp: u64,
    /// The customer and how many units.
    pub payload: MeterPayload,
}

/// What a Stripe meter reads by default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeterPayload {
    stripe_customer_id: String,
    /// Stripe takes texts.
    value: String,
}

/// A record of AWS Marketplace's `BatchMeterUsage`. (AWS Marketplace Metering API reference, `BatchMeterUsage`: identical
/// records may be sent again; they are refused six hours after the event.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MarketplaceRecord {
    /// The hour, in seconds since 1970.
    pub timestamp: u64,
    /// The customer's account.
    #[serde(rename = "CustomerAWSAccountId")]
    pub customer_aws_account_id: String,
    /// What is sold.
    pub dimension: String,
    /// How many units: at most 2,147,483,647.
    pub quantity: u64,
}

/// The largest quantity that AWS Marketplace takes.
const MAX_QUANTITY: u64 = 2_147_483_647;

/// One event for each record of an hour.
pub fn cloud_events(records: &[UsageRecord]) -> Vec<CloudEvent> {
    records.iter().map(cloud_event).collect()
}

fn cloud_event(record: &UsageRecord) -> CloudEvent {
    let UsageRecord { key, totals } = record;
    let RecordKey { key: api_key, plan, stage, route, class, .. } = key.clone();
    CloudEvent {
        specversion: "1.0",
        id: key.id(),
        source: "tollgate",
        kind: "tollgate.usage",
        subject: key.tenant.clone(),
        time: format!("{}:00:00Z", key.hour),
        data: CloudEventData {
            of: Of { key: api_key, plan, stage, route, status: class.to_string() },
            requests: totals.requests,
            units: totals.units,
            bytes_in: totals.bytes_in,
            bytes_out: totals.bytes_out,
            cache_hits: totals.cache_hits,
            throttled: totals.throttled,
        },
    }
}

/// One event for each record of an hour that cost units.
pub fn meter_events(records: &[UsageRecord], event_name: &str, customer: &str) -> Vec<MeterEvent> {
    let costs = records.iter().filter(|record| record.totals.units > 0);
    let event = |record: &UsageRecord| MeterEvent {
        event_name: event_name.to_owned(),
        identifier: record.key.id(),
        timestamp: record.key.hour.start_s(),
        payload: MeterPayload { stripe_customer_id: customer.to_owned(), value: record.totals.units.to_string() },
    };
    costs.map(event).collect()
}

/// One record for each hour in which units were used: what AWS Marketplace knows apart.
///
/// # Errors
/// The hour in which there were more than it takes.
pub fn marketplace_records(
    records: &[UsageRecord],
    dimension: &str,
    customer: &str,
) -> Result<Vec<MarketplaceRecord>, Hour> {
    let mut hours: std::collections::BTreeMap<Hour, u64> = std::collections::BTreeMap::new();
    for record in records {
        let units = hours.entry(record.key.hour).or_default();
        *units = units.saturating_add(record.totals.units);
    }
    let record = |(hour, quantity): (Hour, u64)| {
        if quantity > MAX_QUANTITY {
            return Err(hour);
        }
        let (customer_aws_account_id, dimension) = (customer.to_owned(), dimension.to_owned());
        Ok(MarketplaceRecord { timestamp: hour.start_s(), customer_aws_account_id, dimension, quantity })
    };
    hours.into_iter().filter(|(_, units)| *units > 0).map(record).collect()
}
