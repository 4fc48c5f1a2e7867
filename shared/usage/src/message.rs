//! Totals on their way from a sandbox to the ledger: a JSON document that fits into an SQS message.

use serde::{Deserialize, Serialize};

use crate::{Entry, Source, UsageRecord};

/// The most that a message has, in bytes: below the 256 KiB that SQS takes where nobody has raised it, and ten of them
/// below the 6 MB of a Lambda event.
pub const MAX_MESSAGE_BYTES: usize = 240_000;

/// How long a text of a record may be, in bytes: they are parts of table keys.
const MAX_TEXT_BYTES: usize = 1_000;

/// The version that is written and read.
const VERSION: u32 = 1;

/// Running totals of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    version: u32,
    source: Source,
    records: Vec<UsageRecord>,
}

/// Why a message is none: repeating it does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageProblem {
    /// It is no JSON, or has not the fields.
    #[error("it is no message of totals: {0}")]
    Malformed(String),
    /// It is of another version.
    #[error("it is of version {0}, and this reads version {VERSION}")]
    Version(u32),
    /// A record in it cannot have been counted.
    #[error("record {0} cannot have been counted so")]
    Record(usize),
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`MessageProblem`].
    pub fn parse(text: &str) -> Result<Self, MessageProblem> {
        let malformed = |error: serde_json::Error| MessageProblem::Malformed(error.to_string());
        // First, for a later version may have other fields.
        let Versioned { version } = serde_json::from_str(text).map_err(malformed)?;
        if version != VERSION {
            return Err(MessageProblem::Version(version));
        }
        let message: Message = serde_json::from_str(text).map_err(malformed)?;
        match message.records.iter().position(|record| !is_sane(record)) {
            Some(place) => Err(MessageProblem::Record(place)),
            None => Ok(message),
        }
    }

    /// Messages with these records, each as long as SQS takes. A record that alone is longer, which none of a [`crate::Meter`]
    /// is, has one for itself.
    pub fn write(source: Source, records: Vec<UsageRecord>) -> Vec<(String, Vec<UsageRecord>)> {
        let mut messages = Vec::new();
        let mut waiting = vec![records];
        while let Some(mut records) = waiting.pop() {
            if records.is_empty() {
                continue;
            }
            let message = Message { version: VERSION, source, records };
            let text = serde_json::to_string(&message).unwrap_or_default();
            records = message.records;
            if text.len() > MAX_MESSAGE_BYTES && records.len() > 1 {
                let later = records.split_off(records.len() / 2);
                waiting.extend([later, records]);
            } else {
                messages.push((text, records));
            }
        }
        messages
    }

    /// What it says, record by record.
    pub fn into_entries(self) -> impl Iterator<Item = Entry> {
        let source = self.source;
        self.records.into_iter().map(move |record| Entry { source, record })
    }
}

fn is_sane(record: &UsageRecord) -> bool {
    let key = &record.key;
    let short = |text: &&String| text.len() <= MAX_TEXT_BYTES;
    let texts = [&key.tenant, &key.key, &key.plan, &key.stage, &key.route];
    (1..=5).contains(&key.class.0) && texts.iter().all(short) && record.totals.are_sane()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hour, RecordKey, StatusClass, Totals};

    fn record(route: &str) -> UsageRecord {
        let mut totals = Totals { requests: 1, units: 1, ..Totals::default() };
        totals.latency.add(1_234);
        let key = RecordKey {
            tenant: "acme".to_owned(),
            key: "key-1".to_owned(),
            plan: "gold".to_owned(),
            stage: "$default".to_owned(),
            route: route.to_owned(),
            class: StatusClass(2),
            hour: Hour(498_669),
        };
        UsageRecord { key, totals }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let records = vec![record("GET /a"), record("GET /b")];
        let messages = Message::write(Source(7), records.clone());
        let [(text, within)] = &messages[..] else { panic!("{} messages", messages.len()) };
        assert_eq!(*within, records);
        let read: Vec<Entry> = Message::parse(text).unwrap().into_entries().collect();
        let sent: Vec<Entry> = records.into_iter().map(|record| Entry { source: Source(7), record }).collect();
        assert_eq!(read, sent);
    }

    #[test]
    fn many_records_go_in_several_messages_that_sqs_takes() {
        let records: Vec<_> = (0..5_000).map(|number| record(&format!("GET /{number:0200}"))).collect();
        let messages = Message::write(Source(7), records.clone());
        assert!(messages.len() > 4 && messages.iter().all(|(text, _)| text.len() <= MAX_MESSAGE_BYTES));
        let all = messages.iter().flat_map(|(text, _)| Message::parse(text).unwrap().into_entries());
        assert_eq!(all.map(|entry| entry.record).collect::<Vec<_>>(), records);
        assert_eq!(Message::write(Source(7), Vec::new()), []);
    }

    #[test]
    fn what_cannot_have_been_counted_is_refused() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Message::parse(text).unwrap_err().to_string(), expected, "{text}");
        };
        check("", "it is no message of totals: EOF while parsing a value at line 1 column 0");
        check(r#"{"version": 2, "news": []}"#, "it is of version 2, and this reads version 1");
        let [(good, _)] = &Message::write(Source(7), vec![record("GET /a")])[..] else { panic!("one") };
        assert!(Message::parse(good).is_ok());
        for (from, to) in [
            (r#""requests":1"#, r#""requests":2"#),
            (r#""requests":1"#, r#""requests":0"#),
            (r#""throttled":0"#, r#""throttled":2"#),
            (r#""class":2"#, r#""class":9"#),
            ("GET /a", &"x".repeat(1_001)),
        ] {
            assert!(good.contains(from), "{from}");
            check(&good.replace(from, to), "record 0 cannot have been counted so");
        }
        let source = good.replace("0000000000000007", "+000000000000007");
        assert!(matches!(Message::parse(&source), Err(MessageProblem::Malformed(_))));
    }
}
