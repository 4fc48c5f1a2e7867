//! What one customer does, again and again: looks around, fills a cart, checks out, pays, waits for the delivery; or not.

use std::{
    thread,
    time::{Duration, Instant},
};

use e2e::{Answer, Call, Stack};
use serde_json::{Value, json};

use crate::{
    books::Lines,
    journal::{Journal, Step},
    shop::{Shop, line},
};

const LIST: Step = Step::new("browse a category", "GET /products");
const LOOK: Step = Step::new("look at a product", "GET /products/{sku}");
const CART: Step = Step::new("take a cart", "POST /carts");
const ADD: Step = Step::new("add an item", "POST /carts/{cartId}/items");
const READ: Step = Step::native("read the cart", "GET /carts/{cartId}");
const CHECK_OUT: Step = Step::new("check out", "POST /carts/{cartId}/checkout");
const PAY: Step = Step::native("pay", "POST /orders/{orderId}/payments");
const DELIVER: Step = Step::new("start the delivery", "POST /orders/{orderId}/delivery");
const ORDER: Step = Step::new("look at the order", "GET /orders/{orderId}");

/// Every kind of request, in the order in which a customer sends them.
pub const STEPS: [Step; 9] = [LIST, CART, LOOK, ADD, READ, CHECK_OUT, PAY, DELIVER, ORDER];

/// How often a payment that the bank kept silent about is sent again.
const ATTEMPTS: usize = 10;

/// Longer than the carrier is waited for, on the local stack, by everybody at once.
const PATIENCE: Duration = Duration::from_secs(180);

/// The pause between two looks at an order that is under way.
const PAUSE: Duration = Duration::from_millis(200);

/// What a customer has in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visit {
    /// Buys, and pays with this card.
    Buys(&'static str),
    /// Buys what the carrier will not deliver.
    BuysInVain,
    /// Buys what may have run out.
    Seeks,
    /// Sends the checkout and the payment several times.
    Repeats,
    /// Is declined, and pays with another card.
    IsDeclined,
    /// Fills a cart and is gone.
    LeavesACart,
    /// Checks out and never pays.
    LeavesAnOrder,
}

/// What happens how often. Each customer begins somewhere else.
const VISITS: [Visit; 12] = [
    Visit::Buys("tok_visa"),
    Visit::BuysInVain,
    Visit::Repeats,
    Visit::Seeks,
    Visit::IsDeclined,
    Visit::LeavesACart,
    Visit::Buys("tok_slow"),
    Visit::Seeks,
    Visit::LeavesAnOrder,
    Visit::Buys("tok_silent"),
    Visit::Seeks,
    Visit::Buys("tok_visa"),
];

/// One customer.
pub struct Shopper<'r> {
    shop: &'r Shop,
    journal: &'r Journal,
    number: u32,
    name: String,
}

impl<'r> Shopper<'r> {
    /// The customer of that number. The carrier loses the first callback to one of six.
    pub fn new(shop: &'r Shop, journal: &'r Journal, number: u32) -> Self {
        let name = format!("{}customer-{number}", if number % 6 == 5 { "lost-" } else { "" });
        Shopper { shop, journal, number, name }
    }

    /// Comes again and again.
    pub fn buy_until(&self, end: Instant) {
        let visits = VISITS.iter().cycle().skip(2 * self.number as usize);
        for (round, visit) in visits.enumerate() {
            if Instant::now() >= end {
                return;
            }
            // Somebody was surprised, which is written down, and comes again.
            let _ = self.visit(*visit, u64::try_from(round).unwrap_or_default());
        }
    }

    /// One visit; nothing where something went wrong that is no customer's fault.
    fn visit(&self, visit: Visit, round: u64) -> Option<()> {
        self.ask(LIST, Call::new("GET", &format!("/products?category={}", self.shop.category)), &[200])?;
        let lines = self.wishes(visit, round);
        let cart = self.filled(&lines)?;
        if visit == Visit::LeavesACart {
            return Some(());
        }
        let order = self.check_out(&cart, lines, visit)?;
        match visit {
            Visit::LeavesAnOrder => return Some(()),
            Visit::Buys(card) => self.pay(&order, card)?,
            Visit::IsDeclined => {
                self.ask(PAY, order.payment("declined", "tok_declined"), &[402])?;
                self.pay(&order, "tok_visa")?;
            }
            Visit::Repeats => (0..3).try_for_each(|_| self.pay(&order, "tok_visa"))?,
            Visit::BuysInVain | Visit::Seeks | Visit::LeavesACart => self.pay(&order, "tok_visa")?,
        }
        self.ask(DELIVER, Call::new("POST", &format!("/orders/{}/delivery", order.id)), &[200])?;
        self.journal.started(&order.id);
        self.ask(ORDER, look(&order.id), &[200])?;
        Some(())
    }

    /// What the customer wants this time.
    fn wishes(&self, visit: Visit, round: u64) -> Lines {
        let article = |at: u64| self.shop.plenty.iter().cycle().nth(usize::try_from(at % 97).unwrap_or_default());
        let mut lines: Lines = article(round).into_iter().map(|sku| (sku.clone(), 1 + round % 3)).collect();
        match visit {
            Visit::Seeks => lines.extend([(self.shop.scarce.clone(), 1)]),
            Visit::BuysInVain => lines.extend([(self.shop.undeliverable.clone(), 2)]),
            _ => lines.extend(article(round + 1).map(|sku| (sku.clone(), 1))),
        }
        lines
    }

    /// The path of a cart with that in it.
    fn filled(&self, lines: &Lines) -> Option<String> {
        let made = self.ask(CART, json_call("POST", "/carts", &json!({"currency": "EUR"})), &[201])?;
        let cart = made.header("location")?.to_owned();
        for (sku, quantity) in lines {
            self.ask(LOOK, Call::new("GET", &format!("/products/{sku}")), &[200])?;
            self.ask(ADD, json_call("POST", &format!("{cart}/items"), &line(sku, *quantity)), &[200])?;
        }
        self.ask(READ, Call::new("GET", &cart), &[200])?;
        Some(cart)
    }

    /// The order that the cart becomes; nothing where an article has run out.
    fn check_out(&self, cart: &str, lines: Lines, visit: Visit) -> Option<Order> {
        let checkout = || json_call("POST", &format!("{cart}/checkout"), &json!({"customer": self.name}));
        let expected: &[u16] = if visit == Visit::Seeks { &[201, 409] } else { &[201] };
        let answer = self.ask(CHECK_OUT, checkout(), expected).filter(|answer| answer.status == 201)?;
        let placed = answer.json();
        let order = Order { id: placed["id"].as_str()?.to_owned(), total: placed["total"].clone() };
        self.journal.placed(&order.id, lines);
        if visit == Visit::Repeats {
            self.ask(CHECK_OUT, checkout(), &[201])?;
        }
        Some(order)
    }

    /// Pays with the same key until there is an answer: the bank may keep silent.
    fn pay(&self, order: &Order, card: &str) -> Option<()> {
        for _ in 0..ATTEMPTS {
            if self.ask(PAY, order.payment("payment", card), &[201, 409, 503])?.status == 201 {
                self.journal.paid(&order.id);
                return Some(());
            }
            thread::sleep(PAUSE);
        }
        self.journal.surprise(format!("{} cannot be paid", order.id));
        None
    }

    fn ask(&self, step: Step, call: Call, expected: &[u16]) -> Option<Answer> {
        ask(self.shop, self.journal, step, call, expected)
    }
}

/// What a customer knows of an order.
struct Order {
    id: String,
    total: Value,
}

impl Order {
    fn payment(&self, key: &str, card: &str) -> Call {
        let body = json!({"amount": self.total, "card": card});
        json_call("POST", &format!("/orders/{}/payments", self.id), &body).header("idempotency-key", key)
    }
}

/// Waits until every delivery that was started has come to its end, or says which has not.
pub fn wait_for_deliveries(shop: &Shop, journal: &Journal) {
    let give_up = Instant::now() + PATIENCE;
    for order in journal.told().started {
        loop {
            let status = ask(shop, journal, ORDER, look(&order), &[200]).map(|answer| answer.json()["status"].clone());
            match status {
                Some(status) if status == "delivered" || status == "refunded" => break,
                _ if Instant::now() > give_up => {
                    journal.surprise(format!("{order} is under way for too long"));
                    break;
                }
                _ => thread::sleep(PAUSE),
            }
        }
    }
}

/// Sends a request and writes its answer down; nothing where it is none that is expected.
fn ask(shop: &Shop, journal: &Journal, step: Step, call: Call, expected: &[u16]) -> Option<Answer> {
    let begun = Instant::now();
    let answer = match call.header("x-api-key", &shop.key).try_send(&Stack::get().url) {
        Ok(answer) => answer,
        Err(error) => {
            journal.surprise(format!("{}: no answer: {error}", step.route));
            return None;
        }
    };
    journal.answered(step, answer.status, begun.elapsed());
    if !expected.contains(&answer.status) {
        journal.surprise(format!("{}: {} {}", step.route, answer.status, answer.text()));
        return None;
    }
    Some(answer)
}

fn look(order: &str) -> Call {
    Call::new("GET", &format!("/orders/{order}"))
}

fn json_call(method: &str, path: &str, body: &Value) -> Call {
    Call::new(method, path).body("application/json", body.to_string())
}
