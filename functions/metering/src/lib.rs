//! What was counted, into the ledger: totals of sandboxes from the queue, lines of the managed API's access log, and the
//! folding of closed hours by the clock.
//!
//! | event | from | |
//! |---|---|---|
//! | `Records` | the usage queue | [`batch`]: each message is kept or named for a retry |
//! | `awslogs` | a subscription of the access log | [`access_log`]: native routes, and what never reached the router |
//! | any other | a schedule | [`folding`] |

mod access_log;
mod batch;
mod folding;
mod keeping;

use std::{collections::BTreeSet, fs};

use aws::AwsSettings;
use serde::{Deserialize, Serialize};
use settings::Settings;
use usage::{Hour, Ledger};

pub use batch::{Failure, QueueMessage};
pub use keeping::Clock;

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The ledger's table.
    pub ledger_table: String,
    /// For how many days folded usage is kept.
    pub retention_days: u32,
    /// The file with the route keys of native routes, one a line: beside `bootstrap`.
    pub routes_file: String,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        let retention_days = settings.number_or("USAGE_RETENTION_DAYS", 400);
        if !(35..=36_500).contains(&retention_days) {
            settings.problem(format!("USAGE_RETENTION_DAYS is {retention_days}, and not from 35 to 36500"));
        }
        Config {
            aws: AwsSettings::load(settings),
            ledger_table: settings.text("USAGE_TABLE"),
            retention_days,
            routes_file: settings.text("LAMBDA_TASK_ROOT") + "/native.routes",
        }
    }
}

/// The native routes by their keys.
///
/// # Errors
/// A sentence with the file's name, when it cannot be read.
pub fn native_routes(file: &str) -> Result<BTreeSet<String>, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("cannot start: the routes {file} cannot be read: {error}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// An event, by what is in it.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// A batch of messages.
    Queue {
        /// The messages.
        #[serde(rename = "Records")]
        records: Vec<QueueMessage>,
    },
    /// Lines of a log.
    Log {
        /// Where they are.
        awslogs: LogData,
    },
    /// The clock.
    Clock(serde::de::IgnoredAny),
}

/// Lines of a log: base64 of gzip of JSON.
#[derive(Deserialize)]
pub struct LogData {
    data: String,
}

/// What the queue is told: which messages to hand out again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Those that were not kept.
    pub batch_item_failures: Vec<Failure>,
}

/// Handles one event at `clock`. Everything may be repeated, from the beginning, by anybody at once.
///
/// # Errors
/// Where the event as a whole is to be handed out again: lines of a log that were not all kept, hours that were not folded.
pub async fn handle(
    event: Event,
    ledger: &impl Ledger,
    native: &BTreeSet<String>,
    clock: &impl Clock,
) -> Result<Answer, String> {
    match event {
        Event::Queue { records } => Ok(batch::keep(&records, ledger, clock).await),
        Event::Log { awslogs } => {
            access_log::keep(&awslogs.data, ledger, native, clock).await.map(|()| Answer::default())
        }
        Event::Clock(_) => folding::fold_closed(ledger, clock).await.map(|()| Answer::default()),
    }
}

/// How many hours back an entry may be told: before it expires, by days enough for its folding.
const MAX_AGE_HOURS: u32 = 30 * 24;

/// The last hour that is closed: an hour after its end, nearly everything of it has been told.
fn last_closed(now_ms: u64) -> Hour {
    Hour::at_ms(now_ms).minus(2)
}
