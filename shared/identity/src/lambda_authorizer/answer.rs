//! What an authorizer's function answered.

use std::fmt;

use serde_json::{Map, Value};

use super::{AuthorizerKind, AuthorizerRefusal, LambdaAuthorizer};
use crate::policy::{Decision, Policy, PolicyRequest};

/// How large an answer may be: API Gateway's quota for "Lambda authorizer result size".
/// (Developer guide, `api-gateway-execution-service-limits-table`.)
const MAX_ANSWER_BYTES: usize = 8 * 1024;

/// An answer, to be kept for the time that the authorizer declares.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizerAnswer {
    grant: Grant,
    /// Whom the function takes the caller for. A simple answer does not say.
    pub principal_id: Option<String>,
    /// What the function tells the integration, as `$context.authorizer.name`. To the authorizers of a REST API each value
    /// is a text; those of an HTTP API may nest them.
    pub context: Map<String, Value>,
    /// The API key that the call counts for, where the API's key source is `AUTHORIZER`.
    pub usage_identifier_key: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Grant {
    /// Every request of this identity, or none.
    Simple(bool),
    /// Those that the policy allows.
    Policy(Policy),
}

impl LambdaAuthorizer {
    /// Reads the answer of a function that did not fail.
    ///
    /// # Errors
    /// [`AuthorizerRefusal::MalformedAnswer`].
    pub fn read(&self, payload: &[u8]) -> Result<AuthorizerAnswer, AuthorizerRefusal> {
        if payload.len() > MAX_ANSWER_BYTES {
            return Err(malformed(format!("it has {} bytes, more than {MAX_ANSWER_BYTES}", payload.len())));
        }
        // The parser's own message may quote the answer.
        let answer: Value = serde_json::from_slice(payload).map_err(|_| malformed("it is not JSON"))?;
        let Value::Object(mut fields) = answer else { return Err(malformed("it is not an object")) };
        let context = self.context(fields.remove("context"))?;
        let usage_identifier_key = text(&mut fields, "usageIdentifierKey")?;
        let (grant, principal_id) = match self.kind {
            AuthorizerKind::HttpV2Simple => match fields.get("isAuthorized") {
                Some(Value::Bool(authorized)) => (Grant::Simple(*authorized), None),
                _ => return Err(malformed("isAuthorized is neither true nor false")),
            },
            _ => {
                let principal_id =
                    text(&mut fields, "principalId")?.ok_or_else(|| malformed("it has no principalId"))?;
                let document = fields.get("policyDocument").ok_or_else(|| malformed("it has no policyDocument"))?;
                let policy = Policy::parse_of_caller(document).map_err(|problems| malformed(place_of(&problems)))?;
                (Grant::Policy(policy), Some(principal_id))
            }
        };
        Ok(AuthorizerAnswer { grant, principal_id, context, usage_identifier_key })
    }

    fn context(&self, context: Option<Value>) -> Result<Map<String, Value>, AuthorizerRefusal> {
        let context = match context {
            None | Some(Value::Null) => return Ok(Map::new()),
            Some(Value::Object(context)) => context,
            Some(_) => return Err(malformed("its context is not an object")),
        };
        if matches!(self.kind, AuthorizerKind::HttpV1 | AuthorizerKind::HttpV2 | AuthorizerKind::HttpV2Simple) {
            return Ok(context);
        }
        let mut texts = Map::new();
        for (name, value) in context {
            let text = match value {
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                // What AWS does with null is not documented: it is as if it were not there.
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => return Err(malformed("its context holds an object or a list")),
            };
            texts.insert(name, Value::String(text));
        }
        Ok(texts)
    }
}

impl AuthorizerAnswer {
    /// What it says about a request.
    pub fn decide(&self, request: &PolicyRequest<'_>) -> Decision {
        match &self.grant {
            Grant::Simple(true) => Decision::Allow,
            Grant::Simple(false) => Decision::ExplicitDeny,
            Grant::Policy(policy) => policy.decide(request),
        }
    }
}

/// Reads the error of a function that failed: `{"errorMessage": "Unauthorized"}` says that the caller is unknown, every
/// other error that the authorizer failed.
pub fn failure(payload: &[u8]) -> AuthorizerRefusal {
    let error: Option<Value> = serde_json::from_slice(payload).ok();
    let message = error.as_ref().and_then(|error| error.get("errorMessage")).and_then(Value::as_str);
    if message == Some("Unauthorized") { AuthorizerRefusal::Unauthorized } else { AuthorizerRefusal::Failed }
}

/// Shows what it is for, not what it says of the caller.
impl fmt::Debug for AuthorizerAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grant = match self.grant {
            Grant::Simple(true) => "all",
            Grant::Simple(false) => "none",
            Grant::Policy(_) => "by policy",
        };
        write!(f, "AuthorizerAnswer({grant}, {} context fields)", self.context.len())
    }
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, AuthorizerRefusal> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(malformed(format!("its {name} is not a text"))),
    }
}

/// Which statement is wrong. What follows in the pointer may be a name of the answer's own.
fn place_of(problems: &[crate::PolicyProblem]) -> String {
    let pointer = problems.first().map(|problem| problem.pointer.as_str()).unwrap_or_default();
    let number = pointer.strip_prefix("/Statement/").and_then(|rest| rest.split('/').next());
    match number.and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => format!("its policyDocument is no policy, see /Statement/{number}"),
        None => "its policyDocument is no policy".to_owned(),
    }
}

fn malformed(problem: impl Into<String>) -> AuthorizerRefusal {
    AuthorizerRefusal::MalformedAnswer(problem.into())
}
