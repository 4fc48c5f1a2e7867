//! The ports over DynamoDB keep the promises that the in-memory ones keep.

use aws::{ChannelStore, ChannelTables};
use cart::{contract, dynamo_store::DynamoCarts};
use e2e::Stack;
use testkit::contracts;

#[tokio::test(flavor = "current_thread")]
async fn keys_in_dynamodb_keep_the_contract() {
    let mut seed = [0; 20];
    getrandom::fill(&mut seed).expect("random bytes");
    contracts::key_store(&Stack::get().keys(), seed).await;
}

#[tokio::test(flavor = "current_thread")]
async fn carts_in_dynamodb_keep_the_contract() {
    let stack = Stack::get();
    contract::suite(&DynamoCarts::new(stack.connection().dynamodb(), stack.tables["carts"].clone())).await;
}

#[tokio::test(flavor = "current_thread")]
async fn channels_in_dynamodb_keep_the_contract() {
    let stack = Stack::get();
    let table = |name: &str| stack.tables[name].clone();
    let (connections, subscriptions, messages) = (table("connections"), table("subscriptions"), table("messages"));
    let tables = ChannelTables { connections, subscriptions, messages };
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random bytes");
    let run = format!("r{:x}", u64::from_be_bytes(random));
    let store = ChannelStore::new(stack.connection().dynamodb(), tables);
    testkit::channels::contract::suite(&store, &run, crate::websocket::now_s()).await;
}
