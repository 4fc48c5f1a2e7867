//! The deployed local stack, as its tests see it. `make test` starts one and says where it is in `TOLLGATE_STACK`.

mod client;
mod socket;
mod stack;

pub use client::{Answer, Call};
pub use socket::{Refused, Socket};
pub use stack::{Services, Stack};
