//! Policies: the language that says who may call what, in an API's `x-amazon-apigateway-policy` and in a Lambda
//! authorizer's answer, and what it says about one request.
//!
//! [`Policy::parse`] checks a document and compiles it; [`Policy::decide`] asks it about a request. An explicit deny wins
//! over every allow, and what nothing allows is denied. (IAM user guide, `reference_policies_evaluation-logic`; API
//! Gateway developer guide, `apigateway-resource-policies-examples`, `apigateway-authorization-flow`.)
//!
//! Compiled policies are plain values: they are kept in the router's table.

mod address;
mod caller;
mod condition;
mod date;
mod parse;
mod pattern;
mod request;
mod resource;
mod statement;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use request::{PolicyRequest, method_arn};

use statement::{Effect, Statement};

/// A policy that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// What a policy says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allow,
    /// A statement denies it, whatever others say.
    ExplicitDeny,
    /// No statement speaks of it: denied, unless another policy allows it.
    ImplicitDeny,
}

/// One thing that is wrong with a policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblem {
    /// Where, as a JSON pointer from the policy's top (RFC 6901): `/Statement/0/Effect`; the empty text is the top itself.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl Policy {
    /// Checks a resource policy: one that stands with the API and says in each statement whose calls it speaks of.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(document: &Value) -> Result<Self, Vec<PolicyProblem>> {
        parse::policy(document, parse::Kind::OfResource)
    }

    /// Checks a caller's policy, as a Lambda authorizer answers it: it has no `Principal`, since it speaks of one caller.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse_of_caller(document: &Value) -> Result<Self, Vec<PolicyProblem>> {
        parse::policy(document, parse::Kind::OfCaller)
    }

    /// What the policy says about `request`.
    pub fn decide(&self, request: &PolicyRequest<'_>) -> Decision {
        let mut decision = Decision::ImplicitDeny;
        for statement in self.statements.iter().filter(|statement| statement.speaks_of(request)) {
            match statement.effect {
                Effect::Deny => return Decision::ExplicitDeny,
                Effect::Allow => decision = Decision::Allow,
            }
        }
        decision
    }

    /// The condition keys that the policy asks for, in lower case: a request needs no others. A key that the request does
    /// not have counts as absent.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().flat_map(Statement::keys)
    }
}

impl Decision {
    /// Whether the request may go on, if no other policy is asked.
    pub fn allows(self) -> bool {
        self == Decision::Allow
    }

    /// What the caller's policy (`self`) and the API's resource policy say together, when both are of one account: a deny
    /// of either wins, then an allow of either. (Developer guide, `apigateway-authorization-flow`, table A.)
    pub fn or(self, resource: Decision) -> Decision {
        match (self, resource) {
            (Decision::ExplicitDeny, _) | (_, Decision::ExplicitDeny) => Decision::ExplicitDeny,
            (Decision::Allow, _) | (_, Decision::Allow) => Decision::Allow,
            (Decision::ImplicitDeny, Decision::ImplicitDeny) => Decision::ImplicitDeny,
        }
    }

    /// The same for a caller of another account, who needs both to allow it. (The same page, table B.)
    pub fn and(self, resource: Decision) -> Decision {
        match (self, resource) {
            (Decision::ExplicitDeny, _) | (_, Decision::ExplicitDeny) => Decision::ExplicitDeny,
            (Decision::Allow, Decision::Allow) => Decision::Allow,
            _ => Decision::ImplicitDeny,
        }
    }
}
