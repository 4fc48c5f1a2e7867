//! JSON Web Tokens: who issued them, to whom, until when, and for what.
//! (RFC 7519, RFC 7515, RFC 8725; API Gateway developer guide, `http-api-jwt-authorizer`; Cognito developer guide,
//! `amazon-cognito-user-pools-using-tokens-verifying-a-jwt`.)
//!
//! [`verify_jwt`] is the whole way: it reads the token, finds the issuer among those that the [`JwtRules`] trust, has
//! [`KeySets`] give the key, checks the signature, and then the claims. Keys come from the issuers that the rules name and
//! from nowhere else: a header that brings a key or the address of one refuses the token.
//!
//! `jsonwebtoken` reads headers and keys and checks signatures. What it does not, stands here: it takes the time from the
//! clock, lets a token without `iss` pass, and names that stand twice in the claims.

mod algorithm;
mod claims;
mod json;
mod key;
mod key_set;
mod key_sets;
mod provider;
mod rules;
mod token;

pub use algorithm::Algorithm;
pub use claims::Claims;
pub use key_set::{KeySet, KeySetProblem};
pub use key_sets::{FetchError, Fetched, KeyFetcher, KeySets, KeySource, cache_control_max_age_s};
pub use rules::{JwtRules, RequiredClaim, TokenUse, TrustedIssuer};
pub use token::MAX_TOKEN_BYTES;

use token::Token;

/// Why a token is not accepted. Its text holds nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtRefusal {
    /// There is no token.
    #[error("the request carries no token")]
    Missing,
    /// It is longer than [`MAX_TOKEN_BYTES`].
    #[error("the token has {0} bytes, more than {MAX_TOKEN_BYTES}")]
    TooLong(usize),
    /// It is not three parts of base64url, the first two of them JSON objects without duplicate names.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// Its header asks for something that is not done, whoever asks.
    #[error("the token's header is not acceptable: {0}")]
    Header(&'static str),
    /// Its algorithm is none of those that are accepted.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// Its issuer is none of those that are trusted.
    #[error("the token's issuer is not trusted")]
    Issuer,
    /// Its issuer has no such key for its algorithm.
    #[error("the token's issuer has no such key")]
    UnknownKey,
    /// The issuer's keys cannot be had, and there are none from before that may still be used.
    #[error("the issuer's keys cannot be had: {0}")]
    KeysUnavailable(FetchError),
    /// Its signature is not the key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim that decides is missing or of another type.
    #[error("the token's claim {0} is missing or malformed")]
    Claim(&'static str),
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It was issued for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// It is an id token where an access token is asked for, or the other way round.
    #[error("the token is for another use")]
    Use,
    /// It has none of the scopes that the operation asks for.
    #[error("the token has none of the required scopes")]
    Scope,
    /// It lacks a claim that the rules require, or has it with another value.
    #[error("the token lacks the required claim {0:?}")]
    RequiredClaim(String),
}

impl JwtRefusal {
    /// Whether the caller is known and may not do this (403), rather than not known (401).
    pub fn is_forbidden(&self) -> bool {
        matches!(self, JwtRefusal::Scope | JwtRefusal::RequiredClaim(_))
    }
}

/// The token in an identity source's value: it may stand behind `Bearer `.
pub fn bearer(value: &str) -> &str {
    match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token.trim_start_matches(' '),
        _ => value,
    }
}

/// Verifies `token`, with at least one of `scopes` unless there are none, at `now_ms` milliseconds since 1970.
///
/// # Errors
/// Why it is not accepted.
pub async fn verify_jwt(
    token: &str,
    rules: &JwtRules,
    scopes: &[String],
    keys: &KeySets<impl KeyFetcher>,
    now_ms: u64,
) -> Result<Claims, JwtRefusal> {
    let token = Token::parse(token)?;
    if !rules.accepts(token.algorithm) {
        return Err(JwtRefusal::Algorithm);
    }
    let issuer = rules.issuer_of(&token.claims)?;
    let set = keys.holding(&issuer.keys, token.key_id(), token.algorithm, now_ms).await?;
    let key = set.find(token.key_id(), token.algorithm).ok_or(JwtRefusal::UnknownKey)?;
    token.check_signature(key)?;
    rules.check(&token.claims, scopes, now_ms)?;
    Ok(token.claims)
}
