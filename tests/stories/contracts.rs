//! The ports over DynamoDB keep the promises that the in-memory ones keep.

use ::payments::dynamo_store::DynamoPayments;
use aws::{ChannelStore, ChannelTables};
use cart::{
    contract,
    dynamo_store::DynamoCarts,
    dynamo_till::DynamoTill,
    money::{Currency, Money},
    till_contract,
};
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
async fn shelves_and_orders_in_dynamodb_keep_the_contract() {
    let stack = Stack::get();
    let [carts, products, orders] = ["carts", "products", "orders"].map(|table| stack.tables[table].clone());
    let price = Money { amount: 1250, currency: Currency::parse("EUR").expect("a currency") };
    let client = stack.connection().dynamodb();
    let counted = crate::shop::shelved("contract", till_contract::STOCK).await;
    let carts = DynamoCarts::new(client.clone(), carts);
    let till = DynamoTill::new(client, carts.clone(), products, orders);
    till_contract::suite(&carts, &till, ("espresso-cup", price), (&counted, price)).await;
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

#[tokio::test(flavor = "current_thread")]
async fn payments_in_dynamodb_keep_the_contract() {
    let (stack, unique) = (Stack::get(), crate::payments::new_order());
    let write_id = || crate::payments::new_order();
    let store = DynamoPayments::new(stack.connection().dynamodb(), stack.tables["payments"].clone(), write_id);
    ::payments::contract::suite(&store, &unique).await;
}
