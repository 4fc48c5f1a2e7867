//! From a credential to a principal, and from a principal to one whose tenant and rights are known.

use crate::{
    ApiKey, AuthorizerRefusal, Claims, JwtRefusal, JwtRules, KeyFetcher, KeyLookup, KeySets, Principal, Requirement,
    StoreError, TenantRule, ValidationExpression, bearer, subscribed, verify_jwt,
};

/// Why a caller is not let in. Its text holds no key, token or claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request carries no API key.
    #[error("the request carries no API key")]
    MissingKey,
    /// The key is not one that is stored.
    #[error("the API key is unknown")]
    UnknownKey,
    /// The key is stored and disabled.
    #[error("the API key {key_id} is disabled")]
    DisabledKey {
        /// The disabled key's id.
        key_id: String,
    },
    /// The key's time is over.
    #[error("the API key {key_id} has expired")]
    ExpiredKey {
        /// The expired key's id.
        key_id: String,
    },
    /// The token is not accepted.
    #[error(transparent)]
    Token(#[from] JwtRefusal),
    /// The API's own authorizer does not let the caller in.
    #[error(transparent)]
    Authorizer(#[from] AuthorizerRefusal),
    /// Nothing says whose call it is, and the operation must know.
    #[error("the caller's {field} does not name a tenant")]
    NoTenant {
        /// The claim or context field that should.
        field: String,
    },
    /// The tenant's subscription is disabled or over.
    #[error("the subscription {key_id} is disabled or over")]
    Unsubscribed {
        /// The subscription's id.
        key_id: String,
    },
    /// The caller lacks what the operation requires.
    #[error("the caller lacks {requirement:?}")]
    Lacking {
        /// The feature or claim.
        requirement: String,
    },
    /// Nobody can say now. Never "let in".
    #[error(transparent)]
    Undecided(#[from] StoreError),
}

/// What a refusal means to the caller, in the words of API Gateway's gateway responses.
/// (Developer guide, `supported-gateway-response-types`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// `INVALID_API_KEY`: 403.
    InvalidApiKey,
    /// `UNAUTHORIZED`: 401.
    Unauthorized,
    /// `UNAUTHORIZED` of a token whose time is over: 401.
    Expired,
    /// `ACCESS_DENIED`: 403.
    AccessDenied {
        /// Whether an authorizer says so, and does not merely not allow it.
        explicit: bool,
    },
    /// `AUTHORIZER_FAILURE`: 500.
    AuthorizerFailure,
    /// `AUTHORIZER_CONFIGURATION_ERROR`: 500.
    AuthorizerConfiguration,
    /// Nothing that the caller could change: 500.
    Undecided,
}

impl Refusal {
    /// What it means to the caller.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Refusal::MissingKey | Refusal::UnknownKey | Refusal::DisabledKey { .. } | Refusal::ExpiredKey { .. } => {
                RefusalKind::InvalidApiKey
            }
            Refusal::Token(refusal) if refusal.is_forbidden() => RefusalKind::AccessDenied { explicit: false },
            Refusal::Token(JwtRefusal::Expired) => RefusalKind::Expired,
            Refusal::Token(_) => RefusalKind::Unauthorized,
            Refusal::Authorizer(refusal) => match refusal {
                AuthorizerRefusal::MissingIdentity(_)
                | AuthorizerRefusal::MalformedToken
                | AuthorizerRefusal::Unauthorized => RefusalKind::Unauthorized,
                AuthorizerRefusal::Denied { explicit } => RefusalKind::AccessDenied { explicit: *explicit },
                AuthorizerRefusal::Failed => RefusalKind::AuthorizerFailure,
                AuthorizerRefusal::NotAsked(_) | AuthorizerRefusal::MalformedAnswer(_) => {
                    RefusalKind::AuthorizerConfiguration
                }
            },
            Refusal::NoTenant { .. } | Refusal::Unsubscribed { .. } | Refusal::Lacking { .. } => {
                RefusalKind::AccessDenied { explicit: false }
            }
            Refusal::Undecided(_) => RefusalKind::Undecided,
        }
    }
}

/// Says who shows `credential`, the value of the request's API key header, at `now_ms` milliseconds since 1970.
///
/// # Errors
/// The [`Refusal`], when the caller is not to be let in.
pub async fn identify(credential: Option<&str>, keys: &impl KeyLookup, now_ms: u64) -> Result<Principal, Refusal> {
    let text = credential.filter(|text| !text.is_empty()).ok_or(Refusal::MissingKey)?;
    let key = ApiKey::parse(text).ok_or(Refusal::UnknownKey)?;
    let record = keys.look_up(&key.hash(), now_ms).await?.ok_or(Refusal::UnknownKey)?;
    if !record.enabled {
        return Err(Refusal::DisabledKey { key_id: record.key_id });
    }
    if record.is_expired(now_ms) {
        return Err(Refusal::ExpiredKey { key_id: record.key_id });
    }
    Ok(Principal::of_key(record))
}

/// Says whose token `value` is, what the token's identity source gave, perhaps behind `Bearer `. What does not look as
/// `validation` says is refused before it is read; a token must have one of `scopes`, unless there are none.
///
/// # Errors
/// The [`Refusal`], when the token is not accepted.
pub async fn identify_token(
    value: &str,
    validation: Option<&ValidationExpression>,
    (rules, scopes): (&JwtRules, &[String]),
    issuers: &KeySets<impl KeyFetcher>,
    now_ms: u64,
) -> Result<Claims, Refusal> {
    if !value.is_empty() && !validation.is_none_or(|expression| expression.matches(value)) {
        return Err(AuthorizerRefusal::MalformedToken.into());
    }
    Ok(verify_jwt(bearer(value), rules, scopes, issuers, now_ms).await?)
}

/// Completes who was found: with the tenant that `tenant` finds, and that tenant's subscription, where no API key names
/// them. Nobody in particular stays nobody.
///
/// # Errors
/// [`Refusal::NoTenant`] and [`Refusal::Unsubscribed`], [`Refusal::Undecided`] when the store does not answer.
pub async fn settle(
    principal: Option<Principal>,
    tenant: Option<&TenantRule>,
    keys: &impl KeyLookup,
    now_ms: u64,
) -> Result<Option<Principal>, Refusal> {
    match (principal, tenant) {
        (Some(principal), Some(rule)) => {
            let nobodys = |_| Refusal::NoTenant { field: rule.field().to_owned() };
            Ok(Some(subscribed(rule.apply(principal).map_err(nobodys)?, keys, now_ms).await?))
        }
        (principal, _) => Ok(principal),
    }
}

/// Says whether who was found has what `requires` asks for. It is known by then whose call it is, whatever is said.
///
/// # Errors
/// [`Refusal::Lacking`], when they have not.
pub fn require(principal: Option<&Principal>, requires: &[Requirement]) -> Result<(), Refusal> {
    let nobody = Principal::default();
    match Requirement::unmet(requires, principal.unwrap_or(&nobody)) {
        Some(unmet) => Err(Refusal::Lacking { requirement: unmet.name().to_owned() }),
        None => Ok(()),
    }
}
