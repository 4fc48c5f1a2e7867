//! Money: a whole number of a currency's minor units.

use serde::{Deserialize, Serialize};

/// The highest amount: ten thousand million minor units. A full cart of the dearest articles stays below.
pub const MAX_AMOUNT: u64 = 10_000_000_000_000;

/// An amount in minor units, such as 1999 for 19.99 EUR, and its ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// How many minor units: 1 to [`MAX_AMOUNT`].
    pub amount: u64,
    /// Of what: three upper-case letters.
    pub currency: String,
}

impl Money {
    /// Whether it is within its limits.
    pub fn is_payable(&self) -> bool {
        let letters = self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase());
        (1..=MAX_AMOUNT).contains(&self.amount) && letters
    }
}
