//! `tollgate invoice`: what a tenant's month costs.

mod book;
mod html;

use std::path::PathBuf;

use aws::LedgerTable;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use usage::{Hour, Invoice, Line, Span, SpanKind, cuts, invoice, read};

use crate::{check, keys, usage::field, usage_plans};

/// Price a tenant's month.
#[derive(Args)]
pub(crate) struct Command {
    /// Whose.
    #[arg(long)]
    tenant: String,
    /// Which, in UTC: 2026-11.
    #[arg(long, value_parser = month)]
    month: Span,
    /// The price book, YAML or JSON.
    #[arg(long)]
    prices: PathBuf,
    /// The ledger: the stack's output UsageTable.
    #[arg(long)]
    table: String,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For machines.
    Json,
    /// For spreadsheets.
    Csv,
    /// To be printed.
    Html,
}

impl Command {
    /// Carries it out.
    pub(crate) async fn run(self) -> Result<(), String> {
        let source = check::read(&self.prices)?;
        let book = book::read(&source).map_err(|problems| check::report(&self.prices, &source, &problems))?;
        let ledger = LedgerTable::new(keys::connection()?.dynamodb(), self.table);
        let mut records = Vec::new();
        let cuts = cuts(&book, self.month);
        for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
            let part = read(&ledger, &self.tenant, (*from, *to), SpanKind::Month).await;
            records.extend(part.map_err(|error| error.to_string())?);
        }
        let made = invoice(&book, &self.tenant, self.month, &records);
        crate::out(&match self.format {
            Format::Table => table(&made),
            Format::Json => format!("{:#}\n", json(&made)),
            Format::Csv => csv(&made),
            Format::Html => html::page(&made),
        });
        if Hour::at_ms(runtime::clock_ms()) < self.month.end().plus(2) {
            crate::tell("The month is not over, or not for two hours: there may be more.");
        }
        Ok(())
    }
}

fn month(text: &str) -> Result<Span, String> {
    let month = Span::parse(text).filter(|span| span.kind() == SpanKind::Month);
    month.ok_or_else(|| "write a month: 2026-11".to_owned())
}

/// The last day of a line.
fn last_day(line: &Line) -> Span {
    Span::of(SpanKind::Day, line.to.minus(1))
}

fn first_day(line: &Line) -> Span {
    Span::of(SpanKind::Day, line.from)
}

/// `0.0000035`, or `3.5 per 1000000`; what is included has none.
fn price(line: &Line) -> String {
    match (line.price, line.per) {
        (None, _) if line.amount.0 == 0 => "included".to_owned(),
        (None, _) => String::new(),
        (Some(price), 1) => price.to_string(),
        (Some(price), per) => format!("{price} per {per}"),
    }
}

fn table(made: &Invoice) -> String {
    let show = |amount| made.currency.show(amount);
    let row = |line: &Line| {
        let days = format!("{} to {}", first_day(line), last_day(line));
        [line.item.clone(), days, line.quantity.to_string(), price(line), show(line.amount)]
    };
    let rows: Vec<_> = made.lines.iter().map(row).collect();
    let code = made.currency.code();
    let lines = usage_plans::table(["ITEM", "DAYS", "QUANTITY", "PRICE", code], &rows);
    format!("{} {}\n\n{lines}\nTotal {code} {}\n", made.tenant, made.month, show(made.total))
}

fn json(made: &Invoice) -> Value {
    let show = |amount| made.currency.show(amount);
    let line = |line: &Line| {
        json!({"item": line.item, "description": line.description, "from": first_day(line).to_string(),
            "to": last_day(line).to_string(), "quantity": line.quantity,
            "price": line.price.map(|price| price.to_string()), "per": line.per, "amount": show(line.amount)})
    };
    json!({"tenant": made.tenant, "month": made.month.to_string(), "currency": made.currency.code(),
        "lines": made.lines.iter().map(line).collect::<Vec<_>>(), "total": show(made.total)})
}

fn csv(made: &Invoice) -> String {
    let mut text = "tenant,month,currency,item,description,from,to,quantity,price,per,amount\r\n".to_owned();
    for line in &made.lines {
        let price = line.price.map(|price| price.to_string()).unwrap_or_default();
        let cells = [
            field(&made.tenant),
            made.month.to_string(),
            made.currency.code().to_owned(),
            field(&line.item),
            field(&line.description),
            first_day(line).to_string(),
            last_day(line).to_string(),
            line.quantity.to_string(),
            price,
            line.per.to_string(),
            made.currency.show(line.amount),
        ];
        text += &(cells.join(",") + "\r\n");
    }
    text
}

#[cfg(test)]
mod tests;
