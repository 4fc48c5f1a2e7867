//! Every refusal that there is. A new one does not compile until it stands here, and what stands here is driven.

use gateway::{CallProblem, Refusal};
use identity::{AuthorizerRefusal, JwtRefusal, Refusal as Identity};

/// One match over all refusals, and the list of its names.
macro_rules! kinds {
    ($($pattern:pat => $name:literal,)*) => {
        /// The name of a refusal's kind.
        pub(super) fn kind(refusal: &Refusal) -> &'static str {
            match refusal { $($pattern => $name,)* }
        }

        /// The names of all kinds.
        pub(super) const ALL: &[&str] = &[$($name),*];
    };
}

kinds! {
    Refusal::Path(_) => "a path",
    Refusal::Body => "a base64",
    Refusal::NoRoute => "no route",
    Refusal::OtherRoute => "another route",
    Refusal::Identity(Identity::MissingKey) => "no key",
    Refusal::Identity(Identity::UnknownKey) => "an unknown key",
    Refusal::Identity(Identity::DisabledKey { .. }) => "a disabled key",
    Refusal::Identity(Identity::ExpiredKey { .. }) => "a key that has ended",
    Refusal::Identity(Identity::NoTenant { .. }) => "no tenant",
    Refusal::Identity(Identity::Unsubscribed { .. }) => "a subscription that is over",
    Refusal::Identity(Identity::Lacking { .. }) => "something required",
    Refusal::Identity(Identity::Undecided(_)) => "a store that is away",
    Refusal::Identity(Identity::Token(JwtRefusal::Missing)) => "no token",
    Refusal::Identity(Identity::Token(JwtRefusal::TooLong(_))) => "a long token",
    Refusal::Identity(Identity::Token(JwtRefusal::Malformed(_))) => "a malformed token",
    Refusal::Identity(Identity::Token(JwtRefusal::Header(_))) => "a token's header",
    Refusal::Identity(Identity::Token(JwtRefusal::Algorithm)) => "a token's algorithm",
    Refusal::Identity(Identity::Token(JwtRefusal::Issuer)) => "a token's issuer",
    Refusal::Identity(Identity::Token(JwtRefusal::UnknownKey)) => "a token's key",
    Refusal::Identity(Identity::Token(JwtRefusal::KeysUnavailable(_))) => "an issuer that is away",
    Refusal::Identity(Identity::Token(JwtRefusal::Signature)) => "a token's signature",
    Refusal::Identity(Identity::Token(JwtRefusal::Claim(_))) => "a token's claim",
    Refusal::Identity(Identity::Token(JwtRefusal::Expired)) => "a token that has ended",
    Refusal::Identity(Identity::Token(JwtRefusal::NotYetValid)) => "a token that has not begun",
    Refusal::Identity(Identity::Token(JwtRefusal::Audience)) => "a token's audience",
    Refusal::Identity(Identity::Token(JwtRefusal::Use)) => "a token's use",
    Refusal::Identity(Identity::Token(JwtRefusal::Scope)) => "a token's scopes",
    Refusal::Identity(Identity::Token(JwtRefusal::RequiredClaim(_))) => "never: no definition has a token's required claims",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::MissingIdentity(_))) => "no identity source",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::MalformedToken)) => "a token of another form",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::Unauthorized)) => "an authorizer's unauthorized",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::Denied { .. })) => "an authorizer's no",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::NotAsked(_))) => "an authorizer that is not asked",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::Failed)) => "an authorizer that failed",
    Refusal::Identity(Identity::Authorizer(AuthorizerRefusal::MalformedAnswer(_))) => "an authorizer's malformed answer",
    Refusal::Policy { .. } => "a policy",
    Refusal::Plan(plans::Refusal::Throttled { .. }) => "a throttle",
    Refusal::Plan(plans::Refusal::QuotaExceeded { .. }) => "a quota",
    Refusal::Plan(plans::Refusal::Unavailable { .. }) => "a counter that is away",
    Refusal::Plan(plans::Refusal::NotInPlan) => "no plan",
    Refusal::MediaType => "a media type",
    Refusal::MissingParameters(_) => "parameters",
    Refusal::InvalidBody { .. } => "a body",
    Refusal::UnreadableBody(_) => "a body that is no JSON",
    Refusal::ActionParameter { .. } => "an action's parameter",
    Refusal::RequestTooLarge(_) => "a large request",
    Refusal::Configuration(_) => "a configuration",
    Refusal::Call(CallProblem::Timeout) => "a slow backend",
    Refusal::Call(CallProblem::TimeoutAfter(_)) => "a slow backend, several times",
    Refusal::Call(CallProblem::Unreachable(_)) => "a backend that is away",
    Refusal::Call(CallProblem::Refused(_)) => "a service that refuses",
    Refusal::Call(CallProblem::TooLarge) => "a large answer",
    Refusal::Part { .. } => "a part",
    Refusal::Answer(_) => "a malformed answer",
}
