//! Lambda authorizers of the API's own: what they are asked, and what their answers mean.
//! (API Gateway developer guide, `apigateway-use-lambda-authorizer`, `api-gateway-lambda-authorizer-input`, `-output`,
//! `http-api-lambda-authorizer`.)
//!
//! For one request, in this order: [`LambdaAuthorizer::identity`] reads what the authorizer decides by,
//! [`LambdaAuthorizer::answer_key`] says under which key an earlier answer may be kept, [`LambdaAuthorizer::event`] makes
//! the function's event, [`LambdaAuthorizer::read`] or [`failure`] reads its answer, and [`AuthorizerAnswer::decide`] says
//! whether the answer lets this request in: a kept answer is asked again for each request.

mod answer;
mod event;
mod source;

#[cfg(test)]
mod tests;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use answer::{AuthorizerAnswer, failure};
pub use source::{IdentityInputs, IdentitySource};

/// A Lambda authorizer as the definition declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaAuthorizer {
    /// What it is asked and how it answers.
    pub kind: AuthorizerKind,
    /// What it decides by. A token authorizer has one, its token's header.
    pub sources: Vec<IdentitySource>,
    /// What a token must look like, before the function is asked.
    pub validation: Option<ValidationExpression>,
    /// How long an answer is kept, in seconds; 0 keeps none. AWS's default is 300 for REST APIs and 0 for HTTP APIs; the
    /// most is 3600.
    pub ttl_s: u32,
}

/// What a Lambda authorizer is asked and how it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthorizerKind {
    /// A REST API's `token`: the token alone, answered with a policy.
    Token,
    /// A REST API's `request`: the request, answered with a policy.
    Request,
    /// An HTTP API's `request` of format 1.0: the request, answered with a policy.
    HttpV1,
    /// An HTTP API's `request` of format 2.0, answered with a policy.
    HttpV2,
    /// An HTTP API's `request` of format 2.0 with `enableSimpleResponses`: answered with yes or no.
    HttpV2Simple,
}

/// `identityValidationExpression`: what a token must look like. It may match anywhere in the token, unless it has `^` and
/// `$`; whether AWS asks for a match of the whole token is not documented, and the function decides in any case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ValidationExpression(Regex);

/// Why a request is not let in by a Lambda authorizer. Its text holds nothing that the client or the function sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizerRefusal {
    /// The request lacks an identity source; the function is not asked: 401.
    #[error("the request has no {0}, by which the authorizer decides")]
    MissingIdentity(String),
    /// The token does not match the `identityValidationExpression`; the function is not asked: 401.
    #[error("the token is not of the form that the authorizer takes")]
    MalformedToken,
    /// The function said "Unauthorized": 401.
    #[error("the authorizer says that the caller is unknown")]
    Unauthorized,
    /// The answer does not allow this request: 403.
    #[error("the authorizer does not allow it{}", if *.explicit { ", explicitly" } else { "" })]
    Denied {
        /// Whether its answer says so, and does not merely not allow it.
        explicit: bool,
    },
    /// The function could not be asked: 500.
    #[error("the authorizer could not be asked: {0}")]
    NotAsked(String),
    /// The function failed: 500.
    #[error("the authorizer's function failed")]
    Failed,
    /// The function answered something that is no answer: 500.
    #[error("the authorizer's answer is malformed: {0}")]
    MalformedAnswer(String),
}

/// What an answer may be kept under: a digest of the authorizer's name and the identity, so that no token is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswerKey([u8; 32]);

impl LambdaAuthorizer {
    /// The values of its identity sources, in order.
    ///
    /// # Errors
    /// [`AuthorizerRefusal::MissingIdentity`] when one is missing or empty, [`AuthorizerRefusal::MalformedToken`].
    pub fn identity(&self, request: &impl IdentityInputs) -> Result<Vec<String>, AuthorizerRefusal> {
        let value = |source: &IdentitySource| {
            let value = source.value(request).filter(|value| !value.is_empty());
            value.ok_or_else(|| AuthorizerRefusal::MissingIdentity(source.to_string()))
        };
        let identity: Vec<String> = self.sources.iter().map(value).collect::<Result<_, _>>()?;
        let matches =
            |expression: &ValidationExpression| identity.first().is_some_and(|token| expression.matches(token));
        if self.kind == AuthorizerKind::Token && !self.validation.as_ref().is_none_or(matches) {
            return Err(AuthorizerRefusal::MalformedToken);
        }
        Ok(identity)
    }

    /// Under which key an answer may be kept, if at all: one without identity sources is not.
    ///
    /// `name` is the authorizer's name in the API. Answers are shared by all routes that use it: a policy is asked again
    /// for each, a simple answer counts for each, unless `$context.routeKey` is one of the sources.
    pub fn answer_key(&self, name: &str, identity: &[String]) -> Option<AnswerKey> {
        if self.ttl_s == 0 || identity.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for text in std::iter::once(name).chain(identity.iter().map(String::as_str)) {
            // With its length, so that no two lists of texts run together.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        }
        Some(AnswerKey(digest.finalize().into()))
    }
}

impl ValidationExpression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        Regex::new(text).map(ValidationExpression).map_err(|error| error.to_string())
    }

    /// Whether `token` matches.
    pub fn matches(&self, token: &str) -> bool {
        self.0.is_match(token)
    }
}

impl PartialEq for ValidationExpression {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for ValidationExpression {}

impl TryFrom<String> for ValidationExpression {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        ValidationExpression::parse(&text)
    }
}

impl From<ValidationExpression> for String {
    fn from(expression: ValidationExpression) -> Self {
        expression.0.as_str().to_owned()
    }
}
