//! Throttles: one bucket of tokens for all sandboxes, from which each takes blocks that live a second.

mod bucket;
mod tokens;

pub use bucket::{Take, Tat};
pub(crate) use tokens::{TokenLease, TokenRule};
