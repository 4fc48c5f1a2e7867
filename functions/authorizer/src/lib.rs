//! Lambda authorizer for API keys, of HTTP APIs and of WebSocket APIs.
//!
//! An HTTP API's REQUEST event (payload 2.0) is answered with a simple response. It serves routes whose `security` names an
//! API key. API Gateway answers 401 by itself when the header is missing and keeps this function's answer for
//! `AuthorizerTtl` seconds by the header's value; a refusal becomes 403 `Forbidden`.
//! (API Gateway developer guide, `http-api-lambda-authorizer`.)
//!
//! A WebSocket API's event of `$connect` is answered with an IAM policy; a refusal becomes 403 before the upgrade. Nothing is
//! kept. (API Gateway developer guide, `apigateway-websocket-api-lambda-auth`.)

mod answer;
mod event;

use aws::AwsSettings;
use identity::{KeyLookup, Refusal, identify};
use settings::Settings;
use tracing::Instrument as _;

pub use answer::AuthorizerAnswer;
pub use event::AuthorizerEvent;

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of API keys.
    pub api_keys_table: String,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config { aws: AwsSettings::load(settings), api_keys_table: settings.text("API_KEYS_TABLE") }
    }
}

/// Decides on one event, at `now_ms` milliseconds since 1970.
///
/// # Errors
/// When nobody can say who is calling, because the key store did not answer: API Gateway then answers 500 and keeps
/// nothing, so that the next request is decided afresh.
pub async fn authorize(
    event: AuthorizerEvent,
    keys: &impl KeyLookup,
    now_ms: u64,
) -> Result<AuthorizerAnswer, Refusal> {
    let span = tracing::info_span!("authorize", requestId = event.request_id());
    async {
        match identify(event.credential(), keys, now_ms).await {
            Ok(principal) => {
                tracing::info!(keyId = principal.key_id, tenant = principal.tenant, "allowed");
                Ok(AuthorizerAnswer::new(&event, Some(&principal)))
            }
            Err(undecided @ Refusal::Undecided(_)) => {
                tracing::error!(error = %undecided, "undecided");
                Err(undecided)
            }
            Err(refusal) => {
                tracing::info!(reason = %refusal, "refused");
                Ok(AuthorizerAnswer::new(&event, None))
            }
        }
    }
    .instrument(span)
    .await
}
