//! US dollars without rounding, and shares of a whole: no float, so that nothing drifts in what is printed.

use std::{iter::Sum, ops::Add};

/// Digits behind the point that are kept.
const DECIMALS: u32 = 12;
const PER_DOLLAR: u128 = 10_u128.pow(DECIMALS);
const MILLION: u128 = 1_000_000;

/// The most that a price may be. With it nothing here comes near the end of 128 bits: a million calls of 29 s are then
/// 4 × 10²¹ units of 10⁻¹² dollars, and 10¹² times that are 4 × 10³³.
const MOST_DOLLARS: u128 = 1_000;

/// An amount in units of 10⁻¹² dollars. Prices of AWS have up to ten decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Usd(u128);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAmount {
    /// It begins with a minus sign.
    Negative,
    /// It is something else than digits with a point in between.
    NotPlain,
    /// It has more than twelve digits behind the point.
    TooFine,
    /// It is more than a thousand dollars.
    TooMuch,
}

impl Usd {
    /// Reads `0.0000133334` or `1_000`, exactly.
    ///
    /// # Errors
    /// Why it is not an amount.
    pub(super) fn parse(text: &str) -> Result<Self, NoAmount> {
        let units = decimal(text, DECIMALS)?;
        if units > MOST_DOLLARS * PER_DOLLAR { Err(NoAmount::TooMuch) } else { Ok(Usd(units)) }
    }

    /// `count` times as much.
    pub(super) fn times(self, count: u64) -> Self {
        Usd(self.0.saturating_mul(count.into()))
    }

    /// What `requests` cost at this price a million. Less than 10⁻¹² dollars is dropped.
    pub(super) fn per_million_of(self, requests: u64) -> Self {
        Usd(self.times(requests).0 / MILLION)
    }

    /// What is left of it after `other`, if it is that much.
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Usd)
    }

    /// How often the whole of `other` goes into it; never, if that is nothing.
    pub(super) fn over(self, other: Self) -> Option<u64> {
        self.0.checked_div(other.0).map(|times| u64::try_from(times).unwrap_or(u64::MAX))
    }

    /// Whole millionths of a dollar, half of one rounded up.
    pub(super) fn micro(self) -> u64 {
        u64::try_from(self.rounded(6)).unwrap_or(u64::MAX)
    }

    /// The amount with so many decimals, half rounded up: `1.265`.
    pub(super) fn text(self, decimals: u32) -> String {
        let unit = 10_u128.pow(decimals);
        let rounded = self.rounded(decimals);
        format!("{}.{:0width$}", rounded / unit, rounded % unit, width = usize::try_from(decimals).unwrap_or_default())
    }

    fn rounded(self, decimals: u32) -> u128 {
        let step = 10_u128.pow(DECIMALS.saturating_sub(decimals));
        self.0.saturating_add(step / 2) / step
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Usd(self.0.saturating_add(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Usd::default(), Add::add)
    }
}

/// A share of a whole, in millionths: 0 to 1,000,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share(u32);

impl Share {
    /// Reads `0.95`. (The value of an option: `clap` shows the sentence.)
    ///
    /// # Errors
    /// What to write.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let millionths = decimal(text, 6).ok().and_then(|millionths| u32::try_from(millionths).ok());
        let share = millionths.filter(|millionths| *millionths <= 1_000_000).map(Share);
        share.ok_or_else(|| "write a share from 0 to 1 with at most six decimals, such as 0.95".to_owned())
    }

    /// In millionths of the whole.
    pub(super) fn millionths(self) -> u32 {
        self.0
    }

    /// What is left of the whole, of `amount`. Less than 10⁻¹² dollars is dropped.
    pub(super) fn rest_of(self, amount: Usd) -> Usd {
        amount.per_million_of(u64::from(1_000_000_u32.saturating_sub(self.0)))
    }

    /// `95 %`, `99.5 %`.
    pub(super) fn text(self) -> String {
        let decimals = format!("{:04}", self.0 % 10_000);
        let percent = format!("{}.{}", self.0 / 10_000, decimals);
        format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A decimal number in units of its last of `decimals` digits. `_` may stand between digits.
fn decimal(text: &str, decimals: u32) -> Result<u128, NoAmount> {
    if text.starts_with('-') {
        return Err(NoAmount::Negative);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| {
        let part: String = part.chars().filter(|c| *c != '_').collect();
        (!part.is_empty() && part.chars().all(|c| c.is_ascii_digit())).then_some(part)
    };
    let (whole, fraction) = (digits(whole).ok_or(NoAmount::NotPlain)?, digits(fraction).ok_or(NoAmount::NotPlain)?);
    let width = usize::try_from(decimals).unwrap_or_default();
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > width {
        return Err(NoAmount::TooFine);
    }
    let units = format!("{whole}{fraction:0<width$}").parse();
    units.map_err(|_| NoAmount::TooMuch)
}

#[cfg(test)]
mod tests;
