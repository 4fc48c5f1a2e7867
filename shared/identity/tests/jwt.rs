//! Which tokens are accepted, and which never.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what panics here fails a test"
)]

mod sign;

#[path = "jwt/accepted.rs"]
mod accepted;
#[path = "jwt/desk.rs"]
mod desk;
#[path = "jwt/fetched.rs"]
mod fetched;
#[path = "jwt/forged.rs"]
mod forged;
#[path = "jwt/headers.rs"]
mod headers;
#[path = "jwt/mutated.rs"]
mod mutated;
#[path = "jwt/refused.rs"]
mod refused;
#[path = "jwt/vectors.rs"]
mod vectors;
