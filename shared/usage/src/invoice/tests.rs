use proptest::prelude::*;

use super::*;
use crate::{Quantity, RecordKey, Rounding, StatusClass, Step, Totals};

const MONTH: &str = "2026-11";

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn hour(day: &str) -> Hour {
    Span::parse(day).unwrap_or_else(|| panic!("{day}")).first()
}

fn version(from: &str, included: u64, tiers: Tiers, steps: &[(Option<u64>, &str)]) -> PriceVersion {
    let steps = steps.iter().map(|(up_to, price)| Step { up_to: *up_to, price: decimal(price) }).collect();
    PriceVersion { from: hour(from), included, per: 1, tiers, steps }
}

fn book(versions: Vec<PriceVersion>, minimum: Option<i128>) -> PriceBook {
    let item = PriceItem {
        id: "calls".to_owned(),
        description: "Calls".to_owned(),
        quantity: Quantity::Requests,
        plans: vec!["gold".to_owned()],
        routes: Vec::new(),
        stages: Vec::new(),
        versions,
    };
    PriceBook {
        currency: Currency::parse("USD").unwrap(),
        rounding: Rounding::HalfUp,
        minimum: minimum.map(Amount),
        items: vec![item],
    }
}

fn used(plan: &str, day: &str, requests: u64) -> UsageRecord {
    let key = RecordKey {
        tenant: "acme".to_owned(),
        key: "key-1".to_owned(),
        plan: plan.to_owned(),
        stage: "prod".to_owned(),
        route: "GET /a".to_owned(),
        class: StatusClass(2),
        hour: hour(day),
    };
    UsageRecord { key, totals: Totals { requests, ..Totals::default() } }
}

/// Checks the lines, each `from quantity price amount`, and the total.
fn check(book: &PriceBook, records: &[UsageRecord], lines: &[&str], total: &str) {
    let made = invoice(book, "acme", Span::parse(MONTH).unwrap(), records);
    let line = |line: &Line| {
        let price = line.price.map_or("-".to_owned(), |price| price.to_string());
        let day = Span::of(crate::SpanKind::Day, line.from);
        format!("{} {day} {} {price} {}", line.item, line.quantity, book.currency.show(line.amount))
    };
    assert_eq!(made.lines.iter().map(line).collect::<Vec<_>>(), lines);
    assert_eq!(book.currency.show(made.total), total);
}

#[test]
fn what_is_included_costs_nothing_and_the_rest_by_the_unit() {
    let book = book(vec![version("2026-01-01", 100, Tiers::Graduated, &[(None, "0.01")])], None);
    check(&book, &[used("gold", "2026-11-03", 80)], &["calls 2026-11-01 80 - 0.00"], "0.00");
    let records = [used("gold", "2026-11-03", 80), used("gold", "2026-11-20", 70), used("iron", "2026-11-03", 9)];
    check(&book, &records, &["calls 2026-11-01 100 - 0.00", "calls 2026-11-01 50 0.01 0.50"], "0.50");
}

#[test]
fn graduated_steps_price_each_unit_and_volume_all_of_them() {
    let steps = [(Some(10), "1"), (Some(20), "0.5"), (None, "0.1")];
    let records = [used("gold", "2026-11-03", 25)];
    let graduated = book(vec![version("2026-01-01", 0, Tiers::Graduated, &steps)], None);
    let lines = ["calls 2026-11-01 10 1 10.00", "calls 2026-11-01 10 0.5 5.00", "calls 2026-11-01 5 0.1 0.50"];
    check(&graduated, &records, &lines, "15.50");
    let volume = book(vec![version("2026-01-01", 5, Tiers::Volume, &steps)], None);
    check(&volume, &records, &["calls 2026-11-01 5 - 0.00", "calls 2026-11-01 20 0.1 2.00"], "2.00");
    check(
        &volume,
        &[used("gold", "2026-11-03", 20)],
        &["calls 2026-11-01 5 - 0.00", "calls 2026-11-01 15 0.5 7.50"],
        "7.50",
    );
}

#[test]
fn a_price_that_changes_in_the_month_splits_the_line_and_units_keep_their_places() {
    let before = version("2026-01-01", 10, Tiers::Graduated, &[(Some(30), "1"), (None, "0.5")]);
    let after = version("2026-11-16", 10, Tiers::Graduated, &[(Some(30), "2"), (None, "0.25")]);
    let book = book(vec![before, after], None);
    let records = [used("gold", "2026-11-15", 20), used("gold", "2026-11-16", 20)];
    let lines = [
        "calls 2026-11-01 10 - 0.00",
        "calls 2026-11-01 10 1 10.00",
        "calls 2026-11-16 10 2 20.00",
        "calls 2026-11-16 10 0.25 2.50",
    ];
    check(&book, &records, &lines, "32.50");
    let cuts: Vec<String> = cuts(&book, Span::parse(MONTH).unwrap()).iter().map(ToString::to_string).collect();
    assert_eq!(cuts, ["2026-11-01T00", "2026-11-16T00", "2026-12-01T00"]);
}

#[test]
fn a_month_costs_the_minimum_where_there_was_usage() {
    let book = book(vec![version("2026-01-01", 0, Tiers::Graduated, &[(None, "0.01")])], Some(500));
    check(
        &book,
        &[used("gold", "2026-11-03", 20)],
        &["calls 2026-11-01 20 0.01 0.20", "minimum 2026-11-01 1 - 4.80"],
        "5.00",
    );
    check(&book, &[used("gold", "2026-11-03", 600)], &["calls 2026-11-01 600 0.01 6.00"], "6.00");
    check(&book, &[], &[], "0.00");
}

#[test]
fn before_its_first_price_an_item_costs_nothing_and_takes_places() {
    let book = book(vec![version("2026-11-16", 10, Tiers::Graduated, &[(None, "1")])], None);
    let records = [used("gold", "2026-11-02", 8), used("gold", "2026-11-17", 5)];
    check(&book, &records, &["calls 2026-11-16 2 - 0.00", "calls 2026-11-16 3 1 3.00"], "3.00");
}

proptest! {
    /// However usage falls on days, each unit is on one line, and in a graduated price the sum is that of its units.
    #[test]
    fn every_unit_is_priced_once(days in prop::collection::vec((1u32..=30, 0u64..50), 0..40), included in 0u64..200, change in 2u32..=30) {
        let steps = [(Some(100), "3"), (Some(300), "2"), (None, "1")];
        let first = version("2026-01-01", included, Tiers::Graduated, &steps);
        let second = version(&format!("2026-11-{change:02}"), included, Tiers::Graduated, &steps);
        let book = book(vec![first, second], None);
        let records: Vec<_> = days.iter().map(|(day, count)| used("gold", &format!("2026-11-{day:02}"), *count)).collect();
        let made = invoice(&book, "acme", Span::parse(MONTH).unwrap(), &records);
        let total: u64 = days.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(made.lines.iter().map(|line| line.quantity).sum::<u64>(), total);
        let price = |place: u64| match place {
            _ if place <= included => 0,
            1..=100 => 3,
            101..=300 => 2,
            _ => 1,
        };
        prop_assert_eq!(made.total, Amount((1..=total).map(|place| price(place) * 100).sum()));
    }
}
