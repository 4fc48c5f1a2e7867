//! The Lambda edge: what every function does before and around its own work.
//!
//! [`start`] sets up the log and reads the settings, [`packed`] what lies beside the code; [`event`] turns the four HTTP event
//! shapes into one request and a response back into the shape that the caller understands; [`websocket`] has the events of
//! WebSocket APIs; [`run`] serves events, and does what no client waits for when it has been answered.

mod after_response;
pub mod event;
mod shutdown;
mod start;
mod trace;
mod unquoted;
pub mod websocket;

pub use after_response::{AfterResponse, run};
pub use shutdown::LAST_WORK;
pub use start::{Error, clock_ms, env, packed, random_id, start, start_server};
pub use trace::traceparent;
pub use unquoted::Unquoted;
