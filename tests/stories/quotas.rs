//! Quotas over the real store of counters: its contract, and many processes that share one quota and are killed.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use aws::{
    CountersTable, UsagePlansTable,
    dynamodb::{
        Client,
        types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
    },
};
use e2e::Stack;
use plans::Counters as _;
use testkit::counter_contract;

const LIMIT: usize = 3_000;

const PROCESSES: usize = 16;

/// Killed with `kill -9` while they spend.
const KILLED: usize = 6;

#[tokio::test(flavor = "current_thread")]
async fn counters_in_dynamodb_keep_the_contract() {
    let client = Stack::get().connection().dynamodb();
    let table = table(&client, &["counter"]).await;
    counter_contract::counters(&CountersTable::new(client.clone(), table.clone()), &table).await;
    drop_table(&client, &table).await;
}

#[tokio::test(flavor = "current_thread")]
async fn plans_in_dynamodb_keep_the_contract() {
    let client = Stack::get().connection().dynamodb();
    let table = table(&client, &["planId"]).await;
    counter_contract::plan_store(&UsagePlansTable::new(client.clone(), table.clone()), &table[..20]).await;
    drop_table(&client, &table).await;
}

#[tokio::test(flavor = "current_thread")]
async fn processes_that_are_killed_leave_at_most_a_block_each_and_none_goes_over_the_limit() {
    let client = Stack::get().connection().dynamodb();
    let table = table(&client, &["counter"]).await;
    let counts: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let process = start(&table);
            // The first ones end in the middle of their traffic, each at a place of its own.
            thread::spawn(move || admitted_by(process, (number < KILLED).then_some(40 + 7 * number)))
        })
        .collect();
    let admitted: usize = counts.into_iter().map(|count| count.join().expect("a count")).sum();
    let counters = CountersTable::new(client.clone(), table.clone());
    let name = format!("quota#shared#key-shared#{}", month());
    let granted = counters.look(&name).await.expect("the counter").granted;
    drop_table(&client, &table).await;
    let (limit, block) = (u64::try_from(LIMIT).expect("a limit"), LIMIT / 100);
    assert!(granted <= limit, "{granted} units of {LIMIT} were granted");
    assert!(
        u64::try_from(admitted).expect("a count") <= granted,
        "{admitted} requests were admitted, {granted} granted"
    );
    let unused = KILLED * (block + 1);
    assert!(admitted + unused >= LIMIT, "{admitted} of {LIMIT} were admitted, and {KILLED} processes were killed");
    assert_eq!(granted, limit, "the others found all that came back");
}

/// Counts what a process says it has admitted, to its end; kills it when it has said so much.
fn admitted_by(mut process: Child, kill_at: Option<usize>) -> usize {
    let said = BufReader::new(process.stdout.take().expect("its output"));
    let mut admitted = 0;
    for line in said.lines() {
        // What a kill cut short was not said.
        admitted += usize::from(line.is_ok_and(|line| line == "admitted"));
        if Some(admitted) == kill_at {
            process.kill().expect("killed");
        }
    }
    let ended = process.wait().expect("its end");
    assert_eq!(ended.success(), kill_at.is_none(), "{ended}");
    admitted
}

fn start(table: &str) -> Child {
    let mut lessee = Command::new(env!("CARGO_BIN_EXE_lessee"));
    lessee.args([&Stack::get().endpoint, table, &LIMIT.to_string()]).stdout(Stdio::piped()).spawn().expect("a process")
}

/// The month that the processes count in.
fn month() -> String {
    #[allow(clippy::disallowed_methods, reason = "the harness reads the clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    plans::Period::at(plans::PeriodType::Month, i64::try_from(now.as_millis()).expect("a time")).to_string()
}

/// A table of this run, with these string keys: the partition's, and the order's if there is one.
pub(crate) async fn table(client: &Client, keys: &[&str]) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let name = format!("story-{:016x}", u64::from_be_bytes(random));
    let mut create = client.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
    for (key, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder().attribute_name(*key).attribute_type(ScalarAttributeType::S);
        let schema = KeySchemaElement::builder().attribute_name(*key).key_type(kind);
        create = create
            .attribute_definitions(attribute.build().expect("an attribute"))
            .key_schema(schema.build().expect("a key"));
    }
    create.send().await.expect("a table");
    name
}

pub(crate) async fn drop_table(client: &Client, name: &str) {
    client.delete_table().table_name(name).send().await.expect("deleted");
}
