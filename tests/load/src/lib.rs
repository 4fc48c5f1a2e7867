//! Customers who buy in the shop on the local stack, many at once, and the books that must agree afterwards.
//!
//! [`shopper`] is what one customer does, [`journal`] what all of them saw, [`kept`] what the tables, the bank and the usage
//! ledger hold in the end. [`books`] compares the two, and [`report`] prints it.

pub mod books;
pub mod journal;
pub mod kept;
pub mod report;
pub mod shop;
pub mod shopper;

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{journal::Journal, report::Report, shop::Shop, shopper::Shopper};

/// Opens a shop of its own, lets so many customers buy in it for so long, waits for their deliveries, and checks the books.
///
/// # Panics
/// When the stack cannot be looked into.
pub fn run(time: Duration, customers: u32) -> Report {
    let (shop, journal) = (Shop::open(), Journal::default());
    let until = Instant::now() + time;
    thread::scope(|scope| {
        for number in 0..customers {
            let shopper = Shopper::new(&shop, &journal, number);
            scope.spawn(move || shopper.buy_until(until));
        }
    });
    shopper::wait_for_deliveries(&shop, &journal);
    let told = journal.told();
    let kept = kept::read(&shop, &told);
    let steps = journal.steps();
    let steps = shopper::STEPS.into_iter().filter_map(|step| Some((step, steps.get(&step)?.clone()))).collect();
    Report { steps, summary: books::summary(&kept), checks: books::check(&kept, &told) }
}
