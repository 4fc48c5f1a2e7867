//! The Lambda edge: what every function does before and around its own work.
//!
//! [`start`] sets up the log and reads the settings, [`packed`] what lies beside the code; [`event`] turns the four HTTP event shapes into one request and a
//! response back into the shape that the caller understands; [`websocket`] has the events of WebSocket APIs.

pub mod event;
mod start;
mod trace;
pub mod websocket;

pub use start::{Error, clock_ms, env, packed, start};
pub use trace::traceparent;
