//! The plan of an API: a row for each operation, and the month's bill.

use std::collections::BTreeMap;

use definition::{Api, Guard, Integration, Route, Target, Way};

use super::{
    cost::{self, Assumptions, DearerThanRest, Month, Passage, Router},
    money::Usd,
    prices::Prices,
};

/// What `tollgate plan` says, before it is written as text or JSON.
pub(super) struct Plan {
    /// The API's title.
    pub(super) title: String,
    /// What is taken for granted.
    pub(super) assumed: Assumptions,
    /// What AWS charges.
    pub(super) prices: Prices,
    /// A row for each operation, by path, then method.
    pub(super) rows: Vec<Row>,
    /// The bill for the traffic.
    pub(super) month: Month,
}

/// An operation.
pub(super) struct Row {
    /// `GET`, …, or `ANY`.
    pub(super) method: String,
    /// `/carts/{cartId}`.
    pub(super) path: String,
    /// Who is let in.
    pub(super) guard: Guard,
    /// The functions of ours that its requests come through.
    pub(super) passage: Passage,
    /// What forced it through the router, if anything did.
    pub(super) because: Option<String>,
    /// What a million requests cost.
    pub(super) per_million: Usd,
    /// At which backend waits a REST API would cost less.
    pub(super) dearer_than_rest: DearerThanRest,
    /// How many requests a month it gets.
    pub(super) requests: u64,
}

impl Row {
    /// `native`, `dispatched`, and each with the authorizer.
    pub(super) fn way(&self) -> &'static str {
        match (self.passage.router, self.passage.authorizer) {
            (Router::Unused, false) => "native",
            (Router::Unused, true) => "native + authorizer",
            (Router::Answers | Router::Waits | Router::WaitsForSeveral { .. }, false) => "dispatched",
            (Router::Answers | Router::Waits | Router::WaitsForSeveral { .. }, true) => "dispatched + authorizer",
        }
    }
}

/// Plans `api`, whose operations get as many requests a month as `mix` says by route key, else none.
pub(super) fn plan(api: &Api, prices: Prices, assumed: Assumptions, mix: &BTreeMap<String, u64>) -> Plan {
    let row = |route: &Route| row(api, route, (&prices, assumed), mix.get(&route.key()).copied().unwrap_or_default());
    let rows: Vec<Row> = api.routes.iter().map(row).collect();
    let month = cost::month(&prices, assumed, rows.iter().map(|row| (row.passage, row.requests)));
    Plan { title: api.title.clone(), assumed, prices, rows, month }
}

fn row(api: &Api, route: &Route, (prices, assumed): (&Prices, Assumptions), requests: u64) -> Row {
    let passage = passage(api, route);
    let because = match &route.way {
        Way::Native(_) => None,
        Way::Dispatched { because, .. } => Some(because.clone()),
    };
    Row {
        method: route.method.clone(),
        path: route.path.clone(),
        guard: route.guard.clone(),
        passage,
        because,
        per_million: cost::per_million(prices, assumed, passage),
        dearer_than_rest: cost::dearer_than_rest(prices, assumed, passage),
        requests,
    }
}

/// The functions that a route's requests come through.
fn passage(api: &Api, route: &Route) -> Passage {
    let router = match &route.way {
        Way::Native(_) => Router::Unused,
        Way::Dispatched { operation, .. } => router(&operation.integration),
    };
    Passage { authorizer: api.asks_authorizer_function(route), router }
}

/// What the router does to answer.
fn router(integration: &Integration) -> Router {
    match integration {
        Integration::Mapped(mapped) if mapped.target == Target::Mock => Router::Answers,
        Integration::Faulty(_) => Router::Answers,
        Integration::Mapped(_) | Integration::Lambda(_) | Integration::Http(_) | Integration::Service(_) => {
            Router::Waits
        }
        Integration::Aggregate(aggregate) => {
            let waits = |integration: &Integration| router(integration) != Router::Answers;
            let calls = aggregate.parts.iter().filter(|part| waits(&part.integration)).count();
            match (u32::try_from(calls).unwrap_or(u32::MAX), aggregate.calls_in_a_row(waits)) {
                (0, _) => Router::Answers,
                (calls, in_a_row) => Router::WaitsForSeveral { calls, in_a_row },
            }
        }
    }
}

#[cfg(test)]
mod tests;
