//! One line of a cart: what, how many, at what price.

use std::fmt;

use crate::money::{Money, MoneyProblem};

/// The longest SKU. Longer ones are rare, and a SKU is a path segment: with its cart's path it stays far below the
/// 10,240 bytes that API Gateway gives a request line and its headers.
pub const MAX_SKU_BYTES: usize = 64;

/// The longest name: two lines of a shopping list. It is shown, not searched.
pub const MAX_NAME_CHARS: usize = 200;

/// The most of one item. More is a business order, which has its own desk; three digits also catch a slipped finger.
pub const MAX_QUANTITY: u64 = 999;

/// The highest price of one piece: a million in a currency with two decimals. With [`MAX_QUANTITY`] a line stays below
/// 10^11 and a full cart's total below 10^13, which is exact even where JSON numbers are read as floats (2^53 is 9 ×
/// 10^15).
pub const MAX_UNIT_PRICE: u64 = 100_000_000;

/// The seller's name for an article: 1 to [`MAX_SKU_BYTES`] of `A-Z a-z 0-9 . _ -`, but not `.` or `..`, which a path
/// cannot carry as a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sku(String);

/// An article's name as people read it: 1 to [`MAX_NAME_CHARS`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemName(String);

/// How many: 1 to [`MAX_QUANTITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(u64);

/// The price of one piece: at most [`MAX_UNIT_PRICE`]. Zero is a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice(Money);

/// One line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which article. A cart has each at most once.
    pub sku: Sku,
    /// Its name.
    pub name: ItemName,
    quantity: Quantity,
    unit_price: UnitPrice,
    line_total: Money,
}

impl Sku {
    /// The SKU that `text` is.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let fits = (1..=MAX_SKU_BYTES).contains(&text.len()) && text.bytes().all(letters);
        (fits && text != "." && text != "..").then(|| Sku(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ItemName {
    /// The name that `text` is.
    pub fn parse(text: &str) -> Option<Self> {
        // One more than fits is enough to count.
        let chars = text.chars().take(MAX_NAME_CHARS + 1).count();
        (1..=MAX_NAME_CHARS).contains(&chars).then(|| ItemName(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Quantity {
    /// The quantity that `count` is.
    pub fn parse(count: u64) -> Option<Self> {
        (1..=MAX_QUANTITY).contains(&count).then_some(Quantity(count))
    }

    /// As a number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl UnitPrice {
    /// The price that `money` is.
    pub fn parse(money: Money) -> Option<Self> {
        (money.amount <= MAX_UNIT_PRICE).then_some(UnitPrice(money))
    }

    /// As money.
    pub fn money(self) -> Money {
        self.0
    }
}

impl Item {
    /// A line of a cart.
    ///
    /// # Errors
    /// [`MoneyProblem::Overflow`], when the line's total does not fit. The limits above keep it from happening.
    pub fn new(sku: Sku, name: ItemName, quantity: Quantity, unit_price: UnitPrice) -> Result<Self, MoneyProblem> {
        let line_total = unit_price.money().times(quantity.get())?;
        Ok(Item { sku, name, quantity, unit_price, line_total })
    }

    /// The same line with another quantity.
    ///
    /// # Errors
    /// As [`Item::new`].
    pub fn with_quantity(&self, quantity: Quantity) -> Result<Self, MoneyProblem> {
        Item::new(self.sku.clone(), self.name.clone(), quantity, self.unit_price)
    }

    /// How many.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// What one costs.
    pub fn unit_price(&self) -> Money {
        self.unit_price.money()
    }

    /// What all of them cost.
    pub fn line_total(&self) -> Money {
        self.line_total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn a_sku_can_stand_in_a_path() {
        for text in ["a", "TEA-1", "a.b_c-D9", "...", "a..", &"x".repeat(64)] {
            assert_eq!(Sku::parse(text).unwrap().as_str(), text);
        }
        for text in ["", ".", "..", "a b", "a/b", "ä", "a%20b", "a\n", &"x".repeat(65)] {
            assert_eq!(Sku::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_name_is_counted_in_characters() {
        assert!(ItemName::parse(&"茶".repeat(200)).is_some());
        assert!(ItemName::parse(&"t".repeat(201)).is_none());
        assert!(ItemName::parse("").is_none());
    }

    #[test]
    fn quantities_and_prices_have_limits() {
        let price = |amount| UnitPrice::parse(Money { amount, currency: Currency::parse("EUR").unwrap() });
        assert_eq!([0, 1, 999, 1000].map(|count| Quantity::parse(count).is_some()), [false, true, true, false]);
        assert_eq!([0, 100_000_000, 100_000_001].map(|amount| price(amount).is_some()), [true, true, false]);
    }
}
