//! The answer in the form that its asker reads.

use identity::Principal;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::AuthorizerEvent;

/// What API Gateway is told.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AuthorizerAnswer {
    /// An HTTP API: the simple response.
    #[serde(rename_all = "camelCase")]
    Simple {
        /// Whether the request goes on.
        is_authorized: bool,
        /// Who is calling ([`Principal::to_context`]): reaches the integration under `requestContext.authorizer.lambda`.
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Map<String, Value>>,
    },
    /// A WebSocket API: a policy over `$connect`.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// The API key's public id, else the token's subject; API Gateway wants some text where nobody is let in, too.
        principal_id: String,
        /// Whether the handshake goes on.
        policy_document: Policy,
        /// Who connects ([`Principal::to_flat_context`]): reaches the connection's routes under `requestContext.authorizer`.
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<Map<String, Value>>,
    },
}

/// An IAM policy of one statement.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

impl AuthorizerAnswer {
    /// Lets `principal` in, or nobody. A WebSocket API is told of these `claims`.
    pub(crate) fn new(event: &AuthorizerEvent, principal: Option<&Principal>, claims: &[String]) -> Self {
        let is_authorized = principal.is_some();
        match event.method_arn() {
            None => AuthorizerAnswer::Simple { is_authorized, context: principal.map(Principal::to_context) },
            Some(arn) => {
                let id = principal.and_then(|known| known.key_id.as_deref().or(known.subject.as_deref()));
                AuthorizerAnswer::Policy {
                    principal_id: id.unwrap_or("nobody").to_owned(),
                    policy_document: Policy::over(arn, is_authorized),
                    context: principal.map(|principal| principal.to_flat_context(claims)),
                }
            }
        }
    }

    /// Whether it lets the request go on.
    pub fn is_authorized(&self) -> bool {
        match self {
            AuthorizerAnswer::Simple { is_authorized, .. } => *is_authorized,
            AuthorizerAnswer::Policy { context, .. } => context.is_some(),
        }
    }
}

impl Policy {
    fn over(arn: &str, allow: bool) -> Self {
        let effect = if allow { "Allow" } else { "Deny" };
        let statement = Statement { action: "execute-api:Invoke", effect, resource: arn.to_owned() };
        Policy { version: "2012-10-17", statement: [statement] }
    }
}
