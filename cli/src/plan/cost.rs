//! What requests cost: the formulas of `docs/cost.md`, and nothing else. Pure arithmetic on exact amounts.

use super::{
    money::{Share, Usd},
    prices::Prices,
};

/// The longest wait for a backend: API Gateway's limit, in milliseconds. (API Gateway developer guide, `limits`.)
pub(super) const LONGEST_WAIT_MS: u32 = 29_000;

/// The router's own work on a request, in microseconds of CPU. Measured by `make bench`: 0.12 ms with a Lambda function
/// behind it, over TLS (`docs/performance.md`), and a quarter for larger bodies.
pub(super) const ROUTER_WORK_US: u64 = 150;

/// The authorizer's own work on a request, in microseconds of CPU. Measured by `make bench`: 0.08 ms, over TLS.
pub(super) const AUTHORIZER_WORK_US: u64 = 100;

/// The authorizer's wait for the key that it reads, in milliseconds: assumed, not measured. DynamoDB answers in single
/// figures of milliseconds.
pub(super) const KEY_READ_MS: u32 = 10;

/// The memory of a function, in MB: `MemorySize` in `infra/template.yaml`. Lambda's GB is 1024 MB.
pub(super) const MEMORY_MB: u64 = 128;

const MILLION: u64 = 1_000_000;

/// What is taken for granted about the requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Assumptions {
    /// How long a backend takes to answer on average, in milliseconds: 0 to [`LONGEST_WAIT_MS`].
    pub(super) wait_ms: u32,
    /// The share of the authorizer's answers that API Gateway has kept, so that it does not ask for them.
    pub(super) cache_hits: Share,
}

/// The functions of ours that a request comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    /// Whether API Gateway asks the authorizer function first.
    pub(super) authorizer: bool,
    /// What the router does with it.
    pub(super) router: Router,
}

/// What the router does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Router {
    /// Nothing: the managed gateway calls the backend.
    Unused,
    /// It answers by itself.
    Answers,
    /// It calls the backend and waits for it.
    Waits,
    /// It calls several backends of an aggregate.
    WaitsForSeveral {
        /// How many.
        calls: u32,
        /// The most of them that follow each other: the others' waits are within theirs.
        in_a_row: u32,
    },
}

impl Router {
    /// How many waits for a backend follow each other.
    fn waits(self) -> u32 {
        match self {
            Router::Unused | Router::Answers => 0,
            Router::Waits => 1,
            Router::WaitsForSeveral { in_a_row, .. } => in_a_row,
        }
    }

    /// Its work on a request: each call costs what a request of one call does.
    fn work_us(self) -> u64 {
        match self {
            Router::WaitsForSeveral { calls, .. } => ROUTER_WORK_US * u64::from(calls.max(1)),
            Router::Unused | Router::Answers | Router::Waits => ROUTER_WORK_US,
        }
    }
}

/// The backend waits at which an operation costs more than on a REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DearerThanRest {
    /// At none that API Gateway allows.
    Never,
    /// From so many milliseconds on: 1 to [`LONGEST_WAIT_MS`].
    From(u32),
    /// At every one.
    Always,
}

impl DearerThanRest {
    /// Whether it is at a wait of `wait_ms`.
    pub(super) fn at(self, wait_ms: u32) -> bool {
        match self {
            DearerThanRest::Never => false,
            DearerThanRest::From(from_ms) => wait_ms >= from_ms,
            DearerThanRest::Always => true,
        }
    }
}

/// What a million requests cost, API Gateway included, in its first price step.
pub(super) fn per_million(prices: &Prices, assumed: Assumptions, passage: Passage) -> Usd {
    prices.http_api_usd_per_million.usd + functions_per_million(prices, assumed, passage)
}

/// What a million requests cost beside API Gateway: Lambda and DynamoDB.
pub(super) fn functions_per_million(prices: &Prices, assumed: Assumptions, passage: Passage) -> Usd {
    let router = match passage.router {
        Router::Unused => Usd::default(),
        Router::Answers => lambda_per_million(prices, ROUTER_WORK_US, 0),
        Router::Waits | Router::WaitsForSeveral { .. } => {
            let wait_ms = assumed.wait_ms.saturating_mul(passage.router.waits());
            lambda_per_million(prices, passage.router.work_us(), wait_ms)
        }
    };
    authorizer_per_million(prices, assumed, passage) + router
}

fn authorizer_per_million(prices: &Prices, assumed: Assumptions, passage: Passage) -> Usd {
    if !passage.authorizer {
        return Usd::default();
    }
    let read = prices.dynamodb_eventual_read_usd_per_million.usd;
    assumed.cache_hits.rest_of(lambda_per_million(prices, AUTHORIZER_WORK_US, KEY_READ_MS) + read)
}

/// A million calls of a function that works and waits so long.
fn lambda_per_million(prices: &Prices, work_us: u64, wait_ms: u32) -> Usd {
    let billed_ms = (work_us + u64::from(wait_ms) * 1000).div_ceil(1000);
    prices.lambda_usd_per_million_requests.usd + millisecond_per_million(prices).times(billed_ms)
}

/// A millisecond of a million calls.
fn millisecond_per_million(prices: &Prices) -> Usd {
    // usd/GB-s × 128/1024 GB × 1/1000 s × 1,000,000: a whole number of times the price, so that nothing is rounded.
    const TIMES: u64 = MEMORY_MB * 1000 / 1024;
    const { assert!(TIMES * 1024 == MEMORY_MB * 1000) };
    prices.lambda_arm64_usd_per_gb_second.usd.times(TIMES)
}

/// From which wait on it costs more than on a REST API, both in their first price step. The same is not more.
pub(super) fn dearer_than_rest(prices: &Prices, assumed: Assumptions, passage: Passage) -> DearerThanRest {
    let rest = prices.rest_api_usd_per_million.usd;
    if per_million(prices, Assumptions { wait_ms: 0, ..assumed }, passage) > rest {
        return DearerThanRest::Always;
    }
    let waits = u64::from(passage.router.waits());
    if waits == 0 {
        return DearerThanRest::Never;
    }
    let without_time = prices.http_api_usd_per_million.usd
        + authorizer_per_million(prices, assumed, passage)
        + prices.lambda_usd_per_million_requests.usd;
    let affordable_ms = rest.minus(without_time).and_then(|left| left.over(millisecond_per_million(prices)));
    let Some(affordable_ms) = affordable_ms else { return DearerThanRest::Never };
    // A wait of w is billed as ⌈work + w⌉, n in a row as ⌈work + n × w⌉; the first w for which that is more than the
    // affordable time.
    let affordable_us = affordable_ms.saturating_mul(1000).saturating_sub(passage.router.work_us());
    let from_ms = affordable_us / (1000 * waits) + 1;
    match u32::try_from(from_ms) {
        Ok(from_ms) if from_ms <= LONGEST_WAIT_MS => DearerThanRest::From(from_ms),
        _ => DearerThanRest::Never,
    }
}

/// A month's bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Month {
    /// Requests in it.
    pub(super) requests: u64,
    /// For the HTTP API.
    pub(super) http_api: Usd,
    /// For Lambda and DynamoDB.
    pub(super) functions: Usd,
    /// What a REST API would cost for the same.
    pub(super) rest_api: Usd,
}

impl Month {
    /// For the HTTP API and the functions together.
    pub(super) fn together(&self) -> Usd {
        self.http_api + self.functions
    }
}

/// The bill for so many requests on each passage. Both APIs' price steps are counted, as if the account had no other.
pub(super) fn month(prices: &Prices, assumed: Assumptions, mix: impl IntoIterator<Item = (Passage, u64)>) -> Month {
    let mut month = Month::default();
    for (passage, requests) in mix {
        month.requests = month.requests.saturating_add(requests);
        let functions = functions_per_million(prices, assumed, passage);
        month.functions = month.functions + functions.per_million_of(requests);
    }
    month.http_api = stepped(
        month.requests,
        &[(300 * MILLION, prices.http_api_usd_per_million.usd)],
        prices.http_api_over_300_million_usd_per_million.usd,
    );
    month.rest_api = stepped(
        month.requests,
        &[
            (333 * MILLION, prices.rest_api_usd_per_million.usd),
            (667 * MILLION, prices.rest_api_over_333_million_usd_per_million.usd),
            (19_000 * MILLION, prices.rest_api_over_1_billion_usd_per_million.usd),
        ],
        prices.rest_api_over_20_billion_usd_per_million.usd,
    );
    month
}

/// `requests` in steps, each so many at its price, and what is left at the last price.
fn stepped(requests: u64, steps: &[(u64, Usd)], last: Usd) -> Usd {
    let (mut left, mut sum) = (requests, Usd::default());
    for (size, price) in steps {
        let taken = left.min(*size);
        sum = sum + price.per_million_of(taken);
        left -= taken;
    }
    sum + last.per_million_of(left)
}

#[cfg(test)]
mod tests;
