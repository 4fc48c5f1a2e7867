//! Who the caller turned out to be, whichever door they came through.

mod context;
mod requires;
mod tenant;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use requires::Requirement;
pub use tenant::TenantRule;

use crate::{AuthorizerAnswer, Claims, KeyRecord};

/// Who the caller turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// By what they were known.
    pub kind: PrincipalKind,
    /// Who is isolated from whom.
    pub tenant: Option<String>,
    /// The API key that was shown, by its public id.
    pub key_id: Option<String>,
    /// The usage plan that this call is held to.
    pub plan_id: Option<String>,
    /// A token's `sub`, an authorizer's `principalId`, an IAM caller's ARN.
    pub subject: Option<String>,
    /// What the tenant's key unlocks.
    pub features: Vec<String>,
    /// The scopes of a token.
    pub scopes: Vec<String>,
    /// A token's claims or an authorizer's context, each as the text that API Gateway makes of it: a list is `[a b]`.
    pub claims: Fields,
}

/// By what a caller is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrincipalKind {
    /// An API key.
    #[default]
    ApiKey,
    /// A JSON Web Token.
    Jwt,
    /// The answer of a Lambda authorizer of the API's own.
    LambdaAuthorizer,
    /// A signature by AWS credentials.
    Iam,
}

/// Texts by name. They are the caller's: the debug form shows names alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(pub BTreeMap<String, String>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Principal {
    /// The tenant whose API key this is.
    pub fn of_key(record: KeyRecord) -> Self {
        Principal {
            kind: PrincipalKind::ApiKey,
            tenant: Some(record.tenant),
            key_id: Some(record.key_id),
            plan_id: Some(record.plan_id),
            features: record.features,
            ..Principal::default()
        }
    }

    /// Who is known by something else, with the tenant, plan and features of their API key.
    #[must_use]
    pub fn with_key(self, key: Principal) -> Self {
        let Principal { tenant, key_id, plan_id, features, .. } = key;
        Principal { tenant, key_id, plan_id, features, ..self }
    }

    /// The bearer of a token that was verified.
    pub fn of_token(claims: &Claims) -> Self {
        Principal {
            kind: PrincipalKind::Jwt,
            subject: claims.text("sub").map(str::to_owned),
            scopes: claims.scopes().map(str::to_owned).collect(),
            claims: fields(claims.iter()),
            ..Principal::default()
        }
    }

    /// The bearer of a token that API Gateway verified: `requestContext.authorizer.jwt` of payload 2.0. Its claims are
    /// texts; its scopes are read from them, as they are for [`Principal::of_token`]: API Gateway's own list holds none
    /// where the route asks for none.
    pub fn of_managed_token(jwt: &Map<String, Value>) -> Self {
        let claims = jwt.get("claims").and_then(Value::as_object).cloned().unwrap_or_default();
        let scopes = ["scope", "scp"].into_iter().filter_map(|name| claims.get(name)?.as_str());
        let scopes = scopes.flat_map(items).map(str::to_owned).collect();
        Principal { scopes, ..Principal::of_token(&Claims::new(claims)) }
    }

    /// Whom a Lambda authorizer's answer names.
    pub fn of_answer(answer: &AuthorizerAnswer) -> Self {
        Principal {
            kind: PrincipalKind::LambdaAuthorizer,
            subject: answer.principal_id.clone(),
            claims: fields(answer.context.iter().map(|(name, value)| (name.as_str(), value))),
            ..Principal::default()
        }
    }

    /// The IAM caller that API Gateway verified: `requestContext.authorizer.iam` of payload 2.0.
    pub fn of_managed_iam(iam: &Map<String, Value>) -> Self {
        Principal {
            kind: PrincipalKind::Iam,
            subject: iam.get("userArn").and_then(Value::as_str).map(str::to_owned),
            claims: fields(iam.iter().map(|(name, value)| (name.as_str(), value))),
            ..Principal::default()
        }
    }
}

fn fields<'v>(values: impl Iterator<Item = (&'v str, &'v Value)>) -> Fields {
    Fields(values.filter_map(|(name, value)| Some((name.to_owned(), text(value)?))).collect())
}

/// A value as API Gateway's JWT authorizer hands it on: texts as they are, numbers and booleans as JSON, lists as
/// `[a b]`. How it writes objects is not documented: here, as JSON.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(text).collect();
            Some(format!("[{}]", texts.join(" ")))
        }
        other => Some(other.to_string()),
    }
}

/// The items of a text that may be a list.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.split(' ').filter(|item| !item.is_empty())
}
