//! Why a request is not answered by its backend, and the gateway response that says so.
//! (API Gateway developer guide, `supported-gateway-response-types`.)

use definition::{IntegrationResponse, Unresolved};
use identity::RefusalKind;

use mapping::RenderProblem;

use crate::{CallProblem, GatewayResponse, PathProblem, gateway_response};

/// Why a request is refused. Each becomes one of AWS's gateway responses, in `Refusal::default_response` and nowhere else.
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
    /// The caller's plan, or a throttle, does not let the request in now.
    #[error("{}", match .0 {
        plans::Refusal::Throttled { .. } => "a throttle has no token left",
        plans::Refusal::QuotaExceeded { .. } => "the key's quota is used up",
        plans::Refusal::Unavailable { .. } => "the request cannot be counted: a store gave no answer",
        plans::Refusal::NotInPlan => "none of the key's usage plans covers the stage",
    })]
    Plan(plans::Refusal),
    /// The managed gateway, which guards the operation, let the request in by another route.
    #[error("the managed gateway guards this operation and let the request in by another route")]
    OtherRoute,
    /// No template takes this content type.
    #[error("no request template takes the content type {0:?}")]
    MediaType(String),
    /// Parameters that the operation requires are missing or blank.
    #[error("required parameters are missing: {}", .0.join(", "))]
    MissingParameters(Vec<String>),
    /// The body is not what its model describes.
    #[error("the body does not fit its model: {errors}")]
    InvalidBody {
        /// `$context.error.validationErrorString`: where and which rule, never a value of the body.
        errors: String,
        /// The same for the client, where the definition asks for it.
        detail: Option<Vec<FieldError>>,
    },
    /// A mapping looks into the body, and it is not JSON.
    #[error("a mapping looks into the body, and it is not JSON: {0}")]
    UnreadableBody(String),
    /// The request does not give an action's parameter what it must be.
    #[error("the parameter {name} must {must}")]
    ActionParameter {
        /// The parameter's name, `MessageBody`.
        name: &'static str,
        /// What it must: `be there`.
        must: &'static str,
    },
    /// The API's resource policy does not let the caller in.
    #[error("the resource policy denies the request{}", if *.explicit { " explicitly" } else { "" })]
    Policy {
        /// Whether a statement says so, and not merely none allows it.
        explicit: bool,
    },
    /// The request does not fit into a Lambda invocation.
    #[error("the event for the function has {0} bytes, more than Lambda takes")]
    RequestTooLarge(usize),
    /// The integration cannot be called as it is configured.
    #[error("the integration is misconfigured: {0}")]
    Configuration(String),
    /// The backend did not answer.
    #[error(transparent)]
    Call(#[from] CallProblem),
    /// A part of an aggregate answered with a status that the part counts as a failure.
    #[error("the part {part} answered with status {status}")]
    Part {
        /// The part's name.
        part: String,
        /// The status.
        status: u16,
    },
    /// The backend's answer cannot be passed on.
    #[error("the backend's answer is malformed: {0}")]
    Answer(String),
}

/// A field of a body that breaks a rule of its model.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field, as a JSON pointer (RFC 6901); the empty text is the whole body.
    pub field: String,
    /// The rule: a keyword of JSON Schema.
    pub rule: String,
    /// What the field must be.
    pub message: String,
}

/// A gateway response before the user's own settings: what AWS answers by default.
/// (API Gateway developer guide, `supported-gateway-response-types`.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultResponse {
    /// Its type: `BAD_REQUEST_BODY`, ….
    pub(crate) kind: &'static str,
    pub(crate) status: u16,
    /// `x-amzn-ErrorType`.
    pub(crate) error_type: &'static str,
    pub(crate) message: String,
}

impl From<Unresolved> for Refusal {
    fn from(unresolved: Unresolved) -> Self {
        Refusal::Configuration(unresolved.to_string())
    }
}

impl Refusal {
    /// Whether the integration failed, or what it gave back, and not the request.
    pub(crate) fn is_of_integration(&self) -> bool {
        matches!(self, Refusal::Configuration(_) | Refusal::Call(_) | Refusal::Part { .. } | Refusal::Answer(_))
    }

    /// Of a request's template: one that cannot read the body is the client's fault, any other the definition's.
    pub(crate) fn of_request_template(media_type: &str, problem: RenderProblem) -> Self {
        match problem {
            RenderProblem::Body(error) => Refusal::UnreadableBody(error.to_string()),
            other => Refusal::Configuration(format!("the request template for {media_type}, {other}")),
        }
    }

    /// Of a response's template, whose body is the backend's.
    pub(crate) fn of_response_template(chosen: &IntegrationResponse, place: usize, problem: RenderProblem) -> Self {
        let media_type = chosen.templates.get(place).map_or("", |(media_type, _)| media_type);
        let pattern = chosen.pattern.as_deref().unwrap_or("default");
        Refusal::Configuration(format!("the response template of {pattern:?} for {media_type}, {problem}"))
    }

    /// The answer where the API's own gateway responses are not known.
    pub fn response(&self) -> GatewayResponse {
        gateway_response::plain(self)
    }

    /// What AWS answers: a 4xx says what to change, a 5xx nothing but that it failed.
    pub(crate) fn default_response(&self) -> DefaultResponse {
        const BAD: &str = "BadRequestException";
        const SERVER: &str = "InternalServerErrorException";
        const INTERNAL: &str = "Internal server error";
        let own = self.to_string();
        let (kind, status, error_type, message) = match self {
            // AWS refuses such requests before it looks for a gateway response; the default of all others is the nearest.
            Refusal::Path(_) | Refusal::Body => ("DEFAULT_4XX", 400, BAD, own.as_str()),
            Refusal::NoRoute | Refusal::OtherRoute => (
                "MISSING_AUTHENTICATION_TOKEN",
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            Refusal::Identity(refusal) => match refusal.kind() {
                RefusalKind::InvalidApiKey => ("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden"),
                RefusalKind::Unauthorized => ("UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized"),
                // `EXPIRED_TOKEN` is for the session token of an AWS signature: AWS answers a user's so.
                RefusalKind::Expired => {
                    ("UNAUTHORIZED", 401, "UnauthorizedException", "The incoming token has expired")
                }
                RefusalKind::AccessDenied { explicit } => denied(explicit),
                RefusalKind::AuthorizerFailure | RefusalKind::Undecided => {
                    ("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException", INTERNAL)
                }
                RefusalKind::AuthorizerConfiguration => {
                    ("AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", INTERNAL)
                }
            },
            Refusal::Policy { explicit } => denied(*explicit),
            Refusal::Plan(refusal) => match refusal {
                plans::Refusal::Throttled { .. } => ("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests"),
                plans::Refusal::QuotaExceeded { .. } => {
                    ("QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded")
                }
                // AWS has no such answer: it lets such requests through.
                plans::Refusal::Unavailable { .. } => {
                    ("DEFAULT_5XX", 503, "ServiceUnavailableException", "Service Unavailable")
                }
                plans::Refusal::NotInPlan => ("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden"),
            },
            Refusal::MissingParameters(names) => {
                let message = format!("Missing required request parameters: [{}]", names.join(", "));
                return DefaultResponse { kind: "BAD_REQUEST_PARAMETERS", status: 400, error_type: BAD, message };
            }
            Refusal::ActionParameter { .. } => ("BAD_REQUEST_PARAMETERS", 400, BAD, own.as_str()),
            Refusal::InvalidBody { .. } => ("BAD_REQUEST_BODY", 400, BAD, "Invalid request body"),
            Refusal::UnreadableBody(_) => ("DEFAULT_4XX", 400, BAD, "Invalid JSON in request body"),
            Refusal::MediaType(_) => ("UNSUPPORTED_MEDIA_TYPE", 415, BAD, "Unsupported Media Type"),
            Refusal::RequestTooLarge(_) => {
                ("REQUEST_TOO_LARGE", 413, "RequestTooLargeException", "Request Entity Too Large")
            }
            Refusal::Configuration(_) => ("API_CONFIGURATION_ERROR", 500, SERVER, INTERNAL),
            Refusal::Call(CallProblem::Timeout | CallProblem::TimeoutAfter(_)) => {
                ("INTEGRATION_TIMEOUT", 504, SERVER, "Endpoint request timed out")
            }
            Refusal::Call(CallProblem::TooLarge) | Refusal::Answer(_) | Refusal::Part { .. } => {
                ("INTEGRATION_FAILURE", 502, SERVER, INTERNAL)
            }
            Refusal::Call(CallProblem::Unreachable(_) | CallProblem::Refused(_)) => {
                ("INTEGRATION_FAILURE", 500, SERVER, INTERNAL)
            }
        };
        DefaultResponse { kind, status, error_type, message: message.to_owned() }
    }
}

/// `ACCESS_DENIED`, with or without a statement that says so.
fn denied(explicit: bool) -> (&'static str, u16, &'static str, &'static str) {
    const PLAIN: &str = "User is not authorized to access this resource";
    const EXPLICIT: &str = "User is not authorized to access this resource with an explicit deny";
    ("ACCESS_DENIED", 403, "AccessDeniedException", if explicit { EXPLICIT } else { PLAIN })
}
