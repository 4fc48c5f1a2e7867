//! The port to what integrations call.

use std::future::Future;

use bytes::Bytes;

use crate::Headers;

/// The most bytes that a synchronous Lambda invocation takes and gives: 6 MB. (Lambda developer guide,
/// `gettingstarted-limits`.) What the router sends to a function and what it answers with are both bound by it.
pub const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// One invocation of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// The function's ARN or name, with its version or alias if any.
    pub function: String,
    /// The event, as JSON.
    pub event: Vec<u8>,
    /// How long it may take.
    pub timeout_ms: u32,
}

/// What a function gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionAnswer {
    /// It ended well, with this payload.
    Payload(Bytes),
    /// It failed; this payload describes how.
    Failed(Bytes),
}

/// One request to an HTTP backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCall {
    /// The method.
    pub method: String,
    /// The URL, encoded.
    pub url: String,
    /// The headers, without `Host` and `Content-Length`.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
    /// How long it may take, from connecting to the last byte.
    pub timeout_ms: u32,
}

/// What an HTTP backend gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The headers as they came.
    pub headers: Headers,
    /// The whole body.
    pub body: Bytes,
}

/// Why a backend gave nothing back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallProblem {
    /// It did not answer in time. It may have done its work all the same.
    #[error("the backend did not answer in time")]
    Timeout,
    /// It could not be reached, or the connection broke.
    #[error("the backend could not be reached: {0}")]
    Unreachable(String),
    /// The service would not carry out the call: no permission, no such function, throttled.
    #[error("the call was refused: {0}")]
    Refused(String),
    /// Its answer is larger than [`MAX_PAYLOAD_BYTES`].
    #[error("the backend's answer is larger than 6 MB")]
    TooLarge,
}

/// Calls backends. A call is made once: an integration's work may not be repeatable, so nothing is retried here.
pub trait Backends {
    /// Invokes a function and waits for what it gives back.
    ///
    /// # Errors
    /// When it gave nothing back.
    fn invoke(&self, call: FunctionCall) -> impl Future<Output = Result<FunctionAnswer, CallProblem>>;

    /// Sends a request and reads the whole answer. Redirects are answers.
    ///
    /// # Errors
    /// When there was no whole answer.
    fn send(&self, call: HttpCall) -> impl Future<Output = Result<HttpAnswer, CallProblem>>;
}
