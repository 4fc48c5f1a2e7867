//! The four HTTP events that can reach a function, as one request; and a response in the shape that each expects.
//!
//! | event | from | recognised by |
//! |---|---|---|
//! | payload 2.0 | HTTP API, Function URL | `version: "2.0"` |
//! | payload 1.0 | REST API, HTTP API | `httpMethod`, and a `requestContext` without `elb` |
//! | load balancer | ALB | `requestContext.elb` |
//!
//! Fields are read by name, absent ones by what their absence means; nothing here can panic on any JSON.

mod answer;
mod pairs;
mod parse;
mod reply;

pub use answer::answer;
pub use parse::{EventProblem, HttpEvent, Surroundings};
pub use reply::{Reply, Shape};
