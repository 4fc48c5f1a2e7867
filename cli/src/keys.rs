//! `tollgate keys`: a tenant's credentials.
//!
//! AWS is reached with the credentials in the environment, as a function reaches it; with a profile,
//! `eval "$(aws configure export-credentials --format env)"` puts them there.

use aws::{AwsSettings, Connection, KeysTable};
use clap::{Args, Subcommand, ValueEnum};
use identity::{ApiKey, KeyHash, KeyRecord, KeyStore as _};
use serde_json::json;
use settings::Settings;

/// Make, disable and enable API keys.
#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a key. It is shown once: only its hash is kept.
    Create(Create),
    /// Refuse a key from now on; API Gateway forgets its last answer after the stack's AuthorizerTtl.
    Disable(Change),
    /// Accept a disabled key again.
    Enable(Change),
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

/// Change a key.
#[derive(Args)]
pub(crate) struct Change {
    /// The key, or its SHA-256 in hexadecimal.
    key: String,
    /// The table of API keys: the stack's output ApiKeysTable.
    #[arg(long)]
    table: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Keys {
    /// Carries it out.
    pub(crate) async fn run(self) -> Result<(), String> {
        match self {
            Keys::Create(create) => create.run().await,
            Keys::Disable(change) => change.run(false).await,
            Keys::Enable(change) => change.run(true).await,
        }
    }
}

impl Create {
    async fn run(self) -> Result<(), String> {
        let key = ApiKey::from_random(random()?);
        let id: [u8; 20] = random()?;
        let key_id: String = "key-".chars().chain(id.iter().take(8).flat_map(|byte| hex(*byte))).collect();
        let record = KeyRecord {
            key_id,
            tenant: self.tenant,
            plan_id: self.plan,
            enabled: true,
            expires_at_ms: None,
            features: Vec::new(),
        };
        connect(self.table)?.create(&key.hash(), &record).await.map_err(|error| error.to_string())?;
        match self.format {
            Format::Json => {
                let KeyRecord { key_id, tenant, plan_id, .. } = record;
                let answer = json!({"key": key.secret(), "keyId": key_id, "tenant": tenant, "planId": plan_id});
                crate::out(&format!("{answer}\n"));
            }
            Format::Text => {
                let KeyRecord { key_id, tenant, .. } = record;
                let advice = format!("The key {key_id} of tenant {tenant}. Keep it now: it is not shown again.");
                crate::out(&format!("{}\n\n{advice}\n", key.secret()));
            }
        }
        Ok(())
    }
}

impl Change {
    async fn run(self, enabled: bool) -> Result<(), String> {
        let hash = match KeyHash::parse(&self.key) {
            Some(hash) => hash,
            None => ApiKey::parse(&self.key).ok_or("a key has 20 to 128 characters")?.hash(),
        };
        let found = connect(self.table)?.set_enabled(&hash, enabled).await.map_err(|error| error.to_string())?;
        if found { Ok(()) } else { Err("the table has no such key".to_owned()) }
    }
}

fn connect(table: String) -> Result<KeysTable, String> {
    let mut settings = Settings::new(runtime::env);
    let aws = AwsSettings::load(&mut settings);
    let aws = settings.finish(aws).map_err(|problems| problems.to_string())?;
    Ok(KeysTable::new(Connection::new(&aws)?.dynamodb(), table))
}

fn random() -> Result<[u8; 20], String> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    Ok(bytes)
}

fn hex(byte: u8) -> impl Iterator<Item = char> {
    [byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16))
}
