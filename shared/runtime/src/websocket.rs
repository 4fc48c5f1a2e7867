//! The events of a WebSocket API's routes, and the answers to them.
//! (API Gateway developer guide, `apigateway-websocket-api-route-keys-connect-disconnect`, `websocket-api-develop-routes`.)

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event of `$connect`, `$disconnect` or a message's route. Headers come with `$connect` alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSocketEvent {
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    /// What is known of the connection.
    pub request_context: WebSocketContext,
    /// The message.
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The event's `requestContext`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSocketContext {
    /// The connection's id.
    pub connection_id: String,
    /// The request's id, another for each message.
    #[serde(default)]
    pub request_id: String,
    /// The API's id.
    #[serde(default)]
    pub api_id: String,
    /// The stage.
    #[serde(default)]
    pub stage: String,
    /// Why the connection ended, at `$disconnect`.
    #[serde(default)]
    pub disconnect_status_code: Option<u16>,
    #[serde(default)]
    authorizer: Option<BTreeMap<String, Value>>,
}

impl WebSocketEvent {
    /// A header of the handshake, whatever the case of its name: API Gateway hands names over as the client wrote them.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    }

    /// The message as text. One in base64 is a binary frame, which API Gateway does not let through.
    pub fn text(&self) -> Option<&str> {
        if self.is_base64_encoded { None } else { Some(self.body.as_deref().unwrap_or_default()) }
    }
}

impl WebSocketContext {
    /// The authorizer's context as text by name, as API Gateway hands it over: numbers and booleans become their text.
    pub fn authorizer(&self) -> BTreeMap<String, String> {
        let values = self.authorizer.iter().flatten();
        let values = values.filter_map(|(name, value)| match value {
            Value::String(text) => Some((name.clone(), text.clone())),
            Value::Number(number) => Some((name.clone(), number.to_string())),
            Value::Bool(bool) => Some((name.clone(), bool.to_string())),
            _ => None,
        });
        values.collect()
    }
}

/// What a route's function gives back. At `$connect` the status decides about the handshake; of a message's route the body
/// goes to the client, where the route has a route response.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebSocketAnswer {
    /// The HTTP status.
    pub status_code: u16,
    /// The handshake's response headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A frame, or the refused handshake's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl WebSocketAnswer {
    /// A status alone.
    pub fn status(status_code: u16) -> Self {
        WebSocketAnswer { status_code, headers: BTreeMap::new(), body: None }
    }

    /// A refused handshake: `{"message": …}`, as API Gateway's own refusals are.
    pub fn refused(status_code: u16, message: &str) -> Self {
        let body = serde_json::json!({ "message": message }).to_string();
        WebSocketAnswer { body: Some(body), ..WebSocketAnswer::status(status_code) }
    }

    /// A frame for the client.
    pub fn frame(body: String) -> Self {
        WebSocketAnswer { body: Some(body), ..WebSocketAnswer::status(200) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }
}
