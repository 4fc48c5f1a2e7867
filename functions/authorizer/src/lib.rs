//! Lambda authorizer for API keys: answers API Gateway's REQUEST authorizer event (payload 2.0) with a simple response.
//! (API Gateway developer guide, `http-api-lambda-authorizer`.)
//!
//! It serves routes whose `security` names an API key. API Gateway answers 401 by itself when the header is missing and
//! keeps this function's answer for `AuthorizerTtl` seconds by the header's value; a refusal becomes 403 `Forbidden`.

use aws::AwsSettings;
use identity::{KeyLookup, Principal, Refusal, identify};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use settings::Settings;
use tracing::Instrument as _;

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

/// The part of the authorizer's event that decides.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// The values of the authorizer's identity sources, here one: the API key header.
    #[serde(default)]
    identity_source: Option<Vec<String>>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: String,
}

/// The simple response, and the context that reaches the integration under `requestContext.authorizer.lambda`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerAnswer {
    /// Whether the request goes on.
    pub is_authorized: bool,
    /// Who is calling: [`Principal::to_context`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
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
    let span = tracing::info_span!("authorize", requestId = event.request_context.request_id);
    let credential = event.identity_source.as_ref().and_then(|sources| sources.first()).map(String::as_str);
    async {
        match identify(credential, keys, now_ms).await {
            Ok(principal) => {
                tracing::info!(keyId = principal.key_id, tenant = principal.tenant, "allowed");
                Ok(allowed(&principal))
            }
            Err(undecided @ Refusal::Undecided(_)) => {
                tracing::error!(error = %undecided, "undecided");
                Err(undecided)
            }
            Err(refusal) => {
                tracing::info!(reason = %refusal, "refused");
                Ok(AuthorizerAnswer { is_authorized: false, context: None })
            }
        }
    }
    .instrument(span)
    .await
}

fn allowed(principal: &Principal) -> AuthorizerAnswer {
    AuthorizerAnswer { is_authorized: true, context: Some(principal.to_context()) }
}
