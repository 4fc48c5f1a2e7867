//! Money: a whole number of a currency's minor units. Never a float, which cannot hold a tenth.

use std::fmt;

/// An ISO 4217 code: three upper-case letters. Which codes exist is the price list's business, not the cart's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency([u8; 3]);

/// An amount in minor units, such as 1999 for 19.99 EUR or 1999 JPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// How many minor units.
    pub amount: u64,
    /// Of what.
    pub currency: Currency,
}

/// Why an amount cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyProblem {
    /// The result does not fit.
    #[error("the amount does not fit in 64 bits")]
    Overflow,
    /// Two currencies have no sum.
    #[error("{0} and {1} do not add up")]
    CurrencyDiffers(Currency, Currency),
}

impl Currency {
    /// The currency that `code` names.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Currency(letters))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl Money {
    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Money { amount: 0, currency }
    }

    /// `count` times this.
    ///
    /// # Errors
    /// [`MoneyProblem::Overflow`].
    pub fn times(self, count: u64) -> Result<Self, MoneyProblem> {
        let amount = self.amount.checked_mul(count).ok_or(MoneyProblem::Overflow)?;
        Ok(Money { amount, ..self })
    }

    /// This and `other` together.
    ///
    /// # Errors
    /// Both kinds of [`MoneyProblem`].
    pub fn plus(self, other: Money) -> Result<Self, MoneyProblem> {
        if self.currency != other.currency {
            return Err(MoneyProblem::CurrencyDiffers(self.currency, other.currency));
        }
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyProblem::Overflow)?;
        Ok(Money { amount, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: u64, currency: &str) -> Money {
        Money { amount, currency: Currency::parse(currency).unwrap() }
    }

    #[test]
    fn a_currency_is_three_upper_case_letters() {
        for code in ["EUR", "JPY", "XXX"] {
            assert_eq!(Currency::parse(code).unwrap().to_string(), code);
        }
        for code in ["", "EU", "EURO", "eur", "E1R", "€", "ÄÖ", " EUR"] {
            assert_eq!(Currency::parse(code), None, "{code:?}");
        }
    }

    #[test]
    fn amounts_add_up_exactly_or_not_at_all() {
        let third = money(u64::MAX / 3, "EUR");
        assert_eq!(third.times(3), Ok(money(u64::MAX, "EUR")));
        assert_eq!(third.times(4), Err(MoneyProblem::Overflow));
        assert_eq!(money(1, "EUR").plus(money(2, "EUR")), Ok(money(3, "EUR")));
        assert_eq!(money(1, "EUR").plus(money(u64::MAX, "EUR")), Err(MoneyProblem::Overflow));
        let (euro, yen) = (money(1, "EUR"), money(1, "JPY"));
        assert_eq!(euro.plus(yen), Err(MoneyProblem::CurrencyDiffers(euro.currency, yen.currency)));
    }
}
