//! `tollgate plans`: how much keys may be used.

mod diff;
mod key_file;
mod read;
mod table;

use std::{collections::BTreeSet, path::PathBuf};

use aws::{KeyList, KeysTable, UsagePlansTable};
use clap::{Args, Subcommand, ValueEnum};
use document::{Problem, show};
use identity::KeyStore as _;
use plans::{PlanStore, UsagePlan, are_disjoint};
use serde_json::json;

use crate::{check, keys};
use key_file::ImportedKey;
use read::Located;
pub(crate) use table::table;

/// Apply, list and delete usage plans, and bring them over from API Gateway.
#[derive(Subcommand)]
pub(crate) enum UsagePlans {
    /// Make the plans of a file, and change those that are there; says what it changes.
    Apply(Apply),
    /// List all plans.
    List(Shown),
    /// Show one plan.
    Show(One),
    /// Delete a plan that no key is in.
    Delete(Delete),
    /// Bring over plans and keys from a REST API, key values included.
    Import(Import),
}

/// Make and change plans.
#[derive(Args)]
pub(crate) struct Apply {
    /// A list of usage plans, YAML or JSON.
    file: PathBuf,
    /// The table of usage plans: its key is `planId`, a string.
    #[arg(long)]
    table: String,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// List plans.
#[derive(Args)]
pub(crate) struct Shown {
    /// The table of usage plans: its key is `planId`, a string.
    #[arg(long)]
    table: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Show a plan.
#[derive(Args)]
pub(crate) struct One {
    /// The plan's id.
    id: String,
    #[command(flatten)]
    shown: Shown,
}

/// Delete a plan.
#[derive(Args)]
pub(crate) struct Delete {
    /// The plan's id.
    id: String,
    /// The table of usage plans: its key is `planId`, a string.
    #[arg(long)]
    table: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    keys_table: String,
}

/// Import plans and keys.
#[derive(Args)]
pub(crate) struct Import {
    /// What `aws apigateway get-usage-plans` wrote.
    #[arg(long)]
    from: PathBuf,
    /// API keys in API Gateway's file format: the columns Name, Key and UsagePlanIds.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// The tenant that the keys are of; without it each key is a tenant by its name.
    #[arg(long)]
    tenant: Option<String>,
    /// The table of usage plans: its key is `planId`, a string.
    #[arg(long)]
    table: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    keys_table: String,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl UsagePlans {
    /// Carries it out.
    pub(crate) async fn run(self) -> Result<(), String> {
        match self {
            UsagePlans::Apply(apply) => apply.run().await,
            UsagePlans::List(shown) => shown.run(None).await,
            UsagePlans::Show(one) => one.shown.run(Some(one.id)).await,
            UsagePlans::Delete(delete) => delete.run().await,
            UsagePlans::Import(import) => import.run().await,
        }
    }
}

impl Apply {
    async fn run(self) -> Result<(), String> {
        let source = check::read(&self.file)?;
        let plans = read::read(&source).map_err(|problems| report(&self.file, &source, &problems))?;
        apply(&UsagePlansTable::new(keys::connection()?.dynamodb(), self.table), plans, self.dry_run).await
    }
}

impl Shown {
    async fn run(self, only: Option<String>) -> Result<(), String> {
        let store = UsagePlansTable::new(keys::connection()?.dynamodb(), self.table);
        let plans = match &only {
            None => store.list().await,
            Some(id) => store.find(id).await.map(|plan| plan.into_iter().collect()),
        };
        let plans: Vec<UsagePlan> = plans.map_err(|error| error.to_string())?;
        if let (Some(id), true) = (&only, plans.is_empty()) {
            return Err(format!("there is no plan {id}"));
        }
        crate::out(&match self.format {
            Format::Json => format!("{:#}\n", json!({ "usagePlans": plans })),
            Format::Text => diff::list(&plans),
        });
        Ok(())
    }
}

impl Delete {
    async fn run(self) -> Result<(), String> {
        let dynamodb = keys::connection()?.dynamodb();
        let listed = KeyList::new(dynamodb.clone(), self.keys_table).list().await.map_err(|error| error.to_string())?;
        let within: Vec<_> = listed.iter().filter(|key| keys::plans_of(&key.plan_id).any(|id| id == self.id)).collect();
        if let Some(first) = within.first() {
            let message = format!("the plan {} has {} keys, {} among them", self.id, within.len(), first.key_id);
            return Err(format!("{message}: delete them or put them into another plan first"));
        }
        UsagePlansTable::new(dynamodb, self.table).delete(&self.id).await.map_err(|error| error.to_string())
    }
}

impl Import {
    async fn run(self) -> Result<(), String> {
        let source = check::read(&self.from)?;
        let plans = read::read(&source).map_err(|problems| report(&self.from, &source, &problems))?;
        let imported = match &self.keys {
            None => Vec::new(),
            Some(file) => {
                let text = check::read(file)?;
                key_file::read(&text)
                    .and_then(|keys| fit(keys, &plans))
                    .map_err(|problems| report(file, &text, &problems))?
            }
        };
        let dynamodb = keys::connection()?.dynamodb();
        apply(&UsagePlansTable::new(dynamodb.clone(), self.table), plans, self.dry_run).await?;
        let store = KeysTable::new(dynamodb, self.keys_table);
        let count = imported.len();
        for key in imported {
            let tenant = self.tenant.clone().unwrap_or_else(|| key.name.clone());
            let record = keys::record(tenant, key.plans.join(" "), key.enabled)?;
            if self.dry_run {
                continue;
            }
            match store.create(&key.key.hash(), &record).await {
                // Imported before.
                Ok(()) | Err(identity::StoreError::Taken) => {}
                Err(error) => return Err(format!("{} ({}): {error}", key.name, key.key.shown())),
            }
        }
        crate::out(&format!("{count} keys{}\n", if self.dry_run { " would be imported" } else { " imported" }));
        Ok(())
    }
}

/// Keys, if they fit the plans: each in plans that there are, and in one only for each stage.
fn fit(keys: Vec<ImportedKey>, plans: &[Located]) -> Result<Vec<ImportedKey>, Vec<Problem>> {
    let mut problems = Vec::new();
    for key in &keys {
        let of_key: Vec<&UsagePlan> =
            plans.iter().map(|located| &located.plan).filter(|plan| key.plans.contains(&plan.id)).collect();
        let known: BTreeSet<&str> = of_key.iter().map(|plan| plan.id.as_str()).collect();
        for id in key.plans.iter().filter(|id| !known.contains(id.as_str())) {
            let message = format!("the key {} is in the plan {id}, which is not in the file of plans", key.name);
            problems.push(Problem::new(key.place, &message, "export that plan too, or take it out of this line"));
        }
        for (place, one) in of_key.iter().enumerate() {
            for other in of_key.iter().skip(place + 1).filter(|other| !are_disjoint(one, other)) {
                let message = format!("the key {} is in {} and {}, which cover one stage", key.name, one.id, other.id);
                problems.push(Problem::new(key.place, &message, "a key may be in one plan only for each stage"));
            }
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

/// Stores plans, and says what that changes.
async fn apply(store: &impl PlanStore, plans: Vec<Located>, dry_run: bool) -> Result<(), String> {
    let mut text = String::new();
    let mut changed = Vec::new();
    for Located { mut plan, .. } in plans {
        let before = store.find(&plan.id).await.map_err(|error| error.to_string())?;
        match &before {
            // A plan keeps its first period, and a counter must not change its shards within one.
            Some(before) => (plan.created_at_s, plan.shards) = (before.created_at_s, before.shards),
            None => {
                plan.created_at_s = i64::try_from(runtime::clock_ms() / 1_000).unwrap_or(i64::MAX);
                plan.shards = Some(plan.counter_shards());
            }
        }
        text += &diff::diff(before.as_ref(), &plan);
        changed.extend((before.as_ref() != Some(&plan)).then_some(plan));
    }
    if !dry_run {
        for plan in &changed {
            store.put(plan).await.map_err(|error| format!("{}: {error}; apply the file again", plan.id))?;
        }
    }
    crate::out(&text);
    Ok(())
}

fn report(file: &std::path::Path, source: &str, problems: &[Problem]) -> String {
    let count = if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    format!("{}{count}; nothing was changed", show(&file.display().to_string(), source, problems))
}
