//! Which methods of which API a statement speaks of.
//! (IAM user guide, `reference_policies_elements_resource`; API Gateway developer guide,
//! `apigateway-resource-policies-examples`.)

use serde::{Deserialize, Serialize};

use super::{
    PolicyRequest,
    pattern::{Pattern, Syntax},
};

/// How many parts an ARN has: `arn:partition:service:region:account:resource`.
const PARTS: usize = 6;

/// A resource as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ResourcePattern {
    /// `*`.
    Every,
    /// An ARN's parts. A wildcard stays within its part, so that a `:` in a request's path changes nothing.
    Arn(ArnPattern),
    /// `execute-api:/stage/METHOD/path`, the form that stands for the API it is written for.
    OfThisApi(Pattern),
}

/// The parts of an ARN, each a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ArnPattern(Vec<Pattern>);

impl ResourcePattern {
    /// Reads a resource.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub(crate) fn parse(text: &str, variables: bool) -> Result<Self, (String, String)> {
        let syntax = Syntax { wildcards: true, variables };
        if text == "*" {
            return Ok(ResourcePattern::Every);
        }
        if let Some(local) = text.strip_prefix("execute-api:") {
            if !local.starts_with(['/', '*']) {
                return Err((format!("the resource {text:?} has no / behind execute-api:"), write_short()));
            }
            let pattern = Pattern::parse(local, syntax).map_err(|problem| (problem, write_variable()))?;
            return Ok(ResourcePattern::OfThisApi(pattern));
        }
        if !text.starts_with("arn:") {
            return Err((format!("the resource {text:?} is not an ARN"), write_short()));
        }
        ArnPattern::parse(text, syntax).map(ResourcePattern::Arn)
    }

    /// Whether the request calls it.
    pub(crate) fn matches(&self, request: &PolicyRequest<'_>) -> bool {
        match self {
            ResourcePattern::Every => true,
            ResourcePattern::Arn(pattern) => pattern.matches(request.resource, request),
            ResourcePattern::OfThisApi(pattern) => {
                let own = request.resource.splitn(PARTS, ':').nth(PARTS - 1);
                let local = own.and_then(|own| own.find('/').and_then(|at| own.get(at..)));
                local.is_some_and(|local| pattern.matches(local, request))
            }
        }
    }

    /// The condition keys that its variables name.
    pub(crate) fn keys(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            ResourcePattern::Every => Box::new(std::iter::empty()),
            ResourcePattern::Arn(pattern) => Box::new(pattern.keys()),
            ResourcePattern::OfThisApi(pattern) => Box::new(pattern.keys()),
        }
    }
}

impl ArnPattern {
    /// Reads an ARN. One that ends early in a `*` has it for all that is missing.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Self, (String, String)> {
        let mut parts = Vec::new();
        for (at, part) in text.splitn(PARTS, ':').enumerate() {
            // A variable stands in the last part only: nothing of a request may decide which account or API is meant.
            if at < PARTS - 1 && syntax.variables && part.contains("${") {
                let message = format!("{text:?} has a variable before its fifth colon");
                return Err((message, "write the account and the region themselves, or *".to_owned()));
            }
            parts.push(Pattern::parse(part, syntax).map_err(|problem| (problem, write_variable()))?);
        }
        if parts.len() < PARTS && !text.ends_with('*') {
            let message = format!("the ARN {text:?} has {} of its six parts", parts.len());
            return Err((message, "write arn:aws:execute-api:region:account:api/stage/METHOD/path".to_owned()));
        }
        parts.resize_with(PARTS, Pattern::everything);
        Ok(ArnPattern(parts))
    }

    /// Whether it matches the whole of `arn`.
    pub(crate) fn matches(&self, arn: &str, request: &PolicyRequest<'_>) -> bool {
        let parts: Vec<&str> = arn.splitn(PARTS, ':').collect();
        parts.len() == PARTS && self.0.iter().zip(parts).all(|(pattern, part)| pattern.matches(part, request))
    }

    /// The condition keys that its variables name.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(Pattern::keys)
    }
}

fn write_short() -> String {
    "write execute-api:/stage/METHOD/path, an ARN, or *".to_owned()
}

pub(super) fn write_variable() -> String {
    "write ${aws:SourceIp}, ${aws:SourceVpc, 'none'}, or ${$} for a $".to_owned()
}
