//! In-memory ports, builders and event loading for tests.

mod backends;
pub mod capture;
pub mod channels;
pub mod contracts;
pub mod counter_contract;
mod counters;
mod events;
mod issuers;
mod keys;
mod ledger;
pub mod ledger_contract;

pub use backends::{Call, StubBackends};
pub use counters::{MemoryCounters, MemoryPlans};
pub use events::{Event, events};
pub use issuers::{PublishedKeys, Unreachable};
pub use keys::{DEMO_KEY, MemoryKeys, demo_keys};
pub use ledger::{Fate, MemoryLedger};

use definition::{Table, compile, encode, show};

/// The table of a definition, as the router loads it.
///
/// # Panics
/// When the definition has problems, which it shows.
pub fn table(source: &str) -> Table<'static> {
    let api = compile(source).unwrap_or_else(|problems| panic!("{}", show("definition", source, &problems)));
    let bytes = encode(&api).unwrap_or_else(|error| panic!("{error}"));
    Table::decode(bytes.leak()).unwrap_or_else(|error| panic!("{error}"))
}
