//! What usage costs.

use crate::{Amount, Currency, Decimal, Hour, RecordKey, Rounding, Totals};

/// Prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceBook {
    /// In what they are.
    pub currency: Currency,
    /// How each line is rounded to minor units. A sum of lines is exact.
    pub rounding: Rounding,
    /// What a month costs at least, in which there was any usage.
    pub minimum: Option<Amount>,
    /// What is priced.
    pub items: Vec<PriceItem>,
}

/// Something that has a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceItem {
    /// Its name, which no other item has.
    pub id: String,
    /// What it is, for people.
    pub description: String,
    /// What is counted.
    pub quantity: Quantity,
    /// The usage plans whose usage it is; none: all.
    pub plans: Vec<String>,
    /// The routes whose usage it is; none: all.
    pub routes: Vec<String>,
    /// The stages whose usage it is; none: all.
    pub stages: Vec<String>,
    /// Its prices over time, by their first hour; before the first one it costs nothing.
    pub versions: Vec<PriceVersion>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Answers.
    Requests,
    /// Units of quota.
    Units,
    /// Bytes of requests' bodies.
    BytesIn,
    /// Bytes of answers' bodies.
    BytesOut,
}

/// A price from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceVersion {
    /// From when on, the start of a day.
    pub from: Hour,
    /// How many of a month cost nothing: the first ones.
    pub included: u64,
    /// For how many a step's price is.
    pub per: u64,
    /// How steps are applied.
    pub tiers: Tiers,
    /// The steps, by their end; the last has none.
    pub steps: Vec<Step>,
}

/// How steps are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiers {
    /// Each unit has the price of the step that it falls into.
    Graduated,
    /// All units have the price of the step that the month's last one falls into.
    Volume,
}

/// One step of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The last unit of a month that is in it; none: all others.
    pub up_to: Option<u64>,
    /// The price.
    pub price: Decimal,
}

impl PriceItem {
    /// Whether usage of a record is this item's.
    pub fn covers(&self, key: &RecordKey) -> bool {
        let within = |names: &[String], name: &String| names.is_empty() || names.contains(name);
        within(&self.plans, &key.plan) && within(&self.routes, &key.route) && within(&self.stages, &key.stage)
    }
}

impl Quantity {
    /// How much of it was counted.
    pub fn of(self, totals: &Totals) -> u64 {
        match self {
            Quantity::Requests => totals.requests,
            Quantity::Units => totals.units,
            Quantity::BytesIn => totals.bytes_in,
            Quantity::BytesOut => totals.bytes_out,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Requests => "requests",
            Quantity::Units => "units",
            Quantity::BytesIn => "bytesIn",
            Quantity::BytesOut => "bytesOut",
        }
    }
}
