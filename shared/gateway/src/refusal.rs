//! Why a request is not answered by its backend, and the gateway response that says so.
//! (API Gateway developer guide, `supported-gateway-response-types`.)

use definition::Unresolved;

use crate::{CallProblem, GatewayResponse, PathProblem};

/// Why a request is refused. Each becomes one of AWS's gateway responses, in [`Refusal::response`] and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The path cannot be routed.
    #[error(transparent)]
    Path(#[from] PathProblem),
    /// The event's body is marked as base64 and is not.
    #[error("the body is marked as base64 and is not")]
    Body,
    /// No operation has this path and method.
    #[error("no operation has this path and method")]
    NoRoute,
    /// The caller may not call the operation.
    #[error(transparent)]
    Identity(#[from] identity::Refusal),
    /// The managed gateway, which guards the operation, let the request in by another route.
    #[error("the managed gateway guards this operation and let the request in by another route")]
    OtherRoute,
    /// No template takes this content type.
    #[error("no request template takes the content type {0:?}")]
    MediaType(String),
    /// The request does not fit into a Lambda invocation.
    #[error("the event for the function has {0} bytes, more than Lambda takes")]
    RequestTooLarge(usize),
    /// The integration cannot be called as it is configured.
    #[error("the integration is misconfigured: {0}")]
    Configuration(String),
    /// The backend did not answer.
    #[error(transparent)]
    Call(#[from] CallProblem),
    /// The backend's answer cannot be passed on.
    #[error("the backend's answer is malformed: {0}")]
    Answer(String),
}

impl From<Unresolved> for Refusal {
    fn from(unresolved: Unresolved) -> Self {
        Refusal::Configuration(unresolved.to_string())
    }
}

impl Refusal {
    /// The answer that the client gets: a 4xx says what to change, a 5xx nothing but that it failed.
    pub fn response(&self) -> GatewayResponse {
        const INTERNAL: (&str, &str) = ("InternalServerErrorException", "Internal server error");
        let own = self.to_string();
        let (status, (error_type, message)) = match self {
            Refusal::Path(_) | Refusal::Body => (400, ("BadRequestException", own.as_str())),
            Refusal::NoRoute | Refusal::OtherRoute => {
                (403, ("MissingAuthenticationTokenException", "Missing Authentication Token"))
            }
            Refusal::Identity(refusal) => match refusal {
                identity::Refusal::MissingKey
                | identity::Refusal::UnknownKey
                | identity::Refusal::DisabledKey { .. } => (403, ("ForbiddenException", "Forbidden")),
                identity::Refusal::Undecided(_) => (500, INTERNAL),
            },
            Refusal::MediaType(_) => (415, ("BadRequestException", "Unsupported Media Type")),
            Refusal::RequestTooLarge(_) => (413, ("RequestTooLargeException", "Request Entity Too Large")),
            Refusal::Configuration(_) => (500, INTERNAL),
            Refusal::Call(CallProblem::Timeout) => {
                (504, ("InternalServerErrorException", "Endpoint request timed out"))
            }
            Refusal::Call(CallProblem::TooLarge) | Refusal::Answer(_) => (502, INTERNAL),
            Refusal::Call(CallProblem::Unreachable(_) | CallProblem::Refused(_)) => (500, INTERNAL),
        };
        let mut response = GatewayResponse::json(status, &serde_json::json!({ "message": message }));
        response.headers.add("x-amzn-errortype", error_type);
        response
    }
}
