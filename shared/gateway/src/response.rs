//! One response, whatever event it answers.

use bytes::Bytes;

use crate::Headers;

/// What the client gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayResponse {
    /// The status code.
    pub status: u16,
    /// The headers in order.
    pub headers: Headers,
    /// The body's bytes.
    pub body: Bytes,
}

impl GatewayResponse {
    /// A JSON answer.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let mut headers = Headers::default();
        headers.add("content-type", "application/json");
        GatewayResponse { status, headers, body: Bytes::from(body.to_string()) }
    }
}
