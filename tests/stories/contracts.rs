//! The ports over DynamoDB keep the promises that the in-memory ones keep.

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
