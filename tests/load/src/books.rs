//! The books of the shop, and whether they agree: from what is kept and what customers were told to what differs.
//!
//! An amount is whole minor units; the shop of a run sells in one currency.

use std::collections::{BTreeMap, BTreeSet};

/// Pieces of each article, by SKU.
pub type Lines = BTreeMap<String, u64>;

/// Answers, by route and the first digit of their status.
pub type Answers = BTreeMap<(String, u8), u64>;

/// A cart.
#[derive(Clone, Debug, Default)]
pub struct Cart {
    /// Whether it was checked out.
    pub frozen: bool,
    /// What is in it.
    pub lines: Lines,
}

/// An order.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// How far it is.
    pub status: String,
    /// What was ordered.
    pub lines: Lines,
    /// Its price.
    pub total: u64,
}

/// An order's payment.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    /// `captured`, `refunded`, or something before.
    pub state: String,
    /// Of the last attempt.
    pub amount: u64,
}

/// Pieces of an article that is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shelf {
    /// When the shop opened.
    pub at_first: u64,
    /// Now.
    pub left: u64,
}

/// Money that moved at the bank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// `capture` or `refund`.
    pub kind: String,
    /// How much.
    pub amount: u64,
}

/// What is kept. Orders, payments and movements are by the order's id, which is its cart's.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The table of carts.
    pub carts: BTreeMap<String, Cart>,
    /// The table of orders.
    pub orders: BTreeMap<String, Order>,
    /// The table of payments.
    pub payments: BTreeMap<String, Payment>,
    /// The bank's ledger.
    pub bank: BTreeMap<String, Vec<Movement>>,
    /// The table of products, by SKU.
    pub shelves: BTreeMap<String, Shelf>,
    /// The usage ledger, without the routes that only the access log tells of.
    pub usage: Answers,
}

/// What customers were told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The orders that a checkout was answered with.
    pub orders: BTreeMap<String, Lines>,
    /// Those that a payment was answered with 201 for.
    pub paid: BTreeSet<String>,
    /// Those whose delivery was started.
    pub started: BTreeSet<String>,
    /// Every answer of the router.
    pub answers: Answers,
    /// Answers that no customer should get, and requests without one.
    pub surprises: Vec<String>,
}

/// One comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What is compared.
    pub name: &'static str,
    /// How many things were.
    pub compared: usize,
    /// What differs, and on which side it is what.
    pub differences: Vec<String>,
}

/// How many orders there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All of them.
    pub orders: usize,
    /// Whose price was taken and kept.
    pub captured: usize,
    /// Whose price was given back.
    pub refunded: usize,
    /// Nobody has paid these.
    pub unpaid: Vec<String>,
}

/// Every comparison.
pub fn check(kept: &Kept, told: &Told) -> Vec<Check> {
    vec![
        Check { name: "no answer is a surprise", compared: told.answers.len(), differences: told.surprises.clone() },
        orders(kept, told),
        carts(kept),
        payments(kept, told),
        bank(kept),
        stock(kept),
        usage(kept, told),
    ]
}

/// The sum that every order is in once.
pub fn summary(kept: &Kept) -> Summary {
    let of = |state: &str| kept.orders.keys().filter(|id| state_of(kept, id) == state).count();
    let is_unpaid = |id: &&String| !["captured", "refunded"].contains(&state_of(kept, id));
    Summary {
        orders: kept.orders.len(),
        captured: of("captured"),
        refunded: of("refunded"),
        unpaid: kept.orders.keys().filter(is_unpaid).cloned().collect(),
    }
}

fn state_of<'k>(kept: &'k Kept, order: &str) -> &'k str {
    kept.payments.get(order).map_or("none", |payment| &payment.state)
}

fn orders(kept: &Kept, told: &Told) -> Check {
    let name = "orders are those that customers were told of";
    compared(name, union(&kept.orders, &told.orders), |id| match (kept.orders.get(id), told.orders.get(id)) {
        (Some(order), Some(lines)) if order.lines == *lines => None,
        (Some(order), Some(lines)) => Some(format!("holds {:?}, and the customer was told {lines:?}", order.lines)),
        (Some(_), None) => Some("is an order that no customer was told of".to_owned()),
        (None, _) => Some("is no order, and a customer was told of it".to_owned()),
    })
}

fn carts(kept: &Kept) -> Check {
    let name = "carts that were checked out are orders, line for line";
    compared(name, union(&kept.carts, &kept.orders), |id| match (kept.carts.get(id), kept.orders.get(id)) {
        (Some(cart), Some(order)) if cart.frozen && cart.lines == order.lines => None,
        (Some(cart), None) if !cart.frozen => None,
        (Some(cart), Some(_)) if !cart.frozen => Some("is an order of a cart that is still open".to_owned()),
        (Some(cart), Some(order)) => Some(format!("has the cart {:?} and the order {:?}", cart.lines, order.lines)),
        (Some(_), None) => Some("is a cart that was checked out and made no order".to_owned()),
        (None, _) => Some("is an order of no cart".to_owned()),
    })
}

/// Orders = captured + refunded + unpaid, and each is as far as its money is.
fn payments(kept: &Kept, told: &Told) -> Check {
    compared("orders are as far as their payments", union(&kept.orders, &kept.payments), |id| {
        let Some(order) = kept.orders.get(id) else { return Some("is paid and no order".to_owned()) };
        let (state, status) = (state_of(kept, id), order.status.as_str());
        let has_gone = |state| ["captured", "refunded"].contains(&state);
        let expected = match status {
            "delivered" => state == "captured",
            "refunded" => state == "refunded",
            "placed" | "expired" => !told.started.contains(id) && !has_gone(state),
            _ => false,
        };
        let amount = kept.payments.get(id).map(|payment| payment.amount);
        match () {
            () if !expected => Some(format!("is {status}, and its payment {state}")),
            () if told.paid.contains(id) && !has_gone(state) => {
                Some(format!("has the payment {state}, and the customer was told that it is paid"))
            }
            () if has_gone(state) && amount != Some(order.total) => {
                Some(format!("costs {}, and its payment is of {amount:?}", order.total))
            }
            () => None,
        }
    })
}

fn bank(kept: &Kept) -> Check {
    compared("the bank's ledger is the table of payments", union(&kept.payments, &kept.bank), |id| {
        let moved: &[Movement] = kept.bank.get(id).map_or(&[], Vec::as_slice);
        let amount = kept.payments.get(id).map_or(0, |payment| payment.amount);
        let of = |kind: &str| Movement { kind: kind.to_owned(), amount };
        let expected = match state_of(kept, id) {
            "captured" => vec![of("capture")],
            "refunded" => vec![of("capture"), of("refund")],
            _ => Vec::new(),
        };
        (moved != expected).then(|| format!("has the payment {}, and the bank moved {moved:?}", state_of(kept, id)))
    })
}

fn stock(kept: &Kept) -> Check {
    let mut sold = Lines::new();
    let has_put_back = |order: &&Order| ["refunded", "expired"].contains(&order.status.as_str());
    for order in kept.orders.values().filter(|order| !has_put_back(order)) {
        for (sku, pieces) in &order.lines {
            *sold.entry(sku.clone()).or_default() += pieces;
        }
    }
    compared("stock at first = stock now + what was sold", kept.shelves.keys().collect(), |sku| {
        let (Shelf { at_first, left }, sold) = (kept.shelves.get(sku)?, sold.get(sku).copied().unwrap_or_default());
        (*at_first != left + sold).then(|| format!("had {at_first} pieces, has {left}, and {sold} were sold"))
    })
}

fn usage(kept: &Kept, told: &Told) -> Check {
    let names: BTreeSet<_> = kept.usage.keys().chain(told.answers.keys()).collect();
    let differences = names.iter().filter_map(|name| {
        let count = |answers: &Answers| answers.get(*name).copied().unwrap_or_default();
        let (counted, given) = (count(&kept.usage), count(&told.answers));
        let (route, class) = name;
        (counted != given).then(|| format!("{route}, {class}xx: {counted} in the ledger, {given} answered"))
    });
    Check { name: "the usage ledger is what was answered", compared: names.len(), differences: differences.collect() }
}

/// The names on either side.
fn union<'m, A, B>(one: &'m BTreeMap<String, A>, other: &'m BTreeMap<String, B>) -> BTreeSet<&'m String> {
    one.keys().chain(other.keys()).collect()
}

fn compared(name: &'static str, names: BTreeSet<&String>, differs: impl Fn(&str) -> Option<String>) -> Check {
    let differences = names.iter().filter_map(|name| Some(format!("{name} {}", differs(name)?))).collect();
    Check { name, compared: names.len(), differences }
}

#[cfg(test)]
mod tests;
