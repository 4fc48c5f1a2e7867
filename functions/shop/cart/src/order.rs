//! What a frozen cart becomes.

use crate::{
    cart::{Cart, Shelves},
    customer::Customer,
    item::Sku,
};

/// The status of an order that nothing has happened to.
pub const PLACED: &str = "placed";

/// The longest status; those that are written have a handful of letters.
const MAX_STATUS_BYTES: usize = 64;

/// An order: what the cart held, for whom, and how far it is. Its id is the cart's, so that a cart becomes one order
/// however often it is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What was ordered, at which prices. Its [`Cart::frozen_for`] is [`Order::customer`].
    pub cart: Cart,
    /// For whom.
    pub customer: Customer,
    /// How far it is.
    pub status: Status,
    /// Since when it is an order, in seconds since 1970.
    pub placed_at_s: u64,
}

/// So many pieces of an article that the shop counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The article.
    pub sku: Sku,
    /// How many pieces.
    pub quantity: u64,
}

/// How far an order is: [`PLACED`] at first. What follows is for whoever pays and delivers to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status(String);

impl Status {
    /// Nothing has happened yet.
    pub fn placed() -> Self {
        Status(PLACED.to_owned())
    }

    /// The status that `text` is: 1 to 64 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=MAX_STATUS_BYTES).contains(&text.len()).then(|| Status(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Order {
    /// The order that a frozen cart becomes, the same each time; nothing of a cart that is not frozen.
    pub fn of(cart: Cart) -> Option<Self> {
        let customer = cart.frozen_for.clone()?;
        let placed_at_s = cart.lifetime.updated_at_s;
        Some(Order { cart, customer, status: Status::placed(), placed_at_s })
    }

    /// What the order takes off `shelves`.
    pub fn taken(&self, shelves: &Shelves) -> Vec<Taken> {
        let counted = |sku: &Sku| shelves.get(sku.as_str()).is_some_and(|shelf| shelf.stock.is_some());
        let items = self.cart.items().iter().filter(|item| counted(&item.sku));
        items.map(|item| Taken { sku: item.sku.clone(), quantity: item.quantity().get() }).collect()
    }
}
