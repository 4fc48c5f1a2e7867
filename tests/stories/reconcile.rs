//! `tollgate usage verify` and `tollgate usage reconcile` over tables of their own: what is counted is held to what was granted.

use std::time::{SystemTime, UNIX_EPOCH};

use aws::{CountersTable, KeysTable, LedgerTable, UsagePlansTable};
use e2e::Stack;
use identity::{ApiKey, KeyRecord, KeyStore as _};
use plans::{Change, Counters as _, HolderId, Move, Period, PeriodType, PlanStore as _, Quota, Stamp, UsagePlan};
use serde_json::json;
use testkit::ledger_contract;
use usage::{Entry, Hour, Ledger as _};

use crate::{
    commands::{Said, tollgate},
    quotas::{drop_table, table},
};

const DAY_MS: u64 = 86_400_000;

/// The tables, by the options that name them.
struct Tables([(&'static str, String); 4]);

impl Tables {
    async fn new() -> Self {
        let client = Stack::get().connection().dynamodb();
        Tables([
            ("--table", table(&client, &["place", "name"]).await),
            ("--plans-table", table(&client, &["planId"]).await),
            ("--counters-table", table(&client, &["counter"]).await),
            ("--keys-table", table(&client, &["keyHash"]).await),
        ])
    }

    fn name(&self, option: &str) -> String {
        self.0.iter().find(|(own, _)| *own == option).expect("a table").1.clone()
    }

    fn counters(&self) -> CountersTable {
        CountersTable::new(Stack::get().connection().dynamodb(), self.name("--counters-table"))
    }

    /// `tollgate usage` with one of its commands.
    fn usage(&self, command: &[&str]) -> Said {
        let tables = self.0.iter().flat_map(|(option, name)| [*option, name.as_str()]);
        tollgate(&["usage"].into_iter().chain(command.iter().copied()).chain(tables).collect::<Vec<_>>())
    }

    /// A key of the plan, by its id.
    async fn key(&self, key_id: &str) {
        let mut random = [0; 20];
        getrandom::fill(&mut random).expect("random bytes");
        let [tenant, plan_id] = ["acme", "gold"].map(str::to_owned);
        let (enabled, expires_at_ms, features) = (true, None, Vec::new());
        let record = KeyRecord { key_id: key_id.to_owned(), tenant, plan_id, enabled, expires_at_ms, features };
        let keys = KeysTable::new(Stack::get().connection().dynamodb(), self.name("--keys-table"));
        keys.create(&ApiKey::from_random(random).hash(), &record).await.expect("created");
    }

    /// A sandbox leases so many units of a key's quota.
    async fn lease(&self, key_id: &str, holder: u64, units: u64, at_ms: u64) {
        let month = Period::at(PeriodType::Month, i64::try_from(now_ms()).expect("a time"));
        let stamp = Stamp(at_ms);
        let change = Change {
            counter: plan().quota_counters(key_id, month).remove(0),
            holder: HolderId(holder),
            base: None,
            stamp,
            oldest: stamp,
            units: Move::Lease(units),
            limit: 1_000,
            expires_at_s: at_ms / 1_000 + 90 * 86_400,
        };
        assert!(self.counters().change(&change).await.expect("an answer").applied);
    }

    /// So many units of a key were counted by a sandbox.
    async fn count(&self, key_id: &str, source: u64, units: u64) {
        let Entry { source, mut record } =
            ledger_contract::entry("acme", "GET /a", Hour::at_ms(now_ms()), source, units / 2);
        record.key.key = key_id.to_owned();
        let ledger = LedgerTable::new(Stack::get().connection().dynamodb(), self.name("--table"));
        ledger.keep(&Entry { source, record }).await.expect("kept");
    }
}

fn plan() -> UsagePlan {
    let mut plan: UsagePlan = serde_json::from_value(json!({"id": "gold"})).expect("a plan");
    plan.quota = Some(Quota { limit: 1_000, offset: 0, period: PeriodType::Month });
    plan
}

fn now_ms() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the harness reads the clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("a time")
}

/// What is said of a key, without the spaces of the table.
fn line(said: &str, key_id: &str) -> String {
    let line = said.lines().find(|line| line.split_whitespace().any(|word| word == key_id));
    line.unwrap_or_else(|| panic!("{key_id} is not in {said}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "current_thread")]
async fn a_dead_sandboxs_block_goes_back_and_what_was_counted_beyond_what_was_granted_is_named() {
    let tables = Tables::new().await;
    let plans = UsagePlansTable::new(Stack::get().connection().dynamodb(), tables.name("--plans-table"));
    plans.put(&plan()).await.expect("stored");
    let (now, long_ago) = (now_ms(), now_ms() - 2 * DAY_MS);
    // Of one key a sandbox died two days ago with 30 units in hand; of the other one lives.
    tables.key("key-dead").await;
    tables.key("key-alive").await;
    tables.lease("key-dead", 1, 100, long_ago).await;
    tables.lease("key-dead", 2, 30, long_ago).await;
    tables.lease("key-alive", 3, 30, now).await;
    tables.count("key-dead", 1, 100).await;
    tables.count("key-alive", 3, 10).await;

    let verified = tables.usage(&["verify"]);
    let said = verified.done();
    assert!(line(said, "key-dead").ends_with("130 100 30 unused or in hand"), "{said}");
    assert!(line(said, "key-alive").ends_with("30 10 20 unused or in hand"), "{said}");

    for (command, expected) in [
        (&["reconcile", "--dry-run"][..], "30 units of 1 keys would go back"),
        (&["reconcile"], "30 units of 1 keys went back"),
        (&["reconcile"], "0 units of 0 keys went back"),
    ] {
        let said = tables.usage(command);
        assert!(said.done().contains(expected), "{command:?}: {}", said.done());
    }
    let said = tables.usage(&["verify"]);
    assert!(line(said.done(), "key-dead").ends_with("100 100 all used"), "{}", said.done());
    assert!(line(said.done(), "key-alive").ends_with("30 10 20 unused or in hand"), "{}", said.done());

    // Two units that nobody was granted.
    tables.count("key-dead", 9, 2).await;
    let differing = tables.usage(&["verify"]);
    assert!(
        differing
            .refused()
            .contains("more units were counted than granted of 1 keys, key-dead of plan gold among them")
    );
    assert!(line(&differing.out, "key-dead").ends_with("100 102 2 TOO MANY COUNTED"), "{}", differing.out);
    assert!(tables.usage(&["reconcile"]).done().contains("0 units of 0 keys went back"));

    let client = Stack::get().connection().dynamodb();
    for (_, name) in &tables.0 {
        drop_table(&client, name).await;
    }
}
