//! In-memory ports, builders and event loading for tests.

mod keys;

pub use keys::MemoryKeys;
