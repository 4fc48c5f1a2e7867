//! An invoice as a page that prints well and loads nothing.

use std::fmt::Write as _;

use usage::Invoice;

use super::{first_day, last_day, price};

const STYLE: &str = "body{font:11pt/1.5 sans-serif;max-width:50em;margin:3em auto;padding:0 1em}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .6em;border-bottom:1px solid #ccc}\
.n{text-align:right;font-variant-numeric:tabular-nums}tfoot td{border-top:2px solid #000;font-weight:bold}\
@media print{body{margin:0}}@page{margin:2cm}";

/// The page.
pub(super) fn page(made: &Invoice) -> String {
    let (tenant, month, code) = (escaped(&made.tenant), made.month, made.currency.code());
    let mut rows = String::new();
    for line in &made.lines {
        let what = if line.description.is_empty() { &line.item } else { &line.description };
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td>{} – {}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escaped(what),
            first_day(line),
            last_day(line),
            line.quantity,
            price(line),
            made.currency.show(line.amount)
        );
    }
    let total = made.currency.show(made.total);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Invoice {tenant} {month}</title>\
         <style>{STYLE}</style></head>\n<body>\n<h1>Invoice</h1>\n<p>{tenant}<br>{month}</p>\n<table>\n\
         <thead><tr><th>Item</th><th>Days</th><th class=\"n\">Quantity</th><th class=\"n\">Price</th>\
         <th class=\"n\">{code}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n\
         <tfoot><tr><td colspan=\"4\">Total</td><td class=\"n\">{total}</td></tr></tfoot>\n</table>\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
