//! What AWS charges: a dated table that is compiled in and can be overridden, whole or key by key.

use std::ops::Range;

use definition::{Place, Problem};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::money::{NoAmount, Usd};

/// The table that is compiled in.
const COMPILED_IN: &str = include_str!("../../prices.toml");

/// A price, and who says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Price {
    /// The amount, in the unit that the price's name ends with.
    pub(super) usd: Usd,
    /// The amount as the table has it.
    pub(super) written: String,
    /// Where it comes from.
    pub(super) source: String,
}

/// Names each price once: as a field, and as the key in the table.
macro_rules! prices {
    ($($key:ident),+ $(,)?) => {
        /// All prices; each field's name ends with its unit.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(super) struct Prices {
            /// The day on which the table was put together: `2026-11-20`.
            pub(super) dated: String,
            /// Where the prices hold: `us-east-1`.
            pub(super) region: String,
            $(pub(super) $key: Price,)+
        }

        impl Prices {
            /// The keys of the table, in its order.
            const KEYS: &[&str] = &[$(stringify!($key)),+];

            /// Every price with its key, in the order of the table.
            pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &Price)> {
                [$((stringify!($key), &self.$key)),+].into_iter()
            }

            fn price_mut(&mut self, key: &str) -> Option<&mut Price> {
                match key {
                    $(stringify!($key) => Some(&mut self.$key),)+
                    _ => None,
                }
            }
        }
    };
}

prices![
    http_api_usd_per_million,
    http_api_over_300_million_usd_per_million,
    rest_api_usd_per_million,
    rest_api_over_333_million_usd_per_million,
    rest_api_over_1_billion_usd_per_million,
    rest_api_over_20_billion_usd_per_million,
    lambda_usd_per_million_requests,
    lambda_arm64_usd_per_gb_second,
    dynamodb_eventual_read_usd_per_million,
];

impl Prices {
    /// The prices that are compiled in.
    ///
    /// # Errors
    /// What is wrong with the table; a test holds that nothing is.
    pub(super) fn compiled_in() -> Result<Self, Vec<Problem>> {
        let mut prices = Prices::default();
        prices.override_with(COMPILED_IN, "cli/prices.toml")?;
        Ok(prices)
    }

    /// Takes over what `text`, the file `file`, says, and keeps the rest.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its lines.
    pub(super) fn override_with(&mut self, text: &str, file: &str) -> Result<(), Vec<Problem>> {
        let table = DeTable::parse(text).map_err(|error| {
            let place = place(text, error.span().unwrap_or_default());
            vec![problem(place, error.message(), "write TOML: rest_api_usd_per_million = 3.50")]
        })?;
        let mut reader = Reader { text, file, problems: Vec::new() };
        for (key, value) in table.get_ref() {
            match (key.get_ref().as_ref(), self.price_mut(key.get_ref())) {
                (_, Some(price)) => reader.price(price, value),
                ("dated", None) => reader.date(&mut self.dated, value),
                ("region", None) => reader.text(&mut self.region, value, "write region = \"us-east-1\""),
                (unknown, None) => {
                    let remedy = format!("write dated, region, or one of {}", Prices::KEYS.join(", "));
                    reader.refuse(key.span(), format!("{unknown:?} is not the name of a price"), remedy);
                }
            }
        }
        reader.problems.sort_by_key(|problem| problem.place);
        if reader.problems.is_empty() { Ok(()) } else { Err(reader.problems) }
    }
}

/// Reads values and gathers what is wrong with them.
struct Reader<'t> {
    text: &'t str,
    file: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// `3.50`, or `{ usd = 3.50, source = "…" }`.
    fn price(&mut self, price: &mut Price, value: &Spanned<DeValue<'_>>) {
        const REMEDY: &str = "write { usd = 3.50, source = \"where it comes from\" }";
        let DeValue::Table(fields) = value.get_ref() else {
            price.source = self.file.to_owned();
            return self.amount(price, value);
        };
        if fields.get("usd").is_none() {
            self.refuse(value.span(), "the price has no usd", REMEDY);
        }
        price.source = self.file.to_owned();
        for (key, value) in fields {
            match key.get_ref().as_ref() {
                "usd" => self.amount(price, value),
                "source" => self.text(&mut price.source, value, REMEDY),
                unknown => self.refuse(key.span(), format!("{unknown:?} is not a field of a price"), REMEDY),
            }
        }
    }

    /// The digits as they stand in the file: a float would not keep them.
    fn amount(&mut self, price: &mut Price, value: &Spanned<DeValue<'_>>) {
        let written = self.text.get(value.span()).unwrap_or_default();
        let number = matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_));
        match if number { Usd::parse(written) } else { Err(NoAmount::NotPlain) } {
            Ok(usd) => (price.usd, price.written) = (usd, written.to_owned()),
            Err(why) => {
                let shown: String = written.chars().take(60).collect();
                let (what, remedy) = match why {
                    NoAmount::Negative => ("is negative", "write what AWS charges, 0 or more: 3.50"),
                    NoAmount::NotPlain => {
                        ("is not a plain decimal number", "write digits without quotes: 0.0000133334")
                    }
                    NoAmount::TooFine => ("has more than twelve decimals", "round it: 0.0000133334"),
                    NoAmount::TooMuch => ("is more than 1000 dollars", "write the price in its unit, in dollars: 3.50"),
                };
                self.refuse(value.span(), format!("the price {shown} {what}"), remedy);
            }
        }
    }

    fn text(&mut self, into: &mut String, value: &Spanned<DeValue<'_>>, remedy: &str) {
        match value.get_ref().as_str() {
            Some(text) => text.clone_into(into),
            None => self.refuse(value.span(), "this is not a text", remedy),
        }
    }

    fn date(&mut self, into: &mut String, value: &Spanned<DeValue<'_>>) {
        let day = |text: &&str| {
            let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            shape == "0000-00-00"
        };
        match value.get_ref().as_str().filter(day) {
            Some(date) => date.clone_into(into),
            None => self.refuse(value.span(), "this is not a day", "write dated = \"2026-11-20\""),
        }
    }

    fn refuse(&mut self, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(problem(place(self.text, span), message, remedy));
    }
}

fn problem(place: Place, message: impl Into<String>, remedy: impl Into<String>) -> Problem {
    Problem { place, message: message.into(), remedy: remedy.into() }
}

/// The line and column at which a span of bytes begins.
fn place(text: &str, span: Range<usize>) -> Place {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

#[cfg(test)]
mod tests;
