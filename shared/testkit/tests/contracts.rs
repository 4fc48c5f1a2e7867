//! The in-memory ports keep the promises of the real ones.

use testkit::{MemoryCounters, MemoryKeys, MemoryPlans, contracts, counter_contract};

#[tokio::test(flavor = "current_thread")]
async fn keys_in_memory_keep_the_contract() {
    contracts::key_store(&MemoryKeys::default(), [7; 20]).await;
}

#[tokio::test(flavor = "current_thread")]
async fn channels_in_memory_keep_the_contract() {
    testkit::channels::contract::suite(&&testkit::channels::MemoryChannels::default(), "memory", 1_769_860_800).await;
}

#[tokio::test(flavor = "current_thread")]
async fn counters_in_memory_keep_the_contract() {
    counter_contract::counters(&MemoryCounters::default(), "1").await;
}

#[tokio::test(flavor = "current_thread")]
async fn plans_in_memory_keep_the_contract() {
    counter_contract::plan_store(&MemoryPlans::default(), "1").await;
}
