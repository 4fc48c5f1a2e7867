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
    let table = table(&client, "counter").await;
    counter_contract::counters(&CountersTable::new(client.clone(), table.clone()), &table).await;
    drop_table(&client, &table).await;
}

#[tokio::test(flavor = "current_thread")]
async fn plans_in_dynamodb_keep_the_contract() {
    let client = Stack::get().connection().dynamodb();
    let table = table(&client, "planId").await;
    counter_contract::plan_store(&UsagePlansTable::new(client.clone(), table.clone()), &table[..20]).await;
    drop_table(&client, &table).await;
}

#[tokio::test(flavor = "current_thread")]
async fn processes_that_are_killed_leave_at_most_a_block_each_and_none_goes_over_the_limit() {
    let client = Stack::get().connection().dynamodb();
    let table = table(&client, "counter").await;
    let mut processes: Vec<Child> = (0..PROCESSES).map(|_| start(&table)).collect();
    let counts: Vec<_> = processes
        .iter_mut()
        .enumerate()
        .map(|(number, process)| {
            let said = BufReader::new(process.stdout.take().expect("its output"));
            thread::spawn(move || {
                said.lines().map_while(Result::ok).take(if number < KILLED { 20 + number } else { LIMIT }).count()
            })
        })
        .collect();
    let mut counts = counts.into_iter();
    // Each of the first ones is killed once it has admitted some.
    let mut admitted = 0;
    for process in processes.iter_mut().take(KILLED) {
        admitted += counts.next().expect("its count").join().expect("a count");
        process.kill().expect("killed");
        process.wait().expect("its end");
    }
    for (process, count) in processes.iter_mut().skip(KILLED).zip(counts) {
        admitted += count.join().expect("a count");
        assert!(process.wait().expect("its end").success());
    }
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
    // What a killed process admitted and was not counted here, and a block of its.
    let unused = KILLED * (2 * block);
    assert!(admitted + unused >= LIMIT, "{admitted} of {LIMIT} were admitted, and {KILLED} processes were killed");
    assert_eq!(granted, limit, "the others found all that came back");
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

async fn table(client: &Client, key: &str) -> String {
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let name = format!("story-{:016x}", u64::from_be_bytes(random));
    let attribute = AttributeDefinition::builder().attribute_name(key).attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash);
    let create = client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute.build().expect("an attribute"))
        .key_schema(schema.build().expect("a key"));
    create.send().await.expect("a table");
    name
}

async fn drop_table(client: &Client, name: &str) {
    client.delete_table().table_name(name).send().await.expect("deleted");
}
