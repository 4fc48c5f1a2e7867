//! What callers used: counted once, kept in a ledger, reported and priced.
//!
//! A sandbox's [`Meter`] keeps running totals and says which of them have changed; a [`Message`] carries them; the
//! [`Ledger`] keeps of each record and sandbox the largest it was told. So a message may come twice, late or out of order,
//! or not at all if a later one does. Closed hours are [folded](fold()) into runs, which [`read()`] prefers.
//! Nothing here reads a clock or waits.

mod book;
mod export;
mod fold;
mod histogram;
mod invoice;
mod ledger;
mod message;
mod meter;
mod money;
mod read;
mod record;
mod report;
mod span;
mod telling;
mod totals;

pub use book::{PriceBook, PriceItem, PriceVersion, Quantity, Step, Tiers};
pub use export::{CloudEvent, MarketplaceRecord, MeterEvent, cloud_events, marketplace_records, meter_events};
pub use fold::{fold, settle};
pub use histogram::Histogram;
pub use invoice::{Invoice, Line, cuts, invoice};
pub use ledger::{Entry, Ledger, LedgerError, Run, Source};
pub use message::{MAX_MESSAGE_BYTES, Message, MessageProblem};
pub use meter::{Answered, Meter};
pub use money::{Amount, Currency, Decimal, Rounding};
pub use read::{read, scan};
pub use record::{RecordKey, StatusClass, UsageRecord};
pub use report::{By, Report, Row, report};
pub use span::{Hour, Span, SpanKind};
pub use telling::{Delivery, Queue, QueueError, Telling};
pub use totals::Totals;
