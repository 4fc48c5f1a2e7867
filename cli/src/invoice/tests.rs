use usage::{Amount, RecordKey, StatusClass, Totals, UsageRecord};

use super::*;

const BOOK: &str = "currency: EUR
rounding: half-even
minimum: 5
items:
  - id: calls
    description: API calls <gold>
    quantity: units
    plans: [gold]
    prices:
      - { from: 2026-01-01, included: 100, per: 1000, price: '3.50' }
      - from: 2026-11-16
        tiers: graduated
        steps: [{ upTo: 2000, price: 0.004 }, { price: 0.002 }]
";

fn made() -> Invoice {
    let book = book::read(BOOK).unwrap();
    let record = |day: &str, units| {
        let key = RecordKey {
            tenant: "acme & sons".to_owned(),
            key: "k".to_owned(),
            plan: "gold".to_owned(),
            stage: String::new(),
            route: String::new(),
            class: StatusClass(2),
            hour: Span::parse(day).unwrap().first(),
        };
        UsageRecord { key, totals: Totals { requests: 1, units, ..Totals::default() } }
    };
    let records = [record("2026-11-02", 1_100), record("2026-11-20", 1_000)];
    invoice(&book, "acme & sons", Span::parse("2026-11").unwrap(), &records)
}

#[test]
fn an_invoice_is_read_by_people_machines_spreadsheets_and_printers() {
    let made = made();
    assert_eq!(made.total, Amount(350 + 360 + 20));
    let shown = table(&made);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "acme & sons 2026-11");
    assert_eq!(lines[2], "ITEM   DAYS                      QUANTITY  PRICE         EUR");
    assert_eq!(lines[3], "calls  2026-11-01 to 2026-11-15  100       included      0.00");
    assert_eq!(lines[4], "calls  2026-11-01 to 2026-11-15  1000      3.5 per 1000  3.50");
    assert_eq!(lines[6], "calls  2026-11-16 to 2026-11-30  100       0.002         0.20");
    assert_eq!(lines[8], "Total EUR 7.30");
    let json = json(&made);
    assert_eq!((&json["total"], &json["lines"][2]["amount"]), (&json!("7.30"), &json!("3.60")));
    assert_eq!(json["lines"][1]["price"], json!("3.5"));
    assert!(
        csv(&made)
            .contains("\r\nacme & sons,2026-11,EUR,calls,API calls <gold>,2026-11-16,2026-11-30,900,0.004,1,3.60\r\n")
    );
    let page = html::page(&made);
    assert!(page.contains("<p>acme &amp; sons<br>2026-11</p>") && page.contains("API calls &lt;gold&gt;"), "{page}");
    assert!(!page.contains("src=") && !page.contains("http"), "it loads nothing");
}

#[test]
fn what_is_wrong_with_a_price_book_is_said_all_at_once() {
    let problems = |source: &str| -> Vec<String> {
        let problems = book::read(source).expect_err("problems");
        problems
            .into_iter()
            .map(|problem| format!("{}:{} {}", problem.place.line, problem.place.column, problem.message))
            .collect()
    };
    let check = |from: &str, to: &str, expected: &[&str]| {
        assert!(BOOK.contains(from), "{from}");
        assert_eq!(problems(&BOOK.replacen(from, to, 1)), expected);
    };
    check("currency: EUR", "currency: Euro", &["1:11 currency is \"Euro\""]);
    check("minimum: 5", "minimun: 5", &["3:1 a price book has no minimun"]);
    check("'3.50'", "-1", &["10:62 price is \"-1\""]);
    check("quantity: units", "quantity: calls", &["7:15 quantity is \"calls\""]);
    check("2026-11-16", "2025-11-16", &["11:9 a price begins before the one above"]);
    check("upTo: 2000, ", "", &["13:17 only the last step has no end"]);
    check("included: 100, per: 1000, price: '3.50'", "per: 0", &["10:9 a price has both price and steps, or neither"]);
    check("id: calls", "id: minimum", &["5:9 id is \"minimum\""]);
    assert_eq!(problems("currency: EUR"), ["1:1 nothing has a price"]);
    assert_eq!(problems("[]")[0], "1:1 a price book is no object");
    for broken in ["{", "a: [", &"[".repeat(1_000)] {
        assert_eq!(problems(broken).len(), 1, "{broken:.20}");
    }
}
