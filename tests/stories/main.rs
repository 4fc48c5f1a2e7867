//! Whole stories over the deployed local stack.

mod bad_input;
mod cart;
mod contracts;
mod keys;
mod tracing;
mod websocket;
