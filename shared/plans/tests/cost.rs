//! What a request costs of writes, by the simulation that writes the tables of `docs/usage-plans.md`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test: what panics here is a broken promise"
)]
#![allow(dead_code, reason = "the parts are shared with the example")]

#[path = "../examples/simulate/random.rs"]
mod random;
#[path = "../examples/simulate/schedule.rs"]
mod schedule;
#[path = "../examples/simulate/store.rs"]
mod store;
#[path = "../examples/simulate/table.rs"]
mod table;
#[path = "../examples/simulate/world.rs"]
mod world;

#[test]
fn a_hundredth_of_a_write_pays_for_a_request() {
    for (rate, sandboxes, most) in [(100, 10, 0.02), (10, 2, 0.1), (1_000, 100, 0.02), (10_000, 10, 0.001)] {
        let cost = table::cost(rate, sandboxes);
        assert!(cost.writes <= most, "{rate} a second over {sandboxes}: {} writes a request", cost.writes);
        assert!(cost.busiest[1] < 1_000, "{:?} on one item", cost.busiest);
    }
}
