//! Identity sources: what an authorizer decides by, and what its answers are kept under.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where one value of the identity stands in the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentitySource {
    /// `method.request.header.Name`, `$request.header.Name`; the name has no case.
    Header(String),
    /// `method.request.querystring.name`, `$request.querystring.name`.
    Query(String),
    /// `stageVariables.name`, `$stageVariables.name`.
    StageVariable(String),
    /// `context.path`, `$context.path`.
    Context(String),
}

/// A request, as identity sources are read from it.
pub trait IdentityInputs {
    /// A header's value, whatever the case of its name; several are joined with commas.
    fn header(&self, name: &str) -> Option<String>;
    /// A parameter of the query, decoded; several are joined with commas.
    fn query(&self, name: &str) -> Option<String>;
    /// A stage variable.
    fn stage_variable(&self, name: &str) -> Option<String>;
    /// A `$context` variable, `identity.sourceIp` say.
    fn context(&self, name: &str) -> Option<String>;
}

impl IdentitySource {
    /// Reads a list, as REST APIs write it: `method.request.header.Auth, context.identity.sourceIp`; or as HTTP APIs do:
    /// `$request.header.Auth, $context.routeKey`.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, (String, String)> {
        text.split(',').map(|one| IdentitySource::parse(one.trim())).collect()
    }

    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        type Make = fn(String) -> IdentitySource;
        const KNOWN: [(&str, Make); 8] = [
            ("method.request.header.", IdentitySource::Header),
            ("method.request.querystring.", IdentitySource::Query),
            ("stageVariables.", IdentitySource::StageVariable),
            ("context.", IdentitySource::Context),
            ("$request.header.", IdentitySource::Header),
            ("$request.querystring.", IdentitySource::Query),
            ("$stageVariables.", IdentitySource::StageVariable),
            ("$context.", IdentitySource::Context),
        ];
        let found = KNOWN.iter().find_map(|(start, make)| {
            text.strip_prefix(start).filter(|name| !name.is_empty()).map(|name| make(name.to_owned()))
        });
        found.ok_or_else(|| {
            let remedy = "write method.request.header.Authorization, or $request.header.Authorization for an HTTP API";
            (format!("{text:?} is no identity source"), remedy.to_owned())
        })
    }

    /// Its value in the request.
    pub fn value(&self, request: &impl IdentityInputs) -> Option<String> {
        match self {
            IdentitySource::Header(name) => request.header(name),
            IdentitySource::Query(name) => request.query(name),
            IdentitySource::StageVariable(name) => request.stage_variable(name),
            IdentitySource::Context(name) => request.context(name),
        }
    }
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdentitySource::Header(name) => write!(f, "header {name}"),
            IdentitySource::Query(name) => write!(f, "query parameter {name}"),
            IdentitySource::StageVariable(name) => write!(f, "stage variable {name}"),
            IdentitySource::Context(name) => write!(f, "context variable {name}"),
        }
    }
}
