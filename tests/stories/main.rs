//! Whole stories over the deployed local stack.

mod bad_input;
mod cart;
mod commands;
mod contracts;
mod keys;
mod plans;
mod quotas;
mod services;
mod shoppers;
mod tracing;
mod websocket;
