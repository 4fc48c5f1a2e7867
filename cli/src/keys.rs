//! `tollgate keys`: a tenant's credentials.
//!
//! AWS is reached with the credentials in the environment, as a function reaches it; with a profile,
//! `eval "$(aws configure export-credentials --format env)"` puts them there.

use aws::{AwsSettings, Connection, KeyList, KeysTable, ListedKey};
use clap::{Args, Subcommand};
use identity::{ApiKey, KeyHash, KeyRecord, KeyStore as _};
use serde_json::json;
use settings::Settings;

use crate::usage_plans::{Format, table};

/// Make, list, disable, enable, rotate and delete API keys.
#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a key. It is shown once: only its hash is kept.
    Create(Create),
    /// Refuse a key from now on; API Gateway forgets its last answer after the stack's AuthorizerTtl.
    Disable(Change),
    /// Accept a disabled key again.
    Enable(Change),
    /// List all keys; no secret is among what is kept.
    List(Shown),
    /// Show one key.
    Show(One),
    /// Give a key another secret, shown once; the old one is refused from now on. Its quota goes on.
    Rotate(One),
    /// Delete a key.
    Delete(Change),
}

/// Make a key.
#[derive(Args)]
pub(crate) struct Create {
    /// Whose key it is.
    #[arg(long)]
    tenant: String,
    /// The usage plan that its calls are held to.
    #[arg(long)]
    plan: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// List keys.
#[derive(Args)]
pub(crate) struct Shown {
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// One key.
#[derive(Args)]
pub(crate) struct One {
    /// The key's id, the key, or its SHA-256 in hexadecimal.
    key: String,
    #[command(flatten)]
    shown: Shown,
}

/// Change a key.
#[derive(Args)]
pub(crate) struct Change {
    /// The key's id, the key, or its SHA-256 in hexadecimal.
    key: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
}

impl Keys {
    /// Carries it out.
    pub(crate) async fn run(self) -> Result<(), String> {
        match self {
            Keys::Create(create) => create.run().await,
            Keys::Disable(change) => change.run(false).await,
            Keys::Enable(change) => change.run(true).await,
            Keys::List(shown) => shown.list().await,
            Keys::Show(one) => one.show().await,
            Keys::Rotate(one) => one.rotate().await,
            Keys::Delete(change) => change.delete().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), String> {
        let key = ApiKey::from_random(random()?);
        let record = record(self.tenant, self.plan, true)?;
        connect(self.table)?.create(&key.hash(), &record).await.map_err(|error| error.to_string())?;
        hand_over(&key, &record, self.format);
        Ok(())
    }
}

impl Shown {
    async fn list(self) -> Result<(), String> {
        let keys = key_list(&self.table)?.list().await.map_err(|error| error.to_string())?;
        write(&keys, self.format);
        Ok(())
    }
}

impl One {
    async fn show(self) -> Result<(), String> {
        let found = find(&self.shown.table, &self.key).await?;
        write(&[found], self.shown.format);
        Ok(())
    }

    async fn rotate(self) -> Result<(), String> {
        let old = find(&self.shown.table, &self.key).await?;
        let key = ApiKey::from_random(random()?);
        let keys = connect(self.shown.table.clone())?;
        let record = keys.find(&old.hash).await.map_err(|error| error.to_string())?.ok_or("the key is gone")?;
        keys.create(&key.hash(), &record).await.map_err(|error| error.to_string())?;
        // Shown before the old one goes: whatever happens now, its owner has a key that works.
        hand_over(&key, &record, self.shown.format);
        key_list(&self.shown.table)?
            .delete(&old.hash)
            .await
            .map_err(|error| format!("the old key still works: {error}"))
    }
}

impl Change {
    async fn run(self, enabled: bool) -> Result<(), String> {
        let hash = hash_of(&self.table, &self.key).await?;
        let found = connect(self.table)?.set_enabled(&hash, enabled).await.map_err(|error| error.to_string())?;
        if found { Ok(()) } else { Err("the table has no such key".to_owned()) }
    }
}

impl Change {
    async fn delete(self) -> Result<(), String> {
        let found = find(&self.table, &self.key).await?;
        key_list(&self.table)?.delete(&found.hash).await.map_err(|error| error.to_string())
    }
}

/// A new key's record, with an id of its own. `plans` are the ids of its usage plans, a space between two.
pub(crate) fn record(tenant: String, plans: String, enabled: bool) -> Result<KeyRecord, String> {
    let id: [u8; 20] = random()?;
    let key_id: String = "key-".chars().chain(id.iter().take(8).flat_map(|byte| hex(*byte))).collect();
    Ok(KeyRecord { key_id, tenant, plan_id: plans, enabled, expires_at_ms: None, features: Vec::new() })
}

/// The usage plans that a key is in.
pub(crate) fn plans_of(plan_id: &str) -> impl Iterator<Item = &str> {
    plan_id.split(' ').filter(|id| !id.is_empty())
}

/// Shows a key's secret, for the only time.
fn hand_over(key: &ApiKey, record: &KeyRecord, format: Format) {
    let KeyRecord { key_id, tenant, plan_id, .. } = record;
    match format {
        Format::Json => {
            let answer = json!({"key": key.secret(), "keyId": key_id, "tenant": tenant, "planId": plan_id});
            crate::out(&format!("{answer}\n"));
        }
        Format::Text => {
            let advice = format!("The key {key_id} of tenant {tenant}. Keep it now: it is not shown again.");
            crate::out(&format!("{}\n\n{advice}\n", key.secret()));
        }
    }
}

fn write(keys: &[ListedKey], format: Format) {
    crate::out(&match format {
        Format::Json => {
            let key = |key: &ListedKey| {
                json!({"keyId": key.key_id, "tenant": key.tenant, "planId": key.plan_id, "enabled": key.enabled,
                    "keyHash": key.hash.as_str()})
            };
            format!("{:#}\n", json!({ "keys": keys.iter().map(key).collect::<Vec<_>>() }))
        }
        Format::Text => {
            let row = |key: &ListedKey| {
                let state = if key.enabled { "enabled" } else { "disabled" };
                [key.key_id.clone(), key.tenant.clone(), key.plan_id.clone(), state.to_owned()]
            };
            table(["KEY", "TENANT", "PLAN", "STATE"], &keys.iter().map(row).collect::<Vec<_>>())
        }
    });
}

/// The hash that a key is stored under, by the key, its hash or its id.
async fn hash_of(table: &str, key: &str) -> Result<KeyHash, String> {
    match KeyHash::parse(key) {
        Some(hash) => Ok(hash),
        None => Ok(find(table, key).await?.hash),
    }
}

/// The key of this id, hash or secret.
async fn find(table: &str, key: &str) -> Result<ListedKey, String> {
    let hash = KeyHash::parse(key).or_else(|| ApiKey::parse(key).map(|key| key.hash()));
    let keys = key_list(table)?.list().await.map_err(|error| error.to_string())?;
    let mut found = keys.into_iter().filter(|listed| listed.key_id == key || Some(&listed.hash) == hash.as_ref());
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err("several keys have this id: name one by its SHA-256, which the list shows as JSON".to_owned())
        }
        (None, _) => Err("the table has no such key".to_owned()),
    }
}

fn connect(table: String) -> Result<KeysTable, String> {
    Ok(KeysTable::new(connection()?.dynamodb(), table))
}

fn key_list(table: &str) -> Result<KeyList, String> {
    Ok(KeyList::new(connection()?.dynamodb(), table.to_owned()))
}

/// AWS, as the environment says.
pub(crate) fn connection() -> Result<Connection, String> {
    let mut settings = Settings::new(runtime::env);
    let aws = AwsSettings::load(&mut settings);
    let aws = settings.finish(aws).map_err(|problems| problems.to_string())?;
    Connection::new(&aws)
}

fn random() -> Result<[u8; 20], String> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    Ok(bytes)
}

fn hex(byte: u8) -> impl Iterator<Item = char> {
    [byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16))
}
