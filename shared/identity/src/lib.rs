//! Who is calling, decided once and the same at every door.
//!
//! A caller shows a credential; the outcome is a [`Principal`] or a [`Refusal`]. Today's credential is the API key: the
//! authorizer function and the router both call [`identify`], so the same key gets the same verdict at each.

mod cache;
mod identify;
mod jwt;
mod key;
mod lambda_authorizer;
mod policy;
mod store;

pub use cache::TtlCache;
pub use identify::{Principal, Refusal, identify};
pub use jwt::{
    Algorithm, Claims, FetchError, Fetched, JwtRefusal, JwtRules, KeyFetcher, KeySet, KeySetProblem, KeySets,
    KeySource, MAX_TOKEN_BYTES, RequiredClaim, TokenUse, TrustedIssuer, bearer, cache_control_max_age_s, verify_jwt,
};
pub use key::{ApiKey, KeyHash};
pub use lambda_authorizer::{
    AnswerKey, AuthorizerAnswer, AuthorizerKind, AuthorizerRefusal, IdentityInputs, IdentitySource, LambdaAuthorizer,
    ValidationExpression, failure,
};
pub use policy::{Decision, Policy, PolicyProblem, PolicyRequest, method_arn};
pub use store::{KeyRecord, KeyStore, StoreError};
