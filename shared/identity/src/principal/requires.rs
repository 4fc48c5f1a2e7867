//! `x-tollgate-requires`: what a tenant must have subscribed to.

use serde::{Deserialize, Serialize};

use super::{Principal, items};

/// A feature or a claim that a principal must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    name: String,
    value: Option<String>,
}

impl Requirement {
    /// Reads `name`, a feature of the API key or a claim that is neither empty nor `false`; or `name=value`, a claim that
    /// has this value or is a list with it.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let good = |part: &str| !part.is_empty() && part.trim() == part;
        if !good(name) || !value.is_none_or(good) {
            let message = format!("{text:?} is neither a name nor name=value");
            return Err((message, "write reports, or custom:plan=gold".to_owned()));
        }
        Ok(Requirement { name: name.to_owned(), value: value.map(str::to_owned) })
    }

    /// The name of the feature or claim.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the principal meets it.
    pub fn is_met_by(&self, principal: &Principal) -> bool {
        let claim = principal.claims.0.get(&self.name);
        match &self.value {
            Some(value) => claim.is_some_and(|claim| claim == value || items(claim).any(|item| item == value)),
            None => {
                principal.features.contains(&self.name)
                    || claim.is_some_and(|claim| !matches!(claim.as_str(), "" | "false" | "[]"))
            }
        }
    }

    /// The first of `all` that the principal does not meet.
    pub fn unmet<'r>(all: &'r [Requirement], principal: &Principal) -> Option<&'r Requirement> {
        all.iter().find(|requirement| !requirement.is_met_by(principal))
    }
}
