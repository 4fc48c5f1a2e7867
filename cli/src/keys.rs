//! `tollgate keys`: a tenant's credentials.
//!
//! AWS is reached with the credentials in the environment, as a function reaches it; with a profile,
//! `eval "$(aws configure export-credentials --format env)"` puts them there.

mod in_plan;
mod shown;
mod when;

#[cfg(test)]
mod tests;

use aws::{AwsSettings, Connection, KeyList, KeysTable, ListedKey};
use clap::{Args, Subcommand};
use identity::{ApiKey, KeyHash, KeyRecord, KeyStore};
use settings::Settings;

use crate::usage_plans::Format;
use in_plan::InPlan;
use shown::{hand_over, write};
use when::{End, When, duration_ms, end, moment};

/// Make, list, disable, enable, expire, rotate and delete API keys.
#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a key. It is shown once: only its hash is kept.
    Create(Create),
    /// Give a tenant that shows no key, for tokens name it, a plan and features. It is listed and changed as a key is, by
    /// the id tenant:NAME.
    Subscribe(Subscribe),
    /// Refuse a key from now on; API Gateway forgets its last answer after the stack's AuthorizerTtl.
    Disable(Change),
    /// Accept a disabled key again.
    Enable(Change),
    /// List all keys; no secret is among what is kept.
    List(Shown),
    /// Show one key.
    Show(One),
    /// Set when a key ends, or that it does not.
    Expire(Expire),
    /// Hold a key, or a tenant's subscription, to another usage plan from now on; routers hear of it within a minute.
    Plan(SetPlan),
    /// Give a key another secret, shown once. Its id, tenant, plan, features and quota stay.
    Rotate(Rotate),
    /// Delete a key.
    Delete(Change),
}

/// Make a key.
#[derive(Args)]
pub(crate) struct Create {
    /// Whose key it is.
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    plan: InPlan,
    /// When the key ends: 2027-01-31 (its first moment, UTC), 2027-01-31T12:00:00Z, or in 90d, 12h, 30m; else never.
    #[arg(long, value_name = "DATE|DURATION", value_parser = moment)]
    expires: Option<When>,
    /// What the key unlocks: names that operations require by x-tollgate-requires.
    #[arg(long = "feature", value_name = "NAME", num_args = 1.., value_parser = feature)]
    features: Vec<String>,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Subscribe a tenant.
#[derive(Args)]
pub(crate) struct Subscribe {
    /// Who: what the claim or context field says that x-tollgate-tenant names.
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    plan: InPlan,
    /// When it ends, as in `create`; else never.
    #[arg(long, value_name = "DATE|DURATION", value_parser = moment)]
    expires: Option<When>,
    /// What it unlocks, as in `create`.
    #[arg(long = "feature", value_name = "NAME", num_args = 1.., value_parser = feature)]
    features: Vec<String>,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
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

/// Rotate a key.
#[derive(Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    one: One,
    /// For how long the old secret is good beside the new one: 24h, 30m; else it is refused from now on.
    #[arg(long, value_name = "DURATION", value_parser = duration_ms)]
    overlap: Option<u64>,
    /// When the new secret ends, as in `create`; else when the old one would have.
    #[arg(long, value_name = "DATE|DURATION", value_parser = moment)]
    expires: Option<When>,
}

/// Set when a key ends.
#[derive(Args)]
pub(crate) struct Expire {
    #[command(flatten)]
    key: Change,
    /// As in `create`, or never.
    #[arg(value_name = "DATE|DURATION|never", value_parser = end)]
    at: End,
}

/// Hold a key to another plan.
#[derive(Args)]
pub(crate) struct SetPlan {
    #[command(flatten)]
    key: Change,
    #[command(flatten)]
    plan: InPlan,
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
            Keys::Subscribe(subscribe) => subscribe.run().await,
            Keys::Disable(change) => change.run(false).await,
            Keys::Enable(change) => change.run(true).await,
            Keys::List(shown) => shown.list().await,
            Keys::Show(one) => one.show().await,
            Keys::Expire(expire) => expire.run().await,
            Keys::Plan(set) => set.run().await,
            Keys::Rotate(rotate) => rotate.run().await,
            Keys::Delete(change) => change.delete().await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), String> {
        let key = ApiKey::from_random(random()?);
        let now_ms = runtime::clock_ms();
        let mut record = record(self.tenant, self.plan.existing().await?, true)?;
        record.expires_at_ms = self.expires.map(|when| when.after(now_ms)).transpose()?;
        record.features = set(self.features);
        connect(self.table)?.create(&key.hash(), &record).await.map_err(|error| error.to_string())?;
        crate::out(&hand_over(&key, &record, self.format));
        Ok(())
    }
}

impl Subscribe {
    async fn run(self) -> Result<(), String> {
        let expires_at_ms = self.expires.map(|when| when.after(runtime::clock_ms())).transpose()?;
        let (key_id, features) = (format!("tenant:{}", self.tenant), set(self.features));
        let hash = KeyHash::of_tenant(&self.tenant);
        let plan_id = self.plan.existing().await?;
        let record = KeyRecord { key_id, tenant: self.tenant, plan_id, enabled: true, expires_at_ms, features };
        connect(self.table)?.create(&hash, &record).await.map_err(|error| match error {
            identity::StoreError::Taken => {
                let id = &record.key_id;
                format!("{id} is subscribed already: change it with `tollgate keys plan {id}`, `expire`, or `delete` it first")
            }
            error => error.to_string(),
        })?;
        crate::out(&format!("{}\n", record.key_id));
        Ok(())
    }
}

/// Names in order, each once.
fn set(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

impl Shown {
    async fn list(self) -> Result<(), String> {
        let keys = key_list(&self.table)?.list().await.map_err(|error| error.to_string())?;
        crate::out(&write(&keys, self.format, runtime::clock_ms()));
        Ok(())
    }
}

impl One {
    async fn show(self) -> Result<(), String> {
        let found = find(&self.shown.table, &self.key).await?;
        crate::out(&write(&[found], self.shown.format, runtime::clock_ms()));
        Ok(())
    }
}

impl Rotate {
    async fn run(self) -> Result<(), String> {
        let Shown { table, format } = self.one.shown;
        let now_ms = runtime::clock_ms();
        let old = find(&table, &self.one.key).await?;
        if old.hash == KeyHash::of_tenant(&old.tenant) {
            return Err("a subscription has no secret to rotate".to_owned());
        }
        let key = ApiKey::from_random(random()?);
        let keys = connect(table.clone())?;
        let expires_at_ms = self.expires.map(|when| when.after(now_ms)).transpose()?;
        let overlap = Overlap { now_ms, for_ms: self.overlap.unwrap_or(0), expires_at_ms };
        let record = succeed(&keys, &old.hash, &key, &overlap).await?;
        // Shown before the old one goes: whatever happens now, its owner has a key that works.
        crate::out(&hand_over(&key, &record, format));
        let ended = match self.overlap {
            Some(_) => Ok(()),
            None => key_list(&table)?.delete(&old.hash).await,
        };
        ended.map_err(|error| format!("the old key still works: {error}"))
    }
}

/// How an old secret and its successor overlap.
struct Overlap {
    now_ms: u64,
    /// For how long both are good; 0: the old one's end is left to whoever deletes it.
    for_ms: u64,
    /// When the new one ends; none: when the old one would have.
    expires_at_ms: Option<u64>,
}

/// Stores `key` in the place of the key under `old`, and sets that one's end.
async fn succeed(keys: &impl KeyStore, old: &KeyHash, key: &ApiKey, overlap: &Overlap) -> Result<KeyRecord, String> {
    let text = |error: identity::StoreError| error.to_string();
    let old_record = keys.find(old).await.map_err(text)?.ok_or("the key is gone")?;
    let expires_at_ms = overlap.expires_at_ms.or(old_record.expires_at_ms);
    let record = KeyRecord { expires_at_ms, ..old_record.clone() };
    keys.create(&key.hash(), &record).await.map_err(text)?;
    if overlap.for_ms > 0 {
        let end_ms = old_record.ends_after(overlap.now_ms, overlap.for_ms);
        let ended = keys.set_expiry(old, Some(end_ms)).await;
        ended.map_err(|error| {
            format!("the new key {} works and the old one has no end: {error}; rotate it again", key.shown())
        })?;
    }
    Ok(record)
}

impl SetPlan {
    async fn run(self) -> Result<(), String> {
        let plan_id = self.plan.existing().await?;
        let hash = hash_of(&self.key.table, &self.key.key).await?;
        let found = connect(self.key.table)?.set_plan(&hash, &plan_id).await.map_err(|error| error.to_string())?;
        was_there(found)
    }
}

impl Expire {
    async fn run(self) -> Result<(), String> {
        let now_ms = runtime::clock_ms();
        let end_ms = match self.at {
            End::Never => None,
            End::At(when) => Some(when.after(now_ms)?),
        };
        let hash = hash_of(&self.key.table, &self.key.key).await?;
        let found = connect(self.key.table)?.set_expiry(&hash, end_ms).await.map_err(|error| error.to_string())?;
        was_there(found)
    }
}

impl Change {
    async fn run(self, enabled: bool) -> Result<(), String> {
        let hash = hash_of(&self.table, &self.key).await?;
        let found = connect(self.table)?.set_enabled(&hash, enabled).await.map_err(|error| error.to_string())?;
        was_there(found)
    }
}

impl Change {
    async fn delete(self) -> Result<(), String> {
        let found = find(&self.table, &self.key).await?;
        key_list(&self.table)?.delete(&found.hash).await.map_err(|error| error.to_string())
    }
}

fn was_there(found: bool) -> Result<(), String> {
    if found { Ok(()) } else { Err("the table has no such key".to_owned()) }
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

/// The name of a feature. In an authorizer's context a space stands between two.
fn feature(name: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !name.is_empty() && name.len() <= 64 && name.chars().all(good) {
        return Ok(name.to_owned());
    }
    Err("write letters, digits and -_.:/, 64 at most, such as reports".to_owned())
}

/// The hash that a key is stored under, by the key, its hash or its id.
async fn hash_of(table: &str, key: &str) -> Result<KeyHash, String> {
    match KeyHash::parse(key) {
        Some(hash) => Ok(hash),
        None => Ok(find(table, key).await?.hash),
    }
}

/// The key of this id, hash or secret. Of several with one id, as a rotation leaves, the only one whose time is not over.
async fn find(table: &str, key: &str) -> Result<ListedKey, String> {
    let keys = key_list(table)?.list().await.map_err(|error| error.to_string())?;
    choose(keys, key, runtime::clock_ms())
}

fn choose(keys: Vec<ListedKey>, key: &str, now_ms: u64) -> Result<ListedKey, String> {
    let hash = KeyHash::parse(key).or_else(|| ApiKey::parse(key).map(|key| key.hash()));
    let named = |listed: &ListedKey| listed.key_id == key || Some(&listed.hash) == hash.as_ref();
    let mut found: Vec<ListedKey> = keys.into_iter().filter(named).collect();
    if found.len() > 1 {
        found.retain(|listed| listed.expires_at_ms.is_none_or(|end_ms| now_ms < end_ms));
    }
    match found.len() {
        1 => found.pop().ok_or_else(String::new),
        0 => Err("the table has no such key, or several whose time is over".to_owned()),
        _ => Err("several keys have this id: name one by its SHA-256, which the list shows as JSON".to_owned()),
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
