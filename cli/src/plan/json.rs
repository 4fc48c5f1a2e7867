//! The plan as machines read it. Money is in whole millionths of a dollar, each figure rounded by itself, half up.

use std::collections::BTreeMap;

use definition::Guard;
use serde::Serialize;

use super::{
    cost::DearerThanRest,
    rows::{Plan, Row},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'p> {
    title: &'p str,
    file: &'p str,
    assumed: Assumed,
    operations: Vec<Operation<'p>>,
    rest_api_micro_usd_per_million: u64,
    month: Month,
    prices: Prices<'p>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Assumed {
    backend_wait_ms: u32,
    /// In millionths.
    authorizer_cache_hits_ppm: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation<'p> {
    method: &'p str,
    path: &'p str,
    way: &'static str,
    guard: &'static str,
    /// The token authorizer's name.
    jwt_authorizer: Option<&'p str>,
    /// Whether an API key is asked for, alone or as well.
    api_key: bool,
    because: Option<&'p str>,
    micro_usd_per_million: u64,
    dearer_than_rest_api: bool,
    /// `null`: at no wait that API Gateway allows.
    dearer_than_rest_api_from_ms: Option<u32>,
    requests_per_month: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Month {
    requests: u64,
    http_api_micro_usd: u64,
    functions_micro_usd: u64,
    together_micro_usd: u64,
    rest_api_micro_usd: u64,
}

#[derive(Serialize)]
struct Prices<'p> {
    dated: &'p str,
    region: &'p str,
    #[serde(flatten)]
    by_name: BTreeMap<&'static str, Price<'p>>,
}

#[derive(Serialize)]
struct Price<'p> {
    /// As it is written in the table.
    usd: &'p str,
    source: &'p str,
}

/// Writes `plan`.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn write(plan: &Plan, file: &str) -> serde_json::Result<String> {
    let month = &plan.month;
    let answer = Answer {
        title: &plan.title,
        file,
        assumed: Assumed {
            backend_wait_ms: plan.assumed.wait_ms,
            authorizer_cache_hits_ppm: plan.assumed.cache_hits.millionths(),
        },
        operations: plan.rows.iter().map(|row| operation(row, plan.assumed.wait_ms)).collect(),
        rest_api_micro_usd_per_million: plan.prices.rest_api_usd_per_million.usd.micro(),
        month: Month {
            requests: month.requests,
            http_api_micro_usd: month.http_api.micro(),
            functions_micro_usd: month.functions.micro(),
            together_micro_usd: month.together().micro(),
            rest_api_micro_usd: month.rest_api.micro(),
        },
        prices: Prices {
            dated: &plan.prices.dated,
            region: &plan.prices.region,
            by_name: plan
                .prices
                .all()
                .map(|(name, price)| (name, Price { usd: &price.written, source: &price.source }))
                .collect(),
        },
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}

fn operation(row: &Row, wait_ms: u32) -> Operation<'_> {
    let guard = match row.guard.without_key() {
        Guard::Open | Guard::WithKey(_) => "open",
        Guard::ApiKey => "apiKey",
        Guard::Iam => "iam",
        Guard::Request { .. } => "request",
        Guard::Jwt { .. } => "jwt",
    };
    Operation {
        method: &row.method,
        path: &row.path,
        way: row.way(),
        guard,
        jwt_authorizer: row.guard.authorizer(),
        api_key: row.guard.admits().api_key,
        because: row.because.as_deref(),
        micro_usd_per_million: row.per_million.micro(),
        dearer_than_rest_api: row.dearer_than_rest.at(wait_ms),
        dearer_than_rest_api_from_ms: match row.dearer_than_rest {
            DearerThanRest::Never => None,
            DearerThanRest::From(from_ms) => Some(from_ms),
            DearerThanRest::Always => Some(0),
        },
        requests_per_month: row.requests,
    }
}
