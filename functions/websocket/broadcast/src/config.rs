//! What the function is told from outside.

use aws::{AwsSettings, ChannelTables};
use channels::Backoff;
use settings::Settings;

/// The function's settings.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The tables.
    pub tables: ChannelTables,
    /// The queue of jobs.
    pub queue_url: String,
    /// The stage's URL, below which `@connections` is.
    pub connections_url: String,
    /// Says over how many shards a channel is spread: a file beside the bootstrap, written by `tollgate build`.
    pub rules_file: String,
    /// How much is done at once.
    pub limits: Limits,
}

/// How much one process does.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Posts that may begin in a second.
    pub posts_per_second: u32,
    /// Posts that may be under way at once, each with a connection of its own.
    pub posts_at_once: usize,
    /// Subscribers that are read at once.
    pub page: u16,
    /// How long and how often a post is tried.
    pub backoff: Backoff,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            tables: ChannelTables::load(settings),
            queue_url: settings.text("BROADCAST_QUEUE_URL"),
            connections_url: settings.text("CONNECTIONS_URL"),
            rules_file: settings.text("LAMBDA_TASK_ROOT") + "/channels.json",
            limits: limits(settings),
        }
    }
}

fn limits(settings: &mut Settings<'_>) -> Limits {
    let (total, processes) = (settings.number_or("POSTS_PER_SECOND", 5_000), settings.number_or("PROCESSES", 5));
    let posts_at_once = settings.number_or("POSTS_AT_ONCE", 64);
    for (name, value) in [("POSTS_PER_SECOND", total), ("PROCESSES", processes), ("POSTS_AT_ONCE", posts_at_once)] {
        if value == 0 {
            settings.problem(format!("{name} is 0; write a number from 1 on"));
        }
    }
    let posts_per_second = (total / processes.max(1)).max(1);
    Limits {
        posts_per_second,
        // Each is a socket; Lambda gives a function 1,024 of them.
        posts_at_once: (posts_at_once.clamp(1, 512)) as usize,
        // A page takes a second at most, so that a job notices in time when it has to end.
        page: u16::try_from(posts_per_second.min(1_000)).unwrap_or(1_000),
        backoff: Backoff::POST,
    }
}
