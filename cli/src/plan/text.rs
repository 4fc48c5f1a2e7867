//! The plan as people read it: a table that is as wide as it must be, and the month's bill under it.

use std::fmt::Write as _;

use definition::Guard;

use super::{
    cost::{AUTHORIZER_WORK_US, DearerThanRest, KEY_READ_MS, MEMORY_MB, ROUTER_WORK_US},
    money::Usd,
    prices::Prices,
    rows::{Plan, Row},
};

const HEAD: [&str; 7] =
    ["METHOD", "PATH", "WAY", "GUARD", "USD/MILLION", "DEARER THAN A REST API", "WHY THROUGH THE ROUTER"];

/// Which column is flush right: the price.
const NUMBERS: usize = 4;

/// Where the figures come from, in words.
pub(super) struct Origins {
    /// The definition.
    pub(super) file: String,
    /// The requests of the month.
    pub(super) traffic: String,
    /// The file that overrides prices.
    pub(super) prices: Option<String>,
}

/// Writes `plan`.
pub(super) fn write(plan: &Plan, origins: &Origins) -> String {
    let mut text = head(plan, &origins.file);
    table(&mut text, plan);
    let rest = plan.prices.rest_api_usd_per_million.usd.text(3);
    let _ = writeln!(text, "\nA REST API: {rest} USD a million for each of them.\n");
    bill(&mut text, plan, &origins.traffic);
    foot(&mut text, &plan.prices, origins);
    text
}

fn head(plan: &Plan, file: &str) -> String {
    let count = plan.rows.len();
    let operations = if count == 1 { "operation" } else { "operations" };
    let (wait, hits) = (grouped(plan.assumed.wait_ms.into()), plan.assumed.cache_hits.text());
    format!(
        "{} ({}): {count} {operations}\n\
         Backend wait: {wait} ms on average (--wait).\n\
         Authorizer's answers that API Gateway has kept: {hits} (--authorizer-cache-hits).\n\n",
        printable(&plan.title),
        printable(file)
    )
}

fn table(text: &mut String, plan: &Plan) {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(plan.rows.iter().map(|row| cells(row, plan.assumed.wait_ms)));
    let mut widths = [0; HEAD.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in &lines {
        let mut written = String::new();
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            let _ = if column == NUMBERS {
                write!(written, "{cell:>width$}  ")
            } else {
                write!(written, "{cell:<width$}  ")
            };
        }
        let _ = writeln!(text, "{}", written.trim_end());
    }
}

fn guard(guard: &Guard) -> String {
    match guard {
        Guard::Open => "open".to_owned(),
        Guard::ApiKey => "API key".to_owned(),
        Guard::Iam => "IAM".to_owned(),
        Guard::Request { authorizer } => format!("Lambda {}", printable(authorizer)),
        Guard::Jwt { authorizer, .. } => format!("JWT {}", printable(authorizer)),
        Guard::WithKey(other) => format!("{} + API key", self::guard(other)),
    }
}

fn cells(row: &Row, wait_ms: u32) -> [String; HEAD.len()] {
    let rest = match row.dearer_than_rest {
        DearerThanRest::Never => "never".to_owned(),
        DearerThanRest::Always => "YES, at any wait".to_owned(),
        DearerThanRest::From(from_ms) => {
            let yes = if row.dearer_than_rest.at(wait_ms) { "YES, " } else { "" };
            format!("{yes}from {} ms of wait on", grouped(from_ms.into()))
        }
    };
    let because = row.because.as_deref().map(printable).unwrap_or_default();
    [
        row.method.clone(),
        printable(&row.path),
        row.way().to_owned(),
        guard(&row.guard),
        row.per_million.text(3),
        rest,
        because,
    ]
}

fn bill(text: &mut String, plan: &Plan, traffic: &str) {
    let month = &plan.month;
    let _ = writeln!(text, "{} requests a month, {}:", grouped(month.requests), printable(traffic));
    let lines = [
        ("HTTP API", month.http_api),
        ("Lambda and DynamoDB", month.functions),
        ("together", month.together()),
        ("a REST API", month.rest_api),
    ];
    let width = lines.iter().map(|(_, usd)| cents(*usd).len()).max().unwrap_or_default();
    for (name, usd) in lines {
        let _ = writeln!(text, "  {name:<19}  {:>width$} USD", cents(usd));
    }
}

fn foot(text: &mut String, prices: &Prices, origins: &Origins) {
    let overridden = origins.prices.as_ref().map(|file| format!(", with those of {}", printable(file)));
    let _ = write!(
        text,
        "\nPrices of {} for {}{}, in part third party and unverified. Sources and formulas: docs/cost.md.\n\
         Counted: functions of {MEMORY_MB} MB on arm64, {} ms of work a request in the router, {} ms and a read of {KEY_READ_MS} ms\n\
         in the authorizer, bodies of up to 512 KB. Not counted: backends, the free tier, cold starts, logs, data out.\n\
         Every figure is rounded by itself, half up, from exact sums.\n",
        printable(&prices.dated),
        printable(&prices.region),
        overridden.unwrap_or_default(),
        milliseconds(ROUTER_WORK_US),
        milliseconds(AUTHORIZER_WORK_US)
    );
}

/// Microseconds as milliseconds: `0.15`.
fn milliseconds(us: u64) -> String {
    format!("{}.{:02}", us / 1000, us % 1000 / 10)
}

/// Dollars and cents, grouped: `1,234.50`.
fn cents(usd: Usd) -> String {
    let text = usd.text(2);
    let (dollars, cents) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}.{cents}", dollars.parse().map_or_else(|_| dollars.to_owned(), grouped))
}

/// A number in groups of three digits: `1,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text with control characters written out, so that no document moves the terminal's cursor.
fn printable(text: &str) -> String {
    let written = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(written).collect()
}

#[cfg(test)]
mod tests;
