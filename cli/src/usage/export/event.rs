//! An event on its way: what it says, and by what it is known again.

use serde::Serialize;
use serde_json::Value;
use usage::{UsageRecord, cloud_events, marketplace_records, meter_events};

/// An event, whatever takes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// By what it is known again: of the record, and not of the export.
    pub(super) id: String,
    pub(super) body: Value,
}

impl Event {
    pub(super) fn cloud_events(records: &[UsageRecord]) -> Result<Vec<Self>, String> {
        cloud_events(records).iter().map(|event| Event::of(event.id.clone(), event)).collect()
    }

    pub(super) fn of_stripe(records: &[UsageRecord], meter: &str, customer: &str) -> Result<Vec<Self>, String> {
        let events = meter_events(records, meter, customer);
        events.iter().map(|event| Event::of(event.identifier.clone(), event)).collect()
    }

    pub(super) fn of_marketplace(records: &[UsageRecord], meter: &str, customer: &str) -> Result<Vec<Self>, String> {
        let too_many = |hour| format!("in the hour {hour} there were more units than AWS Marketplace takes");
        let records = marketplace_records(records, meter, customer).map_err(too_many)?;
        // Its API has no other name for them than what they say.
        records.iter().map(|record| Event::of(format!("{customer} at {}", record.timestamp), record)).collect()
    }

    fn of(id: String, event: &impl Serialize) -> Result<Self, String> {
        let body = serde_json::to_value(event).map_err(|error| error.to_string())?;
        Ok(Event { id, body })
    }

    /// A text of the body, by its path as in a JSON pointer; empty where there is none.
    pub(super) fn text(&self, pointer: &str) -> String {
        match self.body.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// As it is written.
    pub(super) fn line(&self) -> String {
        format!("{}\n", self.body)
    }
}
