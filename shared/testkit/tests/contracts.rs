//! The in-memory ports keep the promises of the real ones.

use testkit::{MemoryKeys, contracts};

#[tokio::test(flavor = "current_thread")]
async fn keys_in_memory_keep_the_contract() {
    contracts::key_store(&MemoryKeys::default(), [7; 20]).await;
}
