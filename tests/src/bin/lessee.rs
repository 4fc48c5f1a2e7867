//! One sandbox as a process of its own, for the story of a quota that many share: it admits requests of one key until the
//! quota is used, and writes a line for each. `lessee ENDPOINT TABLE LIMIT`.

use std::{io::Write as _, time::Duration};

use aws::{AwsSettings, Connection, CountersTable};
use plans::{Admission, Admissions, Call, Caller, HolderId, Operation, PeriodType, Quota, Refusal, UsagePlan};
use settings::Settings;

/// How long a sandbox goes on after it was refused for the first time: all pauses, and blocks' deadlines.
const PATIENCE_MS: i64 = 40_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, endpoint, table, limit] = arguments.as_slice() else { panic!("usage: lessee ENDPOINT TABLE LIMIT") };
    let counters = CountersTable::new(connection(endpoint).dynamodb(), table.clone());
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let admissions = Admissions::new(counters, HolderId(u64::from_be_bytes(random)), clock_ms);
    let plan = plan(limit.parse().expect("a number"));
    let mut refused_since = None;
    loop {
        match admissions.admit(&call(&plan)).await {
            Admission::Admitted(_) => {
                // One write, so that what was said before a kill is whole.
                std::io::stdout().write_all(b"admitted\n").expect("a reader");
                refused_since = None;
            }
            Admission::Refused(Refusal::QuotaExceeded { .. }, _) => {
                let since = *refused_since.get_or_insert_with(clock_ms);
                if clock_ms() - since > PATIENCE_MS {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Admission::Refused(..) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        admissions.after_response().await;
    }
    admissions.shut_down().await;
}

fn plan(limit: u64) -> UsagePlan {
    UsagePlan {
        id: "shared".to_owned(),
        name: String::new(),
        description: String::new(),
        throttle: None,
        quota: Some(Quota { limit, offset: 0, period: PeriodType::Month }),
        api_stages: Vec::new(),
        priority: 0,
        when_unavailable: None,
        shards: None,
        created_at_s: 0,
    }
}

fn call(plan: &UsagePlan) -> Call<'_> {
    Call {
        caller: Some(Caller { key_id: "key-shared", plan }),
        operation: Operation {
            api_id: "api",
            stage: "prod",
            method: "GET",
            path: "/pets",
            units: 1,
            stage_throttle: None,
            method_throttle: None,
        },
    }
}

#[allow(clippy::disallowed_methods, reason = "a process of its own reads its own clock")]
fn clock_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("a time")
}

fn connection(endpoint: &str) -> Connection {
    let mut settings = Settings::new(|name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    });
    let aws = AwsSettings::load(&mut settings);
    Connection::new(&settings.finish(aws).expect("settings")).expect("a connection")
}
