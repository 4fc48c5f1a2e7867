//! What the function is told from outside.

use aws::{AwsSettings, ChannelTables};
use settings::Settings;

/// The function's settings.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The tables.
    pub tables: ChannelTables,
    /// The queue of broadcast jobs.
    pub queue_url: String,
    /// Who may do what on which channel: a file beside the bootstrap, written by `tollgate build`.
    pub rules_file: String,
    /// How many subscriptions a connection may have.
    pub subscription_cap: u32,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            tables: ChannelTables::load(settings),
            queue_url: settings.text("BROADCAST_QUEUE_URL"),
            rules_file: settings.text("LAMBDA_TASK_ROOT") + "/channels.json",
            subscription_cap: settings.number_or("SUBSCRIPTIONS_PER_CONNECTION", 100),
        }
    }
}
