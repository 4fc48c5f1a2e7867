//! `x-tollgate-aggregate`: several integrations at once, whose answers become one. HTTP and REST APIs have nothing like it;
//! `docs/aggregation.md` says what it does, `docs/schemas/x-tollgate-aggregate.json` how it is written.

mod order;
mod read;
mod uses;

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{Integration, IntegrationResponse, Source, permissions::variables_of};

pub(crate) use read::{EXTENSION, read};

/// How many parts an aggregate may have. Each is an answer of up to 6 MB that a function of 128 MB holds at once.
pub const MAX_PARTS: usize = 10;

/// Several integrations, called at the same time but for what waits for another, and joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Its parts, in the order of the document.
    pub parts: Vec<AggregatePart>,
    /// What becomes of the joined answer; `None`: it is the client's, with status 200.
    pub response: Option<AggregateResponse>,
}

/// One of the integrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregatePart {
    /// Its name in the joined answer and in `$context.aggregate`.
    pub name: String,
    /// What is called: any integration but another aggregate.
    #[serde(deserialize_with = "of_a_part")]
    pub integration: Integration,
    /// Whether its failure fails the whole; else the answer has `null` in its place, and an entry under `errors`.
    pub required: bool,
    /// The places of the parts whose answers it waits for: those under `after`, and those that it reads.
    pub after: Vec<usize>,
    /// The status from which on an answer is a failure, 300 to 600.
    pub fails_from: u16,
}

/// What the client gets instead of the joined answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateResponse {
    /// Status, headers and templates, whose `$input` is the joined answer. It has no pattern.
    pub response: IntegrationResponse,
    /// The places of the parts that it reads in `$context.aggregate`.
    pub reads: Vec<usize>,
}

thread_local! {
    /// Whether the reader is in a part.
    static IN_A_PART: Cell<bool> = const { Cell::new(false) };
}

/// Reads a part's integration, and refuses an aggregate in an aggregate: a damaged table would exhaust the stack.
fn of_a_part<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Integration, D::Error> {
    if IN_A_PART.replace(true) {
        return Err(D::Error::custom("an aggregate within an aggregate"));
    }
    let integration = Integration::deserialize(deserializer);
    IN_A_PART.set(false);
    integration
}

impl Aggregate {
    /// The stage variables that its parts and its response's headers use.
    pub fn stage_variables(&self) -> Vec<&str> {
        let headers = self.response.iter().flat_map(|response| &response.response.headers);
        let parts = self.parts.iter().flat_map(|part| part.integration.stage_variables());
        parts.chain(headers.filter_map(|(_, source)| Source::stage_variable(source))).collect()
    }

    /// The stage variables that the templates of its parts and of its response refer to.
    pub fn template_variables(&self) -> Vec<&str> {
        let templates = self.response.iter().flat_map(|response| &response.response.templates);
        let parts = self.parts.iter().flat_map(|part| part.integration.template_variables());
        parts.chain(templates.flat_map(|(_, text)| variables_of(text))).collect()
    }

    /// The most calls that one request waits for one after the other, of integrations that `waits` says of.
    pub fn calls_in_a_row(&self, waits: impl Fn(&Integration) -> bool) -> u32 {
        order::longest(&self.parts, |part| u32::from(waits(&part.integration))).0
    }
}

#[cfg(test)]
mod tests;
