//! The port to what integrations call.

use std::future::Future;

use bytes::Bytes;

use crate::{ActionAnswer, ActionCall, Headers};

/// The most bytes that a synchronous Lambda invocation takes and gives: 6 MB. (Lambda developer guide,
/// `gettingstarted-limits`.) What the router sends to a function and what it answers with are both bound by it.
pub const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// One invocation of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// The function's ARN or name, with its version or alias if any.
    pub function: String,
    /// Whether the caller waits for what the function gives back.
    pub invocation: Invocation,
    /// The event, as JSON; of no bytes where the integration sends none.
    pub event: Vec<u8>,
    /// Whose execution environment a tenant-isolated function runs in.
    /// (Lambda developer guide, `tenant-isolation`.)
    pub tenant_id: Option<String>,
    /// The role to call it with, by its ARN; none: the router's own.
    pub credentials: Option<String>,
    /// How long it may take.
    pub timeout_ms: u32,
}

/// `X-Amz-Invocation-Type`. (Lambda API reference, `Invoke`.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Invocation {
    /// The answer is what the function gives back.
    #[default]
    RequestResponse,
    /// Lambda takes the event, answers 202, and calls the function later.
    Event,
    /// Lambda says whether it would call the function, with 204, and does not.
    DryRun,
}

/// What a function gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionAnswer {
    /// It ended well, with this payload.
    Payload(Bytes),
    /// It failed; this payload describes how.
    Failed(Bytes),
    /// Lambda took an [`Invocation::Event`], or would have taken one.
    Accepted,
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
    /// How the server shows who it is.
    pub tls: Tls,
    /// How long it may take, from connecting to the last byte.
    pub timeout_ms: u32,
}

/// `tlsConfig`: how an HTTPS backend shows who it is.
/// (API Gateway developer guide, `api-gateway-swagger-extensions-integration-tls-config`.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tls {
    /// Whether a certificate that no known authority issued is taken. Its name and dates are still checked, as AWS does.
    pub insecure: bool,
    /// The name that the certificate must be for; none: the URL's host.
    pub server_name: Option<String>,
}

/// One request to an AWS service, as it goes over the wire but for its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCall {
    /// The service as the integration's URI names it, and as it is signed for: `dynamodb`, `sqs`, `states`.
    pub service: String,
    /// Where it is called.
    pub region: String,
    /// Its host there: `dynamodb.eu-north-1.amazonaws.com`.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path, encoded, from `/`.
    pub path: String,
    /// The query, encoded, without `?`.
    pub query: String,
    /// The headers, without `Host`, `Content-Length` and those of the signature.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
    /// The role to call it with, by its ARN; none: the router's own.
    pub credentials: Option<String>,
    /// How long it may take, from connecting to the last byte, repeats included.
    pub timeout_ms: u32,
}

/// What an HTTP backend or an AWS service gave back.
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
    /// The same at the last of several attempts.
    #[error("the backend did not answer in time ({0} attempts)")]
    TimeoutAfter(u32),
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

/// Calls backends. An integration's work may not be repeatable: what is repeated, each method says. Nothing is repeated
/// past its time, and a problem says in its text how many attempts there were, if more than one.
pub trait Backends {
    /// Invokes a function and waits for what it gives back. Repeated at most twice, and only where it was throttled or the
    /// connection could not be made: then the function was not called.
    ///
    /// # Errors
    /// When it gave nothing back.
    fn invoke(&self, call: FunctionCall) -> impl Future<Output = Result<FunctionAnswer, CallProblem>>;

    /// Sends a request and reads the whole answer. Redirects are answers. Repeated at most twice, and only where the
    /// connection could not be made and the method is idempotent (GET, HEAD, PUT, DELETE, OPTIONS).
    ///
    /// # Errors
    /// When there was no whole answer.
    fn send(&self, call: HttpCall) -> impl Future<Output = Result<HttpAnswer, CallProblem>>;

    /// Signs a request, sends it to an AWS service and reads the whole answer, whatever its status. Repeated at most twice,
    /// and only where the service says that it was not carried out (throttled before execution), where the connection could
    /// not be made, or where a role's credentials have expired.
    ///
    /// # Errors
    /// When there was no whole answer, or the role could not be assumed.
    fn call(&self, call: ServiceCall) -> impl Future<Output = Result<HttpAnswer, CallProblem>>;

    /// Calls one action of a service and gives back what [`ActionAnswer`] says. Repeated as [`Backends::call`].
    ///
    /// # Errors
    /// When there was no whole answer, or the role could not be assumed.
    fn act(&self, call: ActionCall) -> impl Future<Output = Result<ActionAnswer, CallProblem>>;
}
