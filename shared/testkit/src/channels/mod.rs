//! The ports of WebSocket channels: in memory, and the contract that every store of them keeps.

pub mod contract;
mod memory;
mod network;

pub use memory::MemoryChannels;
pub use network::{FakeNetwork, MemoryQueue};
