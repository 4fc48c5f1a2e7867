//! A cart and its rules: functions from a cart to the next one.

use std::{collections::BTreeMap, fmt};

use crate::{
    customer::Customer,
    item::{Item, MAX_QUANTITY, Quantity, Sku},
    money::{Currency, Money, MoneyProblem},
};

/// The most different items in one cart: a transaction of DynamoDB has at most 100 writes, and a checkout writes the cart,
/// the order, and what is left of each item. With the longest names it is a quarter of the 400 KB that DynamoDB stores in an
/// item (a test computes it), and an answer of at most 150 KB.
pub const MAX_ITEMS: usize = 98;

/// A cart's name: 128 random bits as 32 lower-case hex digits, so that nobody guesses another's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CartId(String);

/// What the shop has of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// What it asks for one piece.
    pub price: Money,
    /// How many pieces are left, of an article that is counted.
    pub stock: Option<u64>,
}

/// The shelves of some articles, by SKU.
pub type Shelves = BTreeMap<String, Shelf>;

/// When a cart was last changed and when it expires, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The last change.
    pub updated_at_s: u64,
    /// From then on the cart is absent.
    pub expires_at_s: u64,
}

/// What somebody is about to buy. Every item is in the cart's currency and no SKU is there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// Its name.
    pub id: CartId,
    /// 1 when made, and one more with each change.
    pub version: u64,
    /// The only currency in it.
    pub currency: Currency,
    /// Since when and until when.
    pub lifetime: Lifetime,
    /// For whom it was frozen at checkout. From then on nothing in it changes.
    pub frozen_for: Option<Customer>,
    items: Vec<Item>,
    total: Money,
}

/// Why a cart cannot be changed like that. The text says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartProblem {
    /// A price in another currency than the cart's.
    #[error("the cart is in {cart} and the price in {sent}: send a price in {cart}, or make a cart in {sent}")]
    CurrencyDiffers {
        /// The cart's.
        cart: Currency,
        /// The price's.
        sent: Currency,
    },
    /// The same article at another price.
    #[error(
        "the cart holds {sku} at {held} and the price sent is {sent} (minor units): send the price that the cart holds, \
         or remove the item first"
    )]
    PriceDiffers {
        /// The article.
        sku: Sku,
        /// Its price in the cart.
        held: Money,
        /// Its price in the request.
        sent: Money,
    },
    /// More of one article than a cart takes.
    #[error("the cart holds {held} of {sku} and takes at most {MAX_QUANTITY} of an item: add at most {room}")]
    TooMany {
        /// The article.
        sku: Sku,
        /// How many there are.
        held: u64,
        /// How many may still come.
        room: u64,
    },
    /// More different articles than a cart takes.
    #[error("the cart holds {MAX_ITEMS} different items, which is the most: remove one first")]
    Full,
    /// Nothing there to change.
    #[error("the cart has no item {sku}: add it first")]
    NoSuchItem {
        /// The article that was asked for.
        sku: Sku,
    },
    /// It has become an order.
    #[error("the cart has become the order {id}, and changes no more: make another with POST /carts")]
    Frozen {
        /// The order's id, which is the cart's.
        id: CartId,
    },
    /// Nothing to order.
    #[error("the cart is empty: add an item first")]
    Empty,
    /// Nobody sells it, or not any more.
    #[error("the shop does not sell {sku}: remove the item first")]
    NotSold {
        /// The article.
        sku: Sku,
    },
    /// The shop asks another price than the cart has.
    #[error(
        "the cart holds {sku} at {held} and the shop sells it at {price} (minor units): remove the item, and add it again \
         at the shop's price"
    )]
    NotThePrice {
        /// The article.
        sku: Sku,
        /// Its price in the cart.
        held: Money,
        /// Its price in the shop.
        price: Money,
    },
    /// The shop has less of it than the cart.
    #[error("the cart holds {held} of {sku} and the shop has {left} left: change the item's quantity, or remove it")]
    Lacking {
        /// The article.
        sku: Sku,
        /// How many the cart holds.
        held: u64,
        /// How many are left.
        left: u64,
    },
    /// One article in two lines, which no change here makes.
    #[error("the cart has {sku} twice")]
    Twice {
        /// The article.
        sku: Sku,
    },
    /// The sum does not fit, which the limits keep from happening.
    #[error("the cart's total does not fit in 64 bits: remove an item first")]
    TotalTooLarge,
}

impl CartId {
    /// The id that `text` is.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 32 && text.bytes().all(hex)).then(|| CartId(text.to_owned()))
    }

    /// An id from 128 random bits.
    pub fn from_random(random: [u8; 16]) -> Self {
        CartId(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lifetime {
    /// Changed at `now_s`, and given `ttl_s` from there.
    pub fn starting(now_s: u64, ttl_s: u64) -> Self {
        Lifetime { updated_at_s: now_s, expires_at_s: now_s.saturating_add(ttl_s) }
    }

    /// Whether it is over.
    pub fn is_over(self, now_s: u64) -> bool {
        self.expires_at_s <= now_s
    }
}

impl From<MoneyProblem> for CartProblem {
    fn from(problem: MoneyProblem) -> Self {
        match problem {
            MoneyProblem::Overflow => CartProblem::TotalTooLarge,
            MoneyProblem::CurrencyDiffers(cart, sent) => CartProblem::CurrencyDiffers { cart, sent },
        }
    }
}

impl Cart {
    /// An empty cart.
    pub fn new(id: CartId, currency: Currency, lifetime: Lifetime) -> Self {
        Cart { id, version: 1, currency, lifetime, frozen_for: None, items: Vec::new(), total: Money::zero(currency) }
    }

    /// This cart with these items instead of its own, its total computed.
    ///
    /// # Errors
    /// When they do not make a cart: too many, one twice, another currency, or a total that does not fit.
    pub fn with_items(self, items: Vec<Item>) -> Result<Self, CartProblem> {
        if items.len() > MAX_ITEMS {
            return Err(CartProblem::Full);
        }
        let twice = items.iter().enumerate().find(|(at, item)| items.iter().take(*at).any(|same| same.sku == item.sku));
        if let Some((_, item)) = twice {
            return Err(CartProblem::Twice { sku: item.sku.clone() });
        }
        let none = Money::zero(self.currency);
        let total = items.iter().try_fold(none, |sum, item| sum.plus(item.line_total()))?;
        Ok(Cart { items, total, ..self })
    }

    /// This cart at another version.
    #[must_use]
    pub fn at_version(self, version: u64) -> Self {
        Cart { version, ..self }
    }

    /// This cart as it was frozen.
    #[must_use]
    pub fn frozen_for(self, customer: Option<Customer>) -> Self {
        Cart { frozen_for: customer, ..self }
    }

    /// What is in it, in the order it was added.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What it costs: the sum of the items' line totals.
    pub fn total(&self) -> Money {
        self.total
    }
}

/// Adds `item`. If its SKU is there at the same price, the quantities are summed and the name stays.
///
/// # Errors
/// [`CartProblem::CurrencyDiffers`], [`CartProblem::PriceDiffers`], [`CartProblem::TooMany`], [`CartProblem::Full`],
/// [`CartProblem::Frozen`].
pub fn add(cart: &Cart, item: Item, lifetime: Lifetime) -> Result<Cart, CartProblem> {
    // Before the prices are compared, so that a price in the wrong currency is told as such.
    Money::zero(cart.currency).plus(item.line_total())?;
    let mut items = cart.items.clone();
    match items.iter_mut().find(|held| held.sku == item.sku) {
        Some(held) => *held = together(held, &item)?,
        None => items.push(item),
    }
    next(cart, items, lifetime)
}

/// Sets the quantity of the item with `sku`.
///
/// # Errors
/// [`CartProblem::NoSuchItem`], [`CartProblem::Frozen`].
pub fn change(cart: &Cart, sku: &Sku, quantity: Quantity, lifetime: Lifetime) -> Result<Cart, CartProblem> {
    let mut items = cart.items.clone();
    let held = items.iter_mut().find(|held| held.sku == *sku);
    let held = held.ok_or_else(|| CartProblem::NoSuchItem { sku: sku.clone() })?;
    *held = held.with_quantity(quantity)?;
    next(cart, items, lifetime)
}

/// Removes the item with `sku`.
///
/// # Errors
/// [`CartProblem::NoSuchItem`], [`CartProblem::Frozen`].
pub fn remove(cart: &Cart, sku: &Sku, lifetime: Lifetime) -> Result<Cart, CartProblem> {
    let items: Vec<_> = cart.items.iter().filter(|held| held.sku != *sku).cloned().collect();
    if items.len() == cart.items.len() {
        return Err(CartProblem::NoSuchItem { sku: sku.clone() });
    }
    next(cart, items, lifetime)
}

/// Whether the cart may be thrown away.
///
/// # Errors
/// [`CartProblem::Frozen`]: whoever repeats a checkout finds the order by it.
pub fn open(cart: &Cart) -> Result<(), CartProblem> {
    if cart.frozen_for.is_some() { Err(CartProblem::Frozen { id: cart.id.clone() }) } else { Ok(()) }
}

/// Freezes the cart for `customer`: its items are there, at the shop's prices, and stay.
///
/// # Errors
/// [`CartProblem::Empty`], [`CartProblem::NotSold`], [`CartProblem::NotThePrice`], [`CartProblem::Lacking`],
/// [`CartProblem::Frozen`].
pub fn freeze(cart: &Cart, customer: Customer, shelves: &Shelves, lifetime: Lifetime) -> Result<Cart, CartProblem> {
    if cart.items.is_empty() {
        return Err(CartProblem::Empty);
    }
    for item in &cart.items {
        let sku = || item.sku.clone();
        let shelf = *shelves.get(item.sku.as_str()).ok_or_else(|| CartProblem::NotSold { sku: sku() })?;
        if shelf.price != item.unit_price() {
            return Err(CartProblem::NotThePrice { sku: sku(), held: item.unit_price(), price: shelf.price });
        }
        if let Some(left) = shelf.stock.filter(|left| *left < item.quantity().get()) {
            return Err(CartProblem::Lacking { sku: sku(), held: item.quantity().get(), left });
        }
    }
    Ok(next(cart, cart.items.clone(), lifetime)?.frozen_for(Some(customer)))
}

fn next(cart: &Cart, items: Vec<Item>, lifetime: Lifetime) -> Result<Cart, CartProblem> {
    open(cart)?;
    let next = Cart::new(cart.id.clone(), cart.currency, lifetime).with_items(items)?;
    Ok(next.at_version(cart.version.saturating_add(1)))
}

fn together(held: &Item, more: &Item) -> Result<Item, CartProblem> {
    let sku = || held.sku.clone();
    if held.unit_price() != more.unit_price() {
        return Err(CartProblem::PriceDiffers { sku: sku(), held: held.unit_price(), sent: more.unit_price() });
    }
    let (had, room) = (held.quantity().get(), MAX_QUANTITY.saturating_sub(held.quantity().get()));
    let quantity = Quantity::parse(had.saturating_add(more.quantity().get()));
    let quantity = quantity.ok_or_else(|| CartProblem::TooMany { sku: sku(), held: had, room })?;
    Ok(held.with_quantity(quantity)?)
}

#[cfg(test)]
mod tests;
