//! Where the stack is and how to look behind it.

use std::{collections::BTreeMap, sync::LazyLock};

use aws::{AwsSettings, Connection, KeysTable};
use identity::{ApiKey, KeyRecord, KeyStore as _};
use serde::Deserialize;
use settings::Settings;

use crate::{Answer, Call};

/// What `stack.json` says.
#[derive(Deserialize)]
pub struct Stack {
    /// The stage's URL, without a slash at its end.
    pub url: String,
    /// The demo tenant's API key.
    pub key: String,
    /// The demo tenant's API key that the storefront shows to everybody.
    pub storefront_key: String,
    /// An API key with the feature `operator`.
    pub operator_key: String,
    /// Where all of AWS is.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// The WebSocket stage's URL.
    pub websocket_url: String,
    /// The queue of broadcast jobs.
    pub broadcast_queue_url: String,
    /// The bank that stands in.
    pub bank_url: String,
    /// The payments' server, as a program.
    pub payments_binary: String,
    /// The state machine of deliveries, by its ARN.
    pub delivery_machine: String,
    /// The state machine that gives up orders which nobody pays, by its ARN.
    pub unpaid_machine: String,
    /// The topic that tells customers, by its ARN.
    pub customers_topic: String,
    /// The tables' names: `api_keys`, `usage_plans`, `counters`, `carts`, `products`, `orders`, `payments`, `connections`,
    /// `subscriptions`, `messages`, `usage`.
    pub tables: BTreeMap<String, String>,
    /// The functions' names: `router`, `authorizer`, `cart`, `metering`.
    pub functions: BTreeMap<String, String>,
    /// The queues' URLs: `usage`, `usage_dead_letters`.
    pub queues: BTreeMap<String, String>,
    /// The managed API's access log, by its log group's name.
    pub access_log: String,
    /// The tests' own API, `tests/services`.
    services: Option<Services>,
    /// Another, `tests/throttled`.
    throttled: Option<Services>,
    /// The command line.
    pub tollgate: String,
}

/// The API of `tests/services`: one operation for each way of calling AWS.
#[derive(Deserialize)]
pub struct Services {
    /// The stage's URL, without a slash at its end.
    pub url: String,
    /// The outputs of its template.
    pub outputs: BTreeMap<String, String>,
}

#[allow(clippy::disallowed_methods, reason = "the harness says where the stack is")]
static STACK: LazyLock<Stack> = LazyLock::new(|| {
    let file = std::env::var("TOLLGATE_STACK").expect("these tests need a deployed stack: run `make test`");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
});

impl Stack {
    /// The stack of this run.
    pub fn get() -> &'static Stack {
        &STACK
    }

    /// The tests' own API.
    pub fn services(&self) -> &Services {
        self.services
            .as_ref()
            .expect("these tests need their API: run `python3 infra/local/stack.py services --port …`")
    }

    /// The tests' API whose stage has a throttle.
    pub fn throttled(&self) -> &Services {
        self.throttled
            .as_ref()
            .expect("these tests need their API: run `python3 infra/local/stack.py services --port …`")
    }

    /// Calls without a key.
    pub fn call(&self, call: Call) -> Answer {
        call.send(&self.url)
    }

    /// Calls with the demo tenant's key.
    pub fn call_with_key(&self, call: Call) -> Answer {
        self.call(call.header("x-api-key", &self.key))
    }

    /// Sends a request line and headers as they are; `{base}` in them is the stage's path.
    pub fn send_bytes(&self, request: &str) -> Answer {
        let (host, base) = self.url.trim_start_matches("http://").split_once('/').expect("a path");
        let request = request.replace("{base}", &format!("/{base}"));
        Answer::to_bytes(&host.replace("localhost", "127.0.0.1"), request.as_bytes())
    }

    /// Makes an API key for a tenant of that name, in the sample's plan.
    pub fn new_key(&self, tenant: &str, enabled: bool) -> String {
        self.make_key(tenant, "starter", enabled, &[])
    }

    /// Makes an API key for a tenant of that name, in a plan.
    pub fn new_key_in(&self, tenant: &str, plan_id: &str) -> String {
        self.make_key(tenant, plan_id, true, &[])
    }

    /// Makes an API key for a tenant of that name, in the sample's plan, that unlocks a feature.
    pub fn new_key_with(&self, tenant: &str, feature: &str) -> String {
        self.make_key(tenant, "starter", true, &[feature])
    }

    #[tokio::main(flavor = "current_thread")]
    async fn make_key(&self, tenant: &str, plan_id: &str, enabled: bool, features: &[&str]) -> String {
        let mut random = [0; 20];
        getrandom::fill(&mut random).expect("random bytes");
        let key = ApiKey::from_random(random);
        let record = KeyRecord {
            key_id: format!("key-of-{tenant}"),
            tenant: tenant.to_owned(),
            plan_id: plan_id.to_owned(),
            enabled,
            expires_at_ms: None,
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        };
        self.keys().create(&key.hash(), &record).await.expect("created");
        key.secret().to_owned()
    }

    /// The table of API keys.
    pub fn keys(&self) -> KeysTable {
        KeysTable::new(self.connection().dynamodb(), self.tables["api_keys"].clone())
    }

    /// AWS as an administrator sees it.
    pub fn connection(&self) -> Connection {
        let mut settings = Settings::new(|name| match name {
            "AWS_REGION" => Some(self.region.clone()),
            "AWS_ENDPOINT_URL" => Some(self.endpoint.clone()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        });
        let aws = AwsSettings::load(&mut settings);
        Connection::new(&settings.finish(aws).expect("settings")).expect("a connection")
    }
}
