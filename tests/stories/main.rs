//! Whole stories over the deployed local stack.

mod bad_input;
mod cart;
mod contracts;
mod delivery;
mod keys;
mod payments;
mod quotas;
mod services;
mod shop;
mod shoppers;
mod tracing;
mod websocket;
