//! The event, and where in it the credential is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The header and the query parameter of an API key.
const API_KEY: &str = "x-api-key";

/// A subprotocol that is an API key. A browser can send a WebSocket handshake no header of its own but these.
const KEY_SUBPROTOCOL: &str = "tollgate.key.";

/// The part of the authorizer's event that decides.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// The values of an HTTP API's identity sources, here one: the API key header.
    #[serde(default)]
    identity_source: Option<Vec<String>>,
    /// What a WebSocket API asks about; an HTTP API says `routeArn`.
    #[serde(default)]
    method_arn: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    query_string_parameters: Option<BTreeMap<String, Value>>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: String,
}

impl AuthorizerEvent {
    pub(crate) fn request_id(&self) -> &str {
        &self.request_context.request_id
    }

    /// The ARN of `$connect`, if this is a WebSocket API's event.
    pub(crate) fn method_arn(&self) -> Option<&str> {
        self.method_arn.as_deref()
    }

    /// What the client shows: of an HTTP API's event the identity source, of a WebSocket API's the header `x-api-key`, else
    /// the query parameter of that name, else a subprotocol `tollgate.key.…`.
    pub(crate) fn credential(&self) -> Option<&str> {
        if self.method_arn.is_none() {
            return self.identity_source.as_ref()?.first().map(String::as_str);
        }
        let query = self.query_string_parameters.as_ref().and_then(|query| query.get(API_KEY)?.as_str());
        self.header(API_KEY).or(query).or_else(|| {
            let mut offers = self.header("sec-websocket-protocol")?.split(',').map(str::trim);
            offers.find_map(|offer| offer.strip_prefix(KEY_SUBPROTOCOL))
        })
    }

    /// A header whatever the case of its name: WebSocket APIs hand names over as the client wrote them.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    }
}
