//! Lambda authorizer for API keys and tokens, of HTTP APIs and of WebSocket APIs.
//!
//! An HTTP API's REQUEST event (payload 2.0) is answered with a simple response. It serves routes whose `security` names an
//! API key, and native routes that ask for a token which the managed gateway does not verify by itself, or for more than
//! that. API Gateway answers 401 by itself when a credential is missing and keeps this function's answer for `AuthorizerTtl`
//! seconds by the values of the credentials, and by the route unless the key alone decides; a refusal becomes 403
//! `Forbidden`. (API Gateway developer guide, `http-api-lambda-authorizer`.)
//!
//! A WebSocket API's event of `$connect` is answered with an IAM policy; a refusal becomes 403 before the upgrade. Nothing is
//! kept. (API Gateway developer guide, `apigateway-websocket-api-lambda-auth`.)
//!
//! What is asked where, the definition says: [`definition::Doors`], packed beside this function. The rules are those of the
//! [`identity`] library, which the router asks as well.

mod answer;
mod desk;
mod event;

use std::collections::BTreeMap;

use aws::AwsSettings;
use identity::{KeyFetcher, KeyLookup, Refusal};
use settings::Settings;
use tracing::Instrument as _;

pub use answer::AuthorizerAnswer;
pub use desk::Desk;
pub use event::AuthorizerEvent;

/// What the function is told from outside.
pub struct Config {
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// The table of API keys.
    pub api_keys_table: String,
    /// Where the compiled doors lie: beside `bootstrap`.
    pub doors_file: String,
    /// Stage variables by which the definition names user pools.
    pub stage_variables: BTreeMap<String, String>,
}

impl Config {
    /// Reads it; problems are noted in `settings`.
    pub fn load(settings: &mut Settings<'_>) -> Self {
        Config {
            aws: AwsSettings::load(settings),
            api_keys_table: settings.text("API_KEYS_TABLE"),
            doors_file: settings.text("LAMBDA_TASK_ROOT") + "/doors.json",
            stage_variables: settings.map("STAGE_VARIABLES"),
        }
    }
}

/// Decides on one event, at `now_ms` milliseconds since 1970.
///
/// # Errors
/// When nobody can say who is calling, because the key store or an issuer did not answer or the function is deployed
/// wrongly: API Gateway then answers 500 and keeps nothing, so that the next request is decided afresh.
pub async fn authorize<K: KeyLookup, F: KeyFetcher>(
    event: AuthorizerEvent,
    desk: &Desk<K, F>,
    now_ms: u64,
) -> Result<AuthorizerAnswer, Refusal> {
    let span = tracing::info_span!("authorize", requestId = event.request_id());
    async {
        let claims = &desk.doors.connect.claims;
        match desk.decide(&event, now_ms).await {
            Ok(principal) => {
                tracing::info!(keyId = principal.key_id, tenant = principal.tenant, "allowed");
                Ok(AuthorizerAnswer::new(&event, Some(&principal), claims))
            }
            Err(undecided) if desk::is_undecided(&undecided) => {
                tracing::error!(error = %undecided, "undecided");
                Err(undecided)
            }
            Err(refusal) => {
                tracing::info!(reason = %refusal, "refused");
                Ok(AuthorizerAnswer::new(&event, None, claims))
            }
        }
    }
    .instrument(span)
    .await
}
