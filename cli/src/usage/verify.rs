//! `tollgate usage verify`: what quotas have granted is at least what was counted.

use aws::{CountersTable, KeyList, LedgerTable, UsagePlansTable};
use clap::Args;
use plans::{Counters as _, Period, PlanStore as _, UsagePlan};
use usage::{Hour, SpanKind, UsageRecord, scan};

use crate::{keys, usage_plans::table};

/// Where plans, keys, counters and usage are.
#[derive(Args)]
pub(super) struct Tables {
    /// The ledger: the stack's output UsageTable.
    #[arg(long)]
    table: String,
    /// The table of usage plans.
    #[arg(long)]
    plans_table: String,
    /// The table of counters.
    #[arg(long)]
    counters_table: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    keys_table: String,
}

/// Check that no more units were counted than quotas have granted.
#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    tables: Tables,
    /// A day in the periods that are checked, in UTC. Without it, today.
    #[arg(long, value_parser = super::span)]
    at: Option<usage::Span>,
}

/// A key's quota in a period.
pub(super) struct Checked {
    pub(super) plan: UsagePlan,
    pub(super) tenant: String,
    pub(super) key: String,
    pub(super) period: Period,
    /// Units granted and not given back, over all shards.
    pub(super) granted: u64,
    /// Units counted.
    pub(super) counted: u64,
}

impl Verify {
    /// Carries it out. Fails where more was counted than granted.
    pub(super) async fn run(self) -> Result<(), String> {
        let now_ms = self.at.map_or_else(runtime::clock_ms, |span| span.first().start_ms());
        let checked = self.tables.check(now_ms).await?;
        let row = |checked: &Checked| {
            let Checked { plan, tenant, key, period, granted, counted } = checked;
            let state = match granted.checked_sub(*counted) {
                Some(0) => "all used".to_owned(),
                Some(unused) => format!("{unused} unused or in hand"),
                None => format!("{} TOO MANY COUNTED", counted - granted),
            };
            let names = [tenant, key, &plan.id].map(String::clone);
            let [tenant, key, plan] = names;
            [tenant, key, plan, period.to_string(), granted.to_string(), counted.to_string(), state]
        };
        let rows: Vec<_> = checked.iter().map(row).collect();
        crate::out(&table(["TENANT", "KEY", "PLAN", "PERIOD", "GRANTED", "COUNTED", ""], &rows));
        let differing: Vec<&Checked> = checked.iter().filter(|checked| checked.granted < checked.counted).collect();
        match differing.first() {
            None => Ok(()),
            Some(first) => Err(format!(
                "more units were counted than granted of {} keys, {} of plan {} among them: \
                 requests were admitted while the counters did not answer, or went round the quota",
                differing.len(),
                first.key,
                first.plan.id
            )),
        }
    }
}

impl Tables {
    /// Each key's quotas in the periods that hold a time.
    pub(super) async fn check(&self, now_ms: u64) -> Result<Vec<Checked>, String> {
        let dynamodb = keys::connection()?.dynamodb();
        let plans = UsagePlansTable::new(dynamodb.clone(), self.plans_table.clone());
        let plans = plans.list().await.map_err(|error| error.to_string())?;
        let listed = KeyList::new(dynamodb.clone(), self.keys_table.clone()).list().await;
        let listed = listed.map_err(|error| error.to_string())?;
        let counters = CountersTable::new(dynamodb.clone(), self.counters_table.clone());
        let ledger = LedgerTable::new(dynamodb, self.table.clone());
        let mut all = Vec::new();
        for key in &listed {
            for plan in plans.iter().filter(|plan| keys::plans_of(&key.plan_id).any(|id| id == plan.id)) {
                let Some(quota) = plan.quota else { continue };
                let period = Period::at(quota.period, i64::try_from(now_ms).unwrap_or(i64::MAX));
                // What was counted first: what is granted meanwhile is at least what is counted.
                let counted = counted(&ledger, (&key.tenant, &key.key_id, &plan.id), period).await?;
                let granted = granted(&counters, plan, &key.key_id, period).await?;
                let (tenant, key) = (key.tenant.clone(), key.key_id.clone());
                all.push(Checked { plan: plan.clone(), tenant, key, period, granted, counted });
            }
        }
        Ok(all)
    }

    /// The counters.
    pub(super) fn counters(&self) -> Result<CountersTable, String> {
        Ok(CountersTable::new(keys::connection()?.dynamodb(), self.counters_table.clone()))
    }
}

async fn granted(counters: &CountersTable, plan: &UsagePlan, key: &str, period: Period) -> Result<u64, String> {
    let mut granted = 0u64;
    for name in plan.quota_counters(key, period) {
        let standing = counters.look(&name).await.map_err(|error| error.to_string())?;
        granted = granted.saturating_add(standing.granted);
    }
    Ok(granted)
}

async fn counted(ledger: &LedgerTable, (tenant, key, plan): (&str, &str, &str), period: Period) -> Result<u64, String> {
    let hour = |ms: i64| Hour::at_ms(u64::try_from(ms).unwrap_or_default());
    let hours = (hour(period.start_ms()), hour(period.end_ms()));
    let mut units = 0u64;
    let mut add = |record: &UsageRecord| {
        if record.key.key == key && record.key.plan == plan {
            units = units.saturating_add(record.totals.units);
        }
    };
    scan(ledger, tenant, hours, SpanKind::Month, &mut add).await.map_err(|error| error.to_string())?;
    Ok(units)
}
