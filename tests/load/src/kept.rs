//! What the tables, the bank and the usage ledger hold of a run's tenant.

use std::{
    collections::{BTreeMap, HashMap},
    thread,
    time::{Duration, Instant},
};

use aws::{
    LedgerTable,
    dynamodb::{Client, types::AttributeValue},
};
use e2e::{Call, Stack};
use serde_json::{Map, Value, json};
use usage::{Hour, SpanKind};

use crate::{
    books::{Answers, Cart, Kept, Lines, Movement, Order, Payment, Shelf, Told},
    shop::Shop,
};

/// How long the usage that was told last may be on its way: through the queue, its batching window, and a busy emulator.
const PATIENCE: Duration = Duration::from_secs(90);

/// The pause between two looks at the usage ledger.
const PAUSE: Duration = Duration::from_millis(500);

/// Reads everything, the usage ledger once it tells of as many answers as were given, or no more comes.
///
/// # Panics
/// When something cannot be read.
pub fn read(shop: &Shop, told: &Told) -> Kept {
    let mut kept = tables(shop);
    kept.bank = bank(&kept);
    kept.usage = drained(shop, told);
    kept
}

#[tokio::main(flavor = "current_thread")]
async fn tables(shop: &Shop) -> Kept {
    let client = Stack::get().connection().dynamodb();
    let carts = carts(&client, shop).await;
    let (orders, payments) = (of_tenant(&client, "orders", shop).await, of_tenant(&client, "payments", shop).await);
    let shelves = shelves(&client, shop).await;
    Kept {
        carts: carts.iter().map(|item| (id_of_cart(item), cart(item))).collect(),
        orders: orders.iter().map(|item| (text(&item["id"]), order(item))).collect(),
        payments: payments.iter().map(|item| (text(&item["id"]), payment(item))).collect(),
        shelves,
        ..Kept::default()
    }
}

fn table(name: &str) -> &'static str {
    &Stack::get().tables[name]
}

/// A table's items of the tenant, which is its partition key.
async fn of_tenant(client: &Client, name: &str, shop: &Shop) -> Vec<Value> {
    let query =
        client.query().table_name(table(name)).consistent_read(true).key_condition_expression("tenant = :tenant");
    let query = query.expression_attribute_values(":tenant", AttributeValue::S(shop.tenant.clone()));
    let mut pages = query.into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(plain_item(&item.expect("an item")));
    }
    items
}

/// The tenant's carts, also those that no customer was told of: their key is tenant#id.
async fn carts(client: &Client, shop: &Shop) -> Vec<Value> {
    let scan = client.scan().table_name(table("carts")).consistent_read(true);
    let scan = scan.filter_expression("begins_with(cartKey, :tenant)");
    let scan = scan.expression_attribute_values(":tenant", AttributeValue::S(format!("{}#", shop.tenant)));
    let mut pages = scan.into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(plain_item(&item.expect("an item")));
    }
    items
}

async fn shelves(client: &Client, shop: &Shop) -> BTreeMap<String, Shelf> {
    let mut shelves = BTreeMap::new();
    for (sku, at_first) in shop.shelves() {
        let get = client.get_item().table_name(table("products")).key("sku", AttributeValue::S(sku.to_owned()));
        let found = get.consistent_read(true).send().await.expect("an answer").item.expect("a product");
        shelves.insert(sku.to_owned(), Shelf { at_first, left: number(&plain_item(&found)["stock"]) });
    }
    shelves
}

/// The movements of the tenant's orders. A payment's reference begins with the order's id.
fn bank(kept: &Kept) -> BTreeMap<String, Vec<Movement>> {
    let ledger = Call::new("GET", "/ledger").send(&Stack::get().bank_url).json();
    let mut moved: BTreeMap<String, Vec<Movement>> = BTreeMap::new();
    for movement in ledger.as_array().expect("a ledger") {
        let order = text(&movement["reference"]).chars().take(32).collect::<String>();
        if kept.carts.contains_key(&order) {
            let amount = number(&movement["amount"]["amount"]);
            moved.entry(order).or_default().push(Movement { kind: text(&movement["kind"]), amount });
        }
    }
    moved
}

#[tokio::main(flavor = "current_thread")]
async fn drained(shop: &Shop, told: &Told) -> Answers {
    let stack = Stack::get();
    let ledger = LedgerTable::new(stack.connection().dynamodb(), stack.tables["usage"].clone());
    let (sum, give_up) = (|answers: &Answers| answers.values().sum::<u64>(), Instant::now() + PATIENCE);
    loop {
        // A run may be longer than an hour.
        let hours = (now().minus(3), now().plus(1));
        let records = usage::read(&ledger, &shop.tenant, hours, SpanKind::Hour).await.expect("records");
        let mut counted = Answers::new();
        for record in records {
            *counted.entry((record.key.route, record.key.class.0)).or_default() += record.totals.requests;
        }
        if sum(&counted) >= sum(&told.answers) || Instant::now() > give_up {
            return counted;
        }
        thread::sleep(PAUSE);
    }
}

fn now() -> Hour {
    #[allow(clippy::disallowed_methods, reason = "the harness reads the clock")]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Hour::at_ms(u64::try_from(since.as_millis()).expect("a time"))
}

fn cart(item: &Value) -> Cart {
    Cart { frozen: item["frozenFor"].is_string(), lines: lines(item) }
}

fn order(item: &Value) -> Order {
    Order { status: text(&item["status"]), lines: lines(item), total: number(&item["total"]["amount"]) }
}

fn payment(item: &Value) -> Payment {
    Payment { state: text(&item["state"]), amount: number(&item["amount"]["amount"]) }
}

fn id_of_cart(item: &Value) -> String {
    text(&item["cartKey"]).rsplit('#').next().unwrap_or_default().to_owned()
}

fn lines(item: &Value) -> Lines {
    let lines = item["items"].as_array().expect("items").iter();
    lines.map(|line| (text(&line["sku"]), number(&line["quantity"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

fn plain_item(item: &HashMap<String, AttributeValue>) -> Value {
    item.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
}

/// An attribute as plain JSON.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => number.parse().unwrap_or(Value::Null),
        AttributeValue::Bool(is) => json!(is),
        AttributeValue::L(values) => values.iter().map(plain).collect(),
        AttributeValue::M(item) => plain_item(item),
        _ => Value::Null,
    }
}
