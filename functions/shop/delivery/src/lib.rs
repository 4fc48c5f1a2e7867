//! The shop's delivery is a workflow, `infra/delivery.asl.yaml`; what of it is a program stands here: the function that takes
//! the carrier's signed callbacks ([`callback`], [`signature`], [`tasks`]), and the carrier that stands in for tests
//! ([`carrier`]). See `docs/shop.md`.

pub mod callback;
pub mod carrier;
pub mod signature;
pub mod tasks;

use aws::{AwsSettings, Connection, NetworkBackends};
use runtime::event::{EventProblem, HttpEvent, Reply};
use settings::Settings;

use crate::{
    signature::{MIN_SECRET_BYTES, Secret},
    tasks::{StateMachines, Tasks},
};

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// What the carrier signs with.
    pub secret: Option<Secret>,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config { aws: AwsSettings::load(settings), secret: secret(settings) }
    }
}

/// The function: where callbacks go.
pub struct Callbacks<T> {
    /// The tasks that wait.
    pub tasks: T,
    /// What the carrier signs with.
    pub secret: Secret,
    /// The clock: milliseconds since 1970.
    pub clock_ms: fn() -> u64,
}

impl Callbacks<StateMachines> {
    /// Over Step Functions.
    ///
    /// # Errors
    /// A sentence that names a setting that is wrong.
    pub fn connect(config: Config) -> Result<Self, String> {
        let tasks = StateMachines {
            backends: NetworkBackends::new(&Connection::new(&config.aws)?),
            region: config.aws.region().to_owned(),
        };
        let secret = config.secret.ok_or_else(|| "CALLBACK_SECRET is not set".to_owned())?;
        Ok(Callbacks { tasks, secret, clock_ms: runtime::clock_ms })
    }
}

impl<T: Tasks> Callbacks<T> {
    /// Answers one event.
    ///
    /// # Errors
    /// When it is not an HTTP event.
    pub async fn answer(&self, event: HttpEvent) -> Result<Reply, EventProblem> {
        let now_ms = (self.clock_ms)();
        runtime::event::answer(event, now_ms, async |request| {
            callback::answer(&request, &self.secret, &self.tasks, now_ms / 1000).await
        })
        .await
    }
}

/// `CALLBACK_SECRET`, which is told to nobody.
pub fn secret(settings: &mut Settings<'_>) -> Option<Secret> {
    let text = settings.text("CALLBACK_SECRET");
    let secret = Secret::parse(&text);
    if secret.is_none() && !text.is_empty() {
        settings.problem(format!("CALLBACK_SECRET is shorter than {MIN_SECRET_BYTES} bytes"));
    }
    secret
}

#[cfg(test)]
mod tests;
