//! Who is calling, decided once and the same at every door.
//!
//! A caller shows a credential; the outcome is a [`Principal`] or a [`Refusal`]. The credential is an API key
//! ([`identify`]), a JSON Web Token ([`identify_token`]), whatever the API's own Lambda authorizer decides by
//! ([`LambdaAuthorizer`]), or one that the managed gateway has checked ([`Principal::of_managed_token`],
//! [`Principal::of_managed_iam`]). A [`Policy`] says where a call may come from, a [`TenantRule`] whose it is, and
//! [`Requirement`]s what that tenant must have ([`settle`], [`require`]). The authorizer function and the router call the same
//! functions, so the same request gets the same verdict at each.

mod cache;
mod cached_keys;
pub mod date;
mod identify;
mod jwt;
mod key;
mod lambda_authorizer;
mod policy;
mod principal;
mod store;
mod subscription;

pub use cache::TtlCache;
pub use cached_keys::{CachedKeys, KEYS_TTL_MS, KeyLookup};
pub use identify::{Refusal, RefusalKind, identify, identify_token, require, settle};
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
pub use principal::{Fields, Principal, PrincipalKind, Requirement, TenantRule};
pub use store::{KeyRecord, KeyStore, StoreError};
pub use subscription::subscribed;
