//! The event of an SQS queue, and the answer that names what failed.
//! (Lambda developer guide, `with-sqs`, `services-sqs-errorhandling`.)

use serde::{Deserialize, Serialize};

/// Up to ten messages of the queue.
#[derive(Clone, Debug, Deserialize)]
pub struct SqsEvent {
    /// They.
    #[serde(rename = "Records")]
    pub records: Vec<SqsRecord>,
}

/// One message of the queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsRecord {
    /// The queue's id of it, the same each time it is received.
    pub message_id: String,
    /// Its text.
    pub body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    approximate_receive_count: Option<String>,
}

impl SqsEvent {
    /// An event of messages, each with its id, its text, and how often it was received before.
    pub fn of(messages: &[(String, String, u32)]) -> Self {
        let record = |(id, body, before): &(String, String, u32)| SqsRecord {
            message_id: id.clone(),
            body: body.clone(),
            attributes: Attributes { approximate_receive_count: Some(before.saturating_add(1).to_string()) },
        };
        SqsEvent { records: messages.iter().map(record).collect() }
    }
}

impl SqsRecord {
    /// How often it was received, this time included.
    pub fn receive_count(&self) -> u32 {
        self.attributes.approximate_receive_count.as_deref().and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

/// Which messages must come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// One for each.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A message that must come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// Its id.
    pub item_identifier: String,
}

impl ItemFailure {
    pub(crate) fn of(record: SqsRecord) -> Self {
        ItemFailure { item_identifier: record.message_id }
    }
}
