//! A month of a tenant, priced. The same records and prices always give the same invoice.
//!
//! Units of a month have places, in the order of time: the first unit is number 1. A unit at or before the included ones
//! costs nothing; another has the price of its step. Where a price changes in the month, units after the change have the new
//! price and keep their places: what was included is not included twice, and a step that was passed stays passed.

use crate::{Amount, Currency, Decimal, Hour, PriceBook, PriceItem, PriceVersion, Span, Tiers, UsageRecord};

/// What a tenant owes for a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Who owes it.
    pub tenant: String,
    /// For which month.
    pub month: Span,
    /// In what.
    pub currency: Currency,
    /// For what, in the order of the price book, of time and of steps.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Amount,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The item's id; `minimum` for what is missing to the minimum.
    pub item: String,
    /// What it is.
    pub description: String,
    /// The first hour.
    pub from: Hour,
    /// The first hour after it.
    pub to: Hour,
    /// How many.
    pub quantity: u64,
    /// The price; none of what is included.
    pub price: Option<Decimal>,
    /// For how many the price is.
    pub per: u64,
    /// What they cost, rounded.
    pub amount: Amount,
}

/// The hours of a month at which a price of the book changes, with the month's first and the first after it. Records are to
/// be read so that none reaches over one of them.
pub fn cuts(book: &PriceBook, month: Span) -> Vec<Hour> {
    let changes = book.items.iter().flat_map(|item| &item.versions).map(|version| version.from);
    let mut cuts: Vec<Hour> = changes.filter(|from| (month.first()..month.end()).contains(from)).collect();
    cuts.extend([month.first(), month.end()]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// The invoice of a month by its records, of which none reaches over a [cut](cuts).
pub fn invoice(book: &PriceBook, tenant: &str, month: Span, records: &[UsageRecord]) -> Invoice {
    let mut lines: Vec<Line> = book.items.iter().flat_map(|item| item_lines(book, item, month, records)).collect();
    let total = sum(&lines);
    if let Some(missing) = book.minimum.filter(|minimum| *minimum > total && !records.is_empty()) {
        lines.push(Line {
            item: "minimum".to_owned(),
            description: "What is missing to the minimum of a month".to_owned(),
            from: month.first(),
            to: month.end(),
            quantity: 1,
            price: None,
            per: 1,
            amount: Amount(missing.0 - total.0),
        });
    }
    Invoice { tenant: tenant.to_owned(), month, currency: book.currency.clone(), total: sum(&lines), lines }
}

fn sum(lines: &[Line]) -> Amount {
    Amount(lines.iter().fold(0, |sum, line| sum.saturating_add(line.amount.0)))
}

fn item_lines(book: &PriceBook, item: &PriceItem, month: Span, records: &[UsageRecord]) -> Vec<Line> {
    let count = |from: Hour, to: Hour| {
        let within = records.iter().filter(|record| (from..to).contains(&record.key.hour) && item.covers(&record.key));
        within.fold(0u64, |sum, record| sum.saturating_add(item.quantity.of(&record.totals)))
    };
    let total = count(month.first(), month.end());
    let mut lines = Vec::new();
    for (place, version) in item.versions.iter().enumerate() {
        let next = item.versions.get(place + 1).map_or(month.end(), |next| next.from);
        let (from, to) = (version.from.max(month.first()), next.min(month.end()));
        if from >= to {
            continue;
        }
        // What came before has the places before, whatever it cost.
        let before = count(month.first(), from);
        let places = (before, before.saturating_add(count(from, to)));
        for (quantity, price) in priced(version, places, total) {
            let amount = price
                .map(|price| price.times(quantity, version.per, &book.currency, book.rounding))
                .unwrap_or_default();
            let (item_id, description) = (item.id.clone(), item.description.clone());
            lines.push(Line { item: item_id, description, from, to, quantity, price, per: version.per, amount });
        }
    }
    lines
}

/// How many of the units after place `after` up to `last` have which price; none is included ones. `total` is the month's.
fn priced(version: &PriceVersion, (after, last): (u64, u64), total: u64) -> Vec<(u64, Option<Decimal>)> {
    let mut parts = Vec::new();
    let mut at = after;
    let mut part = |end: u64, price| {
        let end = end.min(last);
        if end > at {
            parts.push((end - at, price));
            at = end;
        }
    };
    part(version.included, None);
    match version.tiers {
        Tiers::Graduated => {
            version.steps.iter().for_each(|step| part(step.up_to.unwrap_or(u64::MAX), Some(step.price)));
        }
        Tiers::Volume => {
            let step = version.steps.iter().find(|step| step.up_to.is_none_or(|up_to| total <= up_to));
            part(u64::MAX, step.map(|step| step.price));
        }
    }
    parts
}

#[cfg(test)]
mod tests;
