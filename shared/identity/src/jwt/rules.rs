//! Which tokens an operation takes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Algorithm, Claims, JwtRefusal, KeySource, claims::texts};

/// Which tokens an authorizer takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtRules {
    /// Who may have issued them.
    pub issuers: Vec<TrustedIssuer>,
    /// For whom: any of these in `aud`, or in Cognito's `client_id` of a token without `aud`. None: for anybody.
    pub audience: Vec<String>,
    /// By which algorithms they may be signed. None: by all that the issuer's keys are for.
    pub algorithms: Vec<Algorithm>,
    /// Cognito's `token_use`, where it matters.
    pub token_use: Option<TokenUse>,
    /// Claims that must be there.
    pub claims: Vec<RequiredClaim>,
    /// By how many seconds the clocks of issuer and gateway may differ: `exp` counts this much later, `nbf` and `iat` this
    /// much earlier.
    pub leeway_s: u32,
}

/// An issuer and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// What `iss` says, to the letter.
    pub name: String,
    /// Where its keys are.
    pub keys: KeySource,
}

/// What Cognito issued a token for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenUse {
    /// `access`: to call APIs.
    Access,
    /// `id`: to tell an application who signed in.
    Id,
}

/// A claim that a token must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredClaim {
    /// Its name.
    pub name: String,
    /// The values that it may have; of a claim that is a list, one must be among them. None: any value but null.
    pub values: Vec<String>,
}

impl TrustedIssuer {
    /// The issuer that a user pool is, by the pool's ARN:
    /// `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI`. Nothing, if it is none.
    /// (Cognito developer guide, `amazon-cognito-user-pools-using-tokens-verifying-a-jwt`.)
    pub fn of_user_pool(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let &["arn", partition, "cognito-idp", region, _, resource] = parts.as_slice() else { return None };
        let plain = |text: &&str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let pool = resource.strip_prefix("userpool/").filter(plain)?;
        let region = Some(region).filter(plain)?;
        let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let name = format!("https://cognito-idp.{region}.{domain}/{pool}");
        let keys = KeySource::Url(format!("{name}/.well-known/jwks.json"));
        Some(TrustedIssuer { name, keys })
    }
}

impl JwtRules {
    /// What is allowed where nothing is said: a minute.
    pub const LEEWAY_S: u32 = 60;

    /// Tokens of one issuer, whose keys its discovery document names.
    pub fn of_issuer(issuer: &str) -> Self {
        let keys = KeySource::Discovery { issuer: issuer.to_owned() };
        JwtRules {
            issuers: vec![TrustedIssuer { name: issuer.to_owned(), keys }],
            audience: Vec::new(),
            algorithms: Vec::new(),
            token_use: None,
            claims: Vec::new(),
            leeway_s: Self::LEEWAY_S,
        }
    }

    pub(crate) fn accepts(&self, algorithm: Algorithm) -> bool {
        self.algorithms.is_empty() || self.algorithms.contains(&algorithm)
    }

    /// The issuer that the claims name, if it is one of ours.
    pub(crate) fn issuer_of(&self, claims: &Claims) -> Result<&TrustedIssuer, JwtRefusal> {
        let name = claims.text("iss").ok_or(JwtRefusal::Claim("iss"))?;
        self.issuers.iter().find(|issuer| issuer.name == name).ok_or(JwtRefusal::Issuer)
    }

    /// Checks the claims of a token whose signature was checked.
    pub(crate) fn check(&self, claims: &Claims, scopes: &[String], now_ms: u64) -> Result<(), JwtRefusal> {
        self.check_times(claims, now_ms)?;
        self.check_audience(claims)?;
        let usage = match self.token_use {
            None => None,
            Some(TokenUse::Access) => Some("access"),
            Some(TokenUse::Id) => Some("id"),
        };
        if usage.is_some() && claims.text("token_use") != usage {
            return Err(JwtRefusal::Use);
        }
        if !scopes.is_empty() && !claims.scopes().any(|scope| scopes.iter().any(|asked| asked == scope)) {
            return Err(JwtRefusal::Scope);
        }
        match self.claims.iter().find(|required| !required.is_in(claims)) {
            Some(missing) => Err(JwtRefusal::RequiredClaim(missing.name.clone())),
            None => Ok(()),
        }
    }

    /// `exp` must be there; `nbf` and `iat` count where they are. (RFC 7519, section 4.1.)
    fn check_times(&self, claims: &Claims, now_ms: u64) -> Result<(), JwtRefusal> {
        let (now, leeway) = (now_ms as f64 / 1000.0, f64::from(self.leeway_s));
        let time = |name| claims.time_s(name).map_err(JwtRefusal::Claim);
        let expires = time("exp")?.ok_or(JwtRefusal::Claim("exp"))?;
        if now >= expires + leeway {
            return Err(JwtRefusal::Expired);
        }
        for name in ["nbf", "iat"] {
            if time(name)?.is_some_and(|begins| now + leeway < begins) {
                return Err(JwtRefusal::NotYetValid);
            }
        }
        Ok(())
    }

    /// As API Gateway's JWT authorizer does: `client_id` counts only without `aud`.
    fn check_audience(&self, claims: &Claims) -> Result<(), JwtRefusal> {
        if self.audience.is_empty() {
            return Ok(());
        }
        let named = claims.get("aud").or_else(|| claims.get("client_id")).ok_or(JwtRefusal::Claim("aud"))?;
        let ours = texts(named).any(|name| self.audience.iter().any(|audience| audience == name));
        if ours { Ok(()) } else { Err(JwtRefusal::Audience) }
    }
}

impl RequiredClaim {
    fn is_in(&self, claims: &Claims) -> bool {
        match claims.get(&self.name) {
            None | Some(Value::Null) => false,
            Some(_) if self.values.is_empty() => true,
            Some(Value::Bool(flag)) => self.values.contains(&flag.to_string()),
            Some(Value::Number(number)) => self.values.contains(&number.to_string()),
            Some(value) => texts(value).any(|text| self.values.iter().any(|wanted| wanted == text)),
        }
    }
}
