//! A batch of messages from the usage queue.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot};

use serde::{Deserialize, Serialize};
use usage::{Entry, Hour, Ledger, Message, RecordKey, Source, UsageRecord};

use crate::{
    MAX_AGE_HOURS,
    keeping::{Clock, keep_all},
};

/// A message as SQS hands it to a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    message_id: String,
    #[serde(default)]
    body: String,
}

/// A message that is to be handed out again; SQS moves it to the dead-letter queue when that was done too often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    item_identifier: String,
}

/// The largest totals of a batch, and the messages, by their places, that tell of the record.
#[derive(Default)]
struct Merged(BTreeMap<(RecordKey, Source), (UsageRecord, Vec<usize>)>);

/// Keeps what the messages tell, the largest of each record and source once; names those of which something was not kept.
pub(crate) async fn keep(messages: &[QueueMessage], ledger: &impl Ledger, clock: &impl Clock) -> crate::Answer {
    let (merged, mut failed) = merge(messages, Hour::at_ms(clock.now_ms()));
    let (entries, tellers) = merged.into_entries();
    for (kept, tellers) in keep_all(&entries, ledger, clock).await.into_iter().zip(tellers) {
        if let Err(error) = kept {
            tracing::warn!(error = %error, messages = tellers.len(), "not kept");
            failed.extend(tellers);
        }
    }
    tracing::info!(messages = messages.len(), entries = entries.len(), failed = failed.len(), "kept");
    let failures = failed.iter().filter_map(|place| messages.get(*place));
    let failure = |message: &QueueMessage| Failure { item_identifier: message.message_id.clone() };
    crate::Answer { batch_item_failures: failures.map(failure).collect() }
}

/// The largest totals of the messages, and the places of those that tell nothing that can be kept.
fn merge(messages: &[QueueMessage], now: Hour) -> (Merged, BTreeSet<usize>) {
    let (mut merged, mut poison) = (Merged::default(), BTreeSet::new());
    for (place, message) in messages.iter().enumerate() {
        if let Err(why) = merged.take(place, &message.body, now) {
            tracing::error!(messageId = message.message_id, error = %why, "poison");
            poison.insert(place);
        }
    }
    (merged, poison)
}

impl Merged {
    /// Takes a message as a whole, or nothing of it.
    fn take(&mut self, place: usize, body: &str, now: Hour) -> Result<(), String> {
        let entries: Vec<Entry> = Message::parse(body).map_err(|problem| problem.to_string())?.into_entries().collect();
        // An hour of slack for clocks; what is older would expire before it is folded.
        let told = now.minus(MAX_AGE_HOURS)..=now.plus(1);
        if let Some(other) = entries.iter().find(|entry| !told.contains(&entry.key().hour)) {
            return Err(format!("it tells of the hour {}, which is not taken any more or yet", other.key().hour));
        }
        for Entry { source, record } in entries {
            match self.0.entry((record.key.clone(), source)) {
                Slot::Vacant(vacant) => {
                    vacant.insert((record, vec![place]));
                }
                Slot::Occupied(mut there) => {
                    let (largest, tellers) = there.get_mut();
                    tellers.push(place);
                    if record.totals.are_beyond(&largest.totals) {
                        *largest = record;
                    }
                }
            }
        }
        Ok(())
    }

    fn into_entries(self) -> (Vec<Entry>, Vec<Vec<usize>>) {
        let entry = |((_, source), (record, tellers))| (Entry { source, record }, tellers);
        self.0.into_iter().map(entry).unzip()
    }
}
