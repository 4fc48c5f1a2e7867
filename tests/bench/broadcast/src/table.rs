//! What one message to a channel takes and costs, from a thousand subscribers to a million.

use std::fmt::Write as _;

/// US dollars in us-east-1, third-party copies of 2026 that were not compared with AWS's price list: a million messages of up
/// to 32 KB, of a WebSocket API; a GB-second of Lambda on arm64 and a million requests; a million read units of DynamoDB; a
/// million requests of SQS.
const MESSAGES: f64 = 1.00;
const GB_SECOND: f64 = 0.000_013_333_4;
const INVOCATIONS: f64 = 0.20;
const READ_UNITS: f64 = 0.125;
const SQS: f64 = 0.40;

/// The template's: posts a second of all processes, processes, and their memory in GB.
const POSTS_PER_SECOND: f64 = 5_000.0;
const PROCESSES: f64 = 5.0;
const MEMORY_GB: f64 = 0.5;
/// The seconds of one invocation in which posts begin: its timeout of 30 less the reserve of 8.
const SECONDS: f64 = 22.0;
/// An entry of the table of subscriptions, with DynamoDB's own bytes: read consistently, a unit has 4 KB.
const ENTRY_BYTES: f64 = 150.0;

/// One row.
pub(crate) struct Row {
    pub(crate) seconds: f64,
    pub(crate) api_gateway: f64,
    pub(crate) lambda: f64,
    pub(crate) dynamodb: f64,
    pub(crate) sqs: f64,
}

/// What it takes with that many shards.
pub(crate) fn row(subscribers: f64, shards: f64) -> Row {
    let at_once = shards.min(PROCESSES);
    let seconds = subscribers / (POSTS_PER_SECOND / PROCESSES * at_once);
    let process_seconds = subscribers / (POSTS_PER_SECOND / PROCESSES);
    let invocations = shards.max(process_seconds / SECONDS).ceil() + 1.0;
    Row {
        seconds,
        api_gateway: subscribers * MESSAGES / 1e6,
        lambda: process_seconds * MEMORY_GB * GB_SECOND + invocations * INVOCATIONS / 1e6,
        dynamodb: (subscribers * ENTRY_BYTES / 4096.0).ceil() * READ_UNITS / 1e6,
        // A job is sent, received and deleted.
        sqs: invocations * 3.0 * SQS / 1e6,
    }
}

/// The table as Markdown.
pub(crate) fn markdown() -> String {
    let mut text = String::from(
        "| subscribers | shards | until the last has it | API Gateway, USD | Lambda | DynamoDB | SQS | together |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (subscribers, shards) in
        [(1e3, 1.0), (1e4, 1.0), (1e4, 5.0), (1e5, 1.0), (1e5, 5.0), (1e6, 1.0), (1e6, 5.0), (1e6, 20.0)]
    {
        let Row { seconds, api_gateway, lambda, dynamodb, sqs } = row(subscribers, shards);
        let together = api_gateway + lambda + dynamodb + sqs;
        let _ = writeln!(
            text,
            "| {subscribers:.0} | {shards:.0} | {seconds:.0} s | {api_gateway:.4} | {lambda:.5} | {dynamodb:.5} | {sqs:.5} | {together:.4} |"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_posts_cost_a_dollar_and_take_their_time() {
        let million = row(1e6, 20.0);
        assert!((million.seconds - 200.0).abs() < 1e-9 && (million.api_gateway - 1.0).abs() < 1e-9);
        assert!(million.lambda < 0.01 && million.dynamodb < 0.01 && million.sqs < 0.001);
        assert!((row(1e6, 1.0).seconds - 1_000.0).abs() < 1e-9, "one shard is one process");
    }
}
