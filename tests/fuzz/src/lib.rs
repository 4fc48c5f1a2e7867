//! Targets that take any bytes, and a small loop that looks for bytes that break them.
//!
//! A target is a plain function of bytes: it returns, or an assertion in it fails. [`targets`] has all of them; any other
//! fuzzer can call them as they are. The loop of this package needs no instrumented build:
//!
//! ```sh
//! cargo run --profile fuzz --package fuzz -- document --seconds 600
//! ```
//!
//! A worker process runs one target over inputs that it makes from the seeds in [`corpus`]; the same seed gives the same
//! inputs in the same order. Its parent sees it fail, whether by an assertion, by a stack that is used up, by too much
//! memory or by never coming back; it makes the input smaller, writes it down and says how to run it again.
//!
//! Without coverage, what a target [notes](novelty::note) of an input says whether it did something new: such inputs are
//! kept and changed further.

pub mod corpus;
pub mod generate;
pub mod hostile;
pub mod minimise;
pub mod mutate;
pub mod novelty;
pub mod random;
pub mod replay;
pub mod supervisor;
pub mod targets;
pub mod worker;
