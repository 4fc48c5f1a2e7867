//! Whole stories over the deployed local stack.

mod bad_input;
mod cart;
mod commands;
mod contracts;
mod delivery;
mod keys;
mod payments;
mod plans;
mod quotas;
mod reconcile;
mod services;
mod shop;
mod shoppers;
mod statements;
mod storefront;
mod tracing;
mod usage;
mod websocket;
