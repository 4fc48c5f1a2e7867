//! Decimal numbers, compared and divided without rounding.

use std::cmp::Ordering;

/// A number: `0.digits * 10^point`, negative or not. Two spellings of one number are the same decimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    negative: bool,
    /// From the first digit that is not zero to the last; none in zero.
    digits: Box<[u8]>,
    /// Where the point stands, counted from before the first digit.
    point: i64,
}

/// The divisor of a `multipleOf`: `digits * 10^exponent`, above zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Divisor {
    digits: u64,
    exponent: i64,
}

impl Decimal {
    /// The number that a JSON number writes.
    pub(crate) fn of(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        let leading = all().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all().skip(leading).collect();
        digits.truncate(digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1));
        if digits.is_empty() {
            return Decimal { negative: false, digits: Box::default(), point: 0 };
        }
        let point = length(whole.len()).saturating_sub(length(leading)).saturating_add(exponent_of(exponent));
        Decimal { negative, digits: digits.into(), point }
    }

    /// How many digits it has behind the last one that counts: its value is its digits times ten to this.
    fn exponent(&self) -> i64 {
        self.point.saturating_sub(length(self.digits.len()))
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    /// Whether it is `divisor` times a whole number.
    pub(crate) fn is_multiple_of(&self, divisor: Divisor) -> bool {
        if self.is_zero() {
            return true;
        }
        // The digits do not end in zero, so that no power of ten divides them.
        let Ok(zeros) = u64::try_from(self.exponent().saturating_sub(divisor.exponent)) else { return false };
        let by = u128::from(divisor.digits);
        let digits = self.digits.iter().fold(0, |rest, digit| (rest * 10 + u128::from(digit - b'0')) % by);
        (digits * power_of_ten(zeros, by)).is_multiple_of(by)
    }
}

impl Divisor {
    /// `decimal` as a divisor; none if it is not above zero or has more than 18 digits that count.
    pub(crate) fn of(decimal: &Decimal) -> Option<Self> {
        let digits = std::str::from_utf8(&decimal.digits).ok()?;
        let digits = digits.parse().ok().filter(|_| !decimal.negative && digits.len() <= 18)?;
        Some(Divisor { digits, exponent: decimal.exponent() })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `10^exponent % by`, for `by` below 2^64.
fn power_of_ten(mut exponent: u64, by: u128) -> u128 {
    let (mut power, mut square) = (1 % by, 10 % by);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * square % by;
        }
        square = square * square % by;
        exponent /= 2;
    }
    power
}

/// An exponent's value. Beyond an `i64` it no longer matters how large it is.
fn exponent_of(text: &str) -> i64 {
    let bound = if text.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    text.parse().unwrap_or(bound).clamp(i64::MIN / 2, i64::MAX / 2)
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        let check = |a: &str, b: &str, expected: Ordering| {
            let (first, second) = (Decimal::of(a), Decimal::of(b));
            assert_eq!(first.cmp(&second), expected, "{a} {b}");
            assert_eq!(second.cmp(&first), expected.reverse(), "{b} {a}");
            assert_eq!(first == second, expected == Ordering::Equal, "{a} {b}");
        };
        check("1", "1.0", Ordering::Equal);
        check("100", "1e2", Ordering::Equal);
        check("0.001", "1E-3", Ordering::Equal);
        check("-0", "0.0e9", Ordering::Equal);
        check("120", "1.2e+2", Ordering::Equal);
        check("9", "10", Ordering::Less);
        check("-9", "-10", Ordering::Greater);
        check("-1", "1", Ordering::Less);
        check("0", "0.1", Ordering::Less);
        check("0", "-0.1", Ordering::Greater);
        check("9007199254740993", "9007199254740992", Ordering::Greater);
        check("0.1", "0.1000000000000000000000001", Ordering::Less);
        check("1e99999999999999999999", "1e9999", Ordering::Greater);
        check("1e-99999999999999999999", "1e-9999", Ordering::Less);
        check("12", "123", Ordering::Less);
    }

    #[test]
    fn multiples_are_exact() {
        let check = |number: &str, divisor: &str, expected: bool| {
            let by = Divisor::of(&Decimal::of(divisor)).unwrap();
            assert_eq!(Decimal::of(number).is_multiple_of(by), expected, "{number} {divisor}");
        };
        check("1.5", "0.5", true);
        check("0.3", "0.1", true);
        check("0.3", "0.5", false);
        check("4.02", "0.01", true);
        check("19.99", "0.01", true);
        check("19.999", "0.01", false);
        check("7", "2", false);
        check("-8", "2", true);
        check("0", "3", true);
        check("1e1000000000", "3", false);
        check("3e1000000000", "3", true);
        check("1e1000000000", "1e999999999", true);
        check("1e-400", "1", false);
        check("123456789012345678901234567890", "10", true);
        check("123456789012345678901234567890", "9", true);
        check("123456789012345678901234567891", "9", false);
        check("1e3", "123e-1", false);
    }

    #[test]
    fn only_what_is_above_zero_divides() {
        for divisor in ["0", "-1", "0.0", "1234567890123456789"] {
            assert!(Divisor::of(&Decimal::of(divisor)).is_none(), "{divisor}");
        }
        assert!(Divisor::of(&Decimal::of("123456789012345678e-300")).is_some());
    }
}
