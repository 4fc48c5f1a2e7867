//! The event, and where in it the credentials are.

use std::collections::BTreeMap;

use definition::{Admits, Asks};
use identity::IdentitySource;
use serde::Deserialize;
use serde_json::Value;

/// The header and the query parameter of an API key.
const API_KEY: &str = "x-api-key";

/// The query parameter of a token. (RFC 6750, section 2.3.)
const ACCESS_TOKEN: &str = "access_token";

/// Subprotocols that are a credential. A browser can send a WebSocket handshake no header of its own but these. A
/// subprotocol is a `token` of RFC 9110, section 5.6.2, which may have every character of a key and of a JSON Web Token.
/// (RFC 6455, section 4.1.)
const KEY_SUBPROTOCOL: &str = "tollgate.key.";
/// See [`KEY_SUBPROTOCOL`].
const TOKEN_SUBPROTOCOL: &str = "tollgate.token.";

/// The part of the authorizer's event that decides.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// The values of an HTTP API's identity sources: the API key header alone, or whatever a route asks for, and its key.
    #[serde(default)]
    identity_source: Option<Vec<String>>,
    /// What a WebSocket API asks about; an HTTP API says `routeArn`.
    #[serde(default)]
    method_arn: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    query_string_parameters: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    stage_variables: Option<BTreeMap<String, String>>,
    /// An HTTP API's: `GET /me`.
    #[serde(default)]
    route_key: Option<String>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: String,
}

/// What a client shows, believed or not.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shown<'e> {
    /// The text that should be an API key.
    pub(crate) key: Option<&'e str>,
    /// The text that should be a token, perhaps behind `Bearer `.
    pub(crate) token: Option<&'e str>,
    /// Whether the token stands where its authorizer has it, and so must look as that says.
    pub(crate) is_on_route: bool,
}

impl AuthorizerEvent {
    pub(crate) fn request_id(&self) -> &str {
        &self.request_context.request_id
    }

    /// The ARN of `$connect`, if this is a WebSocket API's event.
    pub(crate) fn method_arn(&self) -> Option<&str> {
        self.method_arn.as_deref()
    }

    /// The stage's variables, where there are any.
    pub(crate) fn stage_variables(&self) -> Option<&BTreeMap<String, String>> {
        self.stage_variables.as_ref().filter(|variables| !variables.is_empty())
    }

    /// The route's key, where API Gateway keeps the answer by the route as well: then there are several identity sources.
    pub(crate) fn route(&self) -> Option<&str> {
        let sources = self.identity_source.as_ref().map_or(0, Vec::len);
        if sources > 1 { Some(self.route_key.as_deref().unwrap_or_default()) } else { None }
    }

    /// What the client shows where an answer is kept by the API key alone: that identity source.
    pub(crate) fn shown_key(&self) -> Shown<'_> {
        let key = self.identity_source.as_ref().and_then(|sources| sources.first()).map(String::as_str);
        Shown { key, ..Shown::default() }
    }

    /// What the client shows on a route that asks for more: the header of keys, and the place of tokens.
    pub(crate) fn shown_on_route(&self, token: Option<&IdentitySource>) -> Shown<'_> {
        let token = match token {
            Some(IdentitySource::Header(name)) => self.header(name),
            Some(IdentitySource::Query(name)) => self.query(name),
            Some(IdentitySource::StageVariable(_) | IdentitySource::Context(_)) | None => None,
        };
        Shown { key: self.header(API_KEY), token, is_on_route: true }
    }

    /// What the client shows a WebSocket API: of each credential the header, else the query parameter, else the subprotocol.
    pub(crate) fn shown_at_handshake(&self) -> Shown<'_> {
        let key = self.header(API_KEY).or_else(|| self.query(API_KEY));
        let token = self.header("authorization").or_else(|| self.query(ACCESS_TOKEN));
        Shown {
            key: key.or_else(|| self.subprotocol(KEY_SUBPROTOCOL)),
            token: token.or_else(|| self.subprotocol(TOKEN_SUBPROTOCOL)),
            is_on_route: false,
        }
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name)?.as_str()
    }

    /// What the client offers as a subprotocol behind this prefix.
    fn subprotocol(&self, prefix: &str) -> Option<&str> {
        let mut offers = self.header("sec-websocket-protocol")?.split(',').map(str::trim);
        offers.find_map(|offer| offer.strip_prefix(prefix))
    }

    /// A header whatever the case of its name: WebSocket APIs hand names over as the client wrote them.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    }
}

impl Shown<'_> {
    /// Whether there is something in the place of each credential that is asked for.
    pub(crate) fn has_all_of(&self, admits: &Admits) -> bool {
        let asks_token = matches!(admits.asks, Asks::Token { .. });
        (!admits.api_key || self.key.is_some()) && (!asks_token || self.token.is_some())
    }
}
