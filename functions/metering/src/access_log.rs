//! Lines of the managed API's access log: what it answered without the router.
//!
//! A delivery is a source of its own, known by the ids of its lines: delivered again, it is the same. (That CloudWatch Logs
//! delivers the same lines again only as the same delivery is not in its documentation; Lambda's own retries are the same.)

use std::{collections::BTreeSet, io::Read as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use usage::{Answered, Entry, Hour, Ledger, Meter, Source};

use crate::keeping::{Clock, keep_all};

/// As large as a delivery is taken, in bytes when it is unpacked. CloudWatch Logs sends at most 1 MB packed.
const MAX_BYTES: u64 = 64 << 20;

/// (CloudWatch Logs user guide, `SubscriptionFilters`: the Lambda example.)
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    message_type: String,
    #[serde(default)]
    log_events: Vec<LogEvent>,
}

#[derive(Deserialize)]
struct LogEvent {
    id: String,
    /// Milliseconds since 1970.
    timestamp: u64,
    message: String,
}

/// A line as the stage writes it: see `ACCESS_LOG` in the crate `definition`. What a request has not is `-`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    route: String,
    status: String,
    stage: String,
    tenant: String,
    key_id: String,
    plan_id: String,
    latency_ms: String,
    integration_ms: String,
    bytes_out: String,
}

/// Keeps what a delivery tells. A line that is none is logged and left.
///
/// # Errors
/// When something was not kept: Lambda delivers all of it again.
pub(crate) async fn keep(
    data: &str,
    ledger: &impl Ledger,
    native: &BTreeSet<String>,
    clock: &impl Clock,
) -> Result<(), String> {
    let delivery = unpack(data)?;
    if delivery.message_type != "DATA_MESSAGE" {
        return Ok(());
    }
    let entries = count(&delivery.log_events, native);
    let kept = keep_all(&entries, ledger, clock).await;
    match kept.into_iter().find_map(Result::err) {
        Some(error) => Err(error.to_string()),
        None => {
            tracing::info!(lines = delivery.log_events.len(), entries = entries.len(), "kept");
            Ok(())
        }
    }
}

fn unpack(data: &str) -> Result<Delivery, String> {
    let packed = STANDARD.decode(data).map_err(|error| format!("the delivery is no base64: {error}"))?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| format!("the delivery is no gzip of text: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("the delivery is not of log lines: {error}"))
}

/// What the lines add up to, hour by hour: a meter's hours only go forward.
fn count(events: &[LogEvent], native: &BTreeSet<String>) -> Vec<Entry> {
    let source = source(events);
    let hours: BTreeSet<Hour> = events.iter().map(|event| Hour::at_ms(event.timestamp)).collect();
    let mut entries = Vec::new();
    for hour in hours {
        let mut meter = Meter::new(source);
        for event in events.iter().filter(|event| Hour::at_ms(event.timestamp) == hour) {
            match serde_json::from_str::<Line>(&event.message) {
                Ok(line) if line.is_of_the_managed_api(native) => meter.count(&line.answered(), event.timestamp),
                Ok(_) => {}
                Err(error) => tracing::error!(lineId = event.id, error = %error, "a line of the access log is none"),
            }
        }
        let records = meter.messages().into_iter().flat_map(|(_, records)| records);
        entries.extend(records.map(|record| Entry { source, record }));
    }
    entries
}

/// 64 bits of a hash of the lines' ids, whatever their order.
fn source(events: &[LogEvent]) -> Source {
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id.as_bytes());
        hash.update([0]);
    }
    Source(hash.finalize().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte)))
}

impl Line {
    /// Whether the managed API answered without the router: by a native route, or by itself, calling nothing. What the
    /// router was called for, the router counts.
    fn is_of_the_managed_api(&self, native: &BTreeSet<String>) -> bool {
        native.contains(&self.route) || number(&self.integration_ms).is_none()
    }

    fn answered(&self) -> Answered<'_> {
        let status = number(&self.status).and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        Answered {
            tenant: text(&self.tenant),
            key: text(&self.key_id),
            plan: text(&self.plan_id),
            stage: text(&self.stage),
            route: text(&self.route),
            status,
            // A quota sends a route through the router: what is native has none, and a request is a unit.
            units: u64::from(status < 400),
            bytes_out: number(&self.bytes_out).unwrap_or_default(),
            micros: number(&self.latency_ms).unwrap_or_default().saturating_mul(1_000),
            throttled: status == 429,
            ..Answered::default()
        }
    }
}

fn text(value: &str) -> &str {
    if value == "-" { "" } else { value }
}

fn number(value: &str) -> Option<u64> {
    value.parse().ok()
}
