//! Money without floating point: a decimal has twelve places, an amount is whole minor units of its currency.

use std::fmt;

/// Places after the point.
const PLACES: u32 = 12;

/// One.
const ONE: i128 = 1_000_000_000_000;

/// The largest whole part: no product of it and a count of requests leaves 127 bits.
const MAX_WHOLE: i128 = 1_000_000;

/// A decimal number with at most twelve places, from 0 to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Decimal(i128);

/// Whole minor units: cents of a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(pub i128);

/// A currency, by its ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    code: String,
    digits: u32,
}

/// What becomes of half a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// It is a whole one.
    HalfUp,
    /// It goes to the even neighbour.
    HalfEven,
}

/// Currencies whose minor unit is not a hundredth. (ISO 4217, list one.)
const OTHER_DIGITS: [(&str, u32); 23] = [
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("ISK", 0),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("PYG", 0),
    ("RWF", 0),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("TND", 3),
];

impl Decimal {
    /// Reads `0.0000035`. Nothing where it is no decimal, has more than twelve places, or is over a million.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let good = !whole.is_empty() && digits(whole) && digits(part) && !text.ends_with('.');
        if !good || part.len() > 12 || whole.len() > 7 {
            return None;
        }
        let whole: i128 = whole.parse().ok()?;
        let part: i128 = format!("{part:0<12}").parse().ok()?;
        (whole < MAX_WHOLE || (whole == MAX_WHOLE && part == 0)).then(|| Decimal(whole * ONE + part))
    }

    /// The price of `quantity`, where this is the price of `per` of them, in a currency's minor units.
    pub fn times(self, quantity: u64, per: u64, currency: &Currency, rounding: Rounding) -> Amount {
        let exact = self.0.saturating_mul(i128::from(quantity));
        let unit = 10i128.pow(PLACES.saturating_sub(currency.digits)).saturating_mul(i128::from(per.max(1)));
        let (whole, rest) = (exact / unit, exact % unit);
        let up = match rounding {
            Rounding::HalfUp => rest * 2 >= unit,
            Rounding::HalfEven => rest * 2 > unit || (rest * 2 == unit && whole % 2 == 1),
        };
        Amount(whole + i128::from(up))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:012}", self.0 / ONE, self.0 % ONE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Currency {
    /// Reads a code: three capital letters.
    pub fn parse(code: &str) -> Option<Self> {
        let good = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let digits = OTHER_DIGITS.iter().find(|(other, _)| *other == code).map_or(2, |(_, digits)| *digits);
        good.then(|| Currency { code: code.to_owned(), digits })
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// An amount with its point: `12.30`.
    pub fn show(&self, amount: Amount) -> String {
        if self.digits == 0 {
            return amount.0.to_string();
        }
        let unit = 10i128.pow(self.digits);
        let places = usize::try_from(self.digits).unwrap_or_default();
        format!("{}.{:0places$}", amount.0 / unit, amount.0 % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_read_as_it_is_shown() {
        for text in ["0", "0.0000035", "3.5", "1000000", "0.000000000001"] {
            assert_eq!(Decimal::parse(text).map(|decimal| decimal.to_string()).as_deref(), Some(text));
        }
        for no in ["", ".5", "5.", "-1", "1e3", "1_0", "0.0000000000001", "1000000.1", "99999999", "½", "1.5.2"] {
            assert_eq!(Decimal::parse(no), None, "{no}");
        }
    }

    #[test]
    fn a_price_is_exact_and_rounded_once() {
        let check = |price: &str, quantity, per, code: &str, rounding, expected: &str| {
            let currency = Currency::parse(code).unwrap();
            let amount = Decimal::parse(price).unwrap().times(quantity, per, &currency, rounding);
            assert_eq!(currency.show(amount), expected, "{price} × {quantity} / {per}");
        };
        check("0.0000035", 1_000_000, 1, "USD", Rounding::HalfUp, "3.50");
        check("3.50", 1_234_567, 1_000_000, "USD", Rounding::HalfUp, "4.32");
        // Binary fractions have neither of these.
        check("0.1", 3, 1, "USD", Rounding::HalfUp, "0.30");
        check("0.005", 1, 1, "USD", Rounding::HalfUp, "0.01");
        check("0.005", 1, 1, "USD", Rounding::HalfEven, "0.00");
        check("0.015", 1, 1, "USD", Rounding::HalfEven, "0.02");
        check("0.5", 1, 1, "JPY", Rounding::HalfUp, "1");
        check("0.0005", 1, 1, "KWD", Rounding::HalfUp, "0.001");
        check("1", 1, 3, "USD", Rounding::HalfEven, "0.33");
        check("1000000", u64::MAX, 1, "USD", Rounding::HalfUp, "18446744073709551615000000.00");
    }
}
