//! Shelves and orders in DynamoDB.
//!
//! Shelves stand in the table of products, whose partition key is `sku`: `price`, and `stock` of an article that is counted.
//! An order is one item of the table of orders, by `tenant` and `id`, in the very shape that a client is shown: the router
//! reads it without a function. It has `taken` besides, what it took off the shelves, for whoever gives it back. Three
//! actions are used: BatchGetItem, GetItem and TransactWriteItems.

use std::{collections::HashMap, time::Duration};

use aws::dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure::AllOld,
        TransactWriteItem, Update,
    },
};

use crate::{
    attributes::{Attributes, attributes, corrupt, money, number, parsed, read_money, text, whole},
    cart::{CartId, Shelf, Shelves},
    dynamo_store::{DynamoCarts, unavailable, within},
    item::{Item, Sku},
    order::{Order, Status, Taken},
    store::StoreError,
    tenant::Tenant,
    till::{Placing, Till},
    view::rfc_3339,
};

/// How often a batch is asked for what it left out, where a table is throttled, and a transaction tried that others were in
/// the way of.
const ROUNDS: u32 = 3;

/// The pause after a transaction that others were in the way of: theirs take some milliseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// Shelves and orders in two tables, beside the carts in another.
#[derive(Clone)]
pub struct DynamoTill {
    client: Client,
    carts: DynamoCarts,
    products: String,
    orders: String,
}

impl DynamoTill {
    /// The tables of these names, and the carts that become orders.
    pub fn new(client: Client, carts: DynamoCarts, products: String, orders: String) -> Self {
        DynamoTill { client, carts, products, orders }
    }

    /// One batch; what it left out.
    async fn batch(
        &self,
        keys: KeysAndAttributes,
        shelves: &mut Shelves,
    ) -> Result<Option<KeysAndAttributes>, StoreError> {
        let got = self.client.batch_get_item().request_items(&self.products, keys).send().await.map_err(unavailable)?;
        for item in got.responses.iter().flat_map(HashMap::values).flatten() {
            shelves.insert(parsed(item, "sku", text, |sku| Some(sku.to_owned()))?, read_shelf(item)?);
        }
        Ok(got.unprocessed_keys.and_then(|mut left| left.remove(&self.products)))
    }

    /// The writes of an order, in this order: its cart, itself, what it takes.
    fn writes(&self, tenant: &Tenant, order: &Order, taken: &[Taken]) -> Result<Vec<TransactWriteItem>, StoreError> {
        let put = Put::builder().table_name(&self.orders).set_item(Some(write(tenant, order, taken)));
        let put = put.condition_expression("attribute_not_exists(id)").build().map_err(unbuilt)?;
        let mut writes = vec![
            TransactWriteItem::builder().put(self.carts.replacing(tenant, &order.cart)?).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        for one in taken {
            writes.push(TransactWriteItem::builder().update(self.taking(one)?).build());
        }
        Ok(writes)
    }

    fn taking(&self, Taken { sku, quantity }: &Taken) -> Result<Update, StoreError> {
        let update =
            Update::builder().table_name(&self.products).key("sku", AttributeValue::S(sku.as_str().to_owned()));
        let update = update
            .update_expression("SET stock = stock - :quantity")
            .condition_expression("stock >= :quantity")
            .expression_attribute_values(":quantity", number(*quantity))
            .return_values_on_condition_check_failure(AllOld);
        update.build().map_err(unbuilt)
    }

    /// One attempt; nothing where others were in the way.
    async fn attempt(&self, writes: Vec<TransactWriteItem>, taken: &[Taken]) -> Result<Option<Placing>, StoreError> {
        let Err(error) = self.client.transact_write_items().set_transact_items(Some(writes)).send().await else {
            return Ok(Some(Placing::Placed));
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                verdict(cancelled.cancellation_reasons(), taken)
            }
            _ => Err(unavailable(error)),
        }
    }
}

impl Till for DynamoTill {
    async fn shelves(&self, skus: &[&Sku]) -> Result<Shelves, StoreError> {
        let key = |sku: &&Sku| attributes([("sku", AttributeValue::S(sku.as_str().to_owned()))]);
        let keys = KeysAndAttributes::builder().projection_expression("sku, price, stock");
        let keys = keys.set_keys(Some(skus.iter().map(key).collect())).build();
        let mut left = Some(keys.map_err(unbuilt)?);
        let mut shelves = Shelves::new();
        let rounds = async {
            for _ in 0..ROUNDS {
                let Some(keys) = left.take() else { break };
                left = self.batch(keys, &mut shelves).await?;
            }
            if left.is_some() { Err(StoreError::Unavailable("shelves are left out".to_owned())) } else { Ok(()) }
        };
        within(rounds).await??;
        Ok(shelves)
    }

    /// The client repeats a transaction whose answer was lost with the same token, by which DynamoDB knows it.
    async fn place(&self, tenant: &Tenant, order: &Order, taken: &[Taken]) -> Result<Placing, StoreError> {
        let writes = self.writes(tenant, order, taken)?;
        let rounds = async {
            for round in 1..=ROUNDS {
                if let Some(placing) = self.attempt(writes.clone(), taken).await? {
                    return Ok(placing);
                }
                tokio::time::sleep(PAUSE * round).await;
            }
            Err(StoreError::Unavailable("others took of the same articles at the same time".to_owned()))
        };
        within(rounds).await?
    }

    async fn status(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Status>, StoreError> {
        let get = self.client.get_item().table_name(&self.orders).consistent_read(true);
        let get = get.key("tenant", AttributeValue::S(tenant.to_string())).key("id", AttributeValue::S(id.to_string()));
        let found = within(get.send()).await?.map_err(unavailable)?;
        found.item.map(|item| parsed(&item, "status", text, Status::parse)).transpose()
    }
}

/// What became of a transaction that DynamoDB cancelled, by its reasons: one for each write. (DynamoDB API reference,
/// `TransactWriteItems`.) Nothing where trying again may help.
fn verdict(reasons: &[CancellationReason], taken: &[Taken]) -> Result<Option<Placing>, StoreError> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let (own, of_shelves) = reasons.split_at_checked(2).unwrap_or((reasons, &[]));
    if own.iter().any(failed) {
        return Err(StoreError::Contended);
    }
    let Some((lacking, one)) = of_shelves.iter().zip(taken).find(|(reason, _)| failed(reason)) else {
        return Ok(None);
    };
    let left = lacking.item().and_then(|shelf| whole(shelf.get("stock")?));
    let left = left.ok_or(StoreError::Contended)?;
    Ok(Some(Placing::Lacks { sku: one.sku.clone(), left }))
}

fn read_shelf(item: &Attributes) -> Result<Shelf, StoreError> {
    let price = read_money(item.get("price").ok_or_else(|| corrupt("price"))?)?;
    let stock = item.get("stock").map(|_| parsed(item, "stock", whole, Some)).transpose()?;
    Ok(Shelf { price, stock })
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
fn unbuilt(error: aws::dynamodb::error::BuildError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// The item of an order. `buyer` is the key of the index by customer.
fn write(tenant: &Tenant, order: &Order, taken: &[Taken]) -> Attributes {
    let text = AttributeValue::S;
    attributes([
        ("tenant", text(tenant.to_string())),
        ("id", text(order.cart.id.to_string())),
        ("customer", text(order.customer.to_string())),
        ("buyer", text(format!("{tenant}#{}", order.customer))),
        ("status", text(order.status.as_str().to_owned())),
        ("items", AttributeValue::L(order.cart.items().iter().map(write_line).collect())),
        ("total", money(order.cart.total())),
        ("placedAt", text(rfc_3339(order.placed_at_s))),
        ("taken", AttributeValue::L(taken.iter().map(write_taken).collect())),
    ])
}

fn write_taken(Taken { sku, quantity }: &Taken) -> AttributeValue {
    let sku = AttributeValue::S(sku.as_str().to_owned());
    AttributeValue::M(attributes([("sku", sku), ("quantity", number(*quantity))]))
}

fn write_line(line: &Item) -> AttributeValue {
    AttributeValue::M(attributes([
        ("sku", AttributeValue::S(line.sku.as_str().to_owned())),
        ("name", AttributeValue::S(line.name.as_str().to_owned())),
        ("quantity", number(line.quantity().get())),
        ("unitPrice", money(line.unit_price())),
        ("lineTotal", money(line.line_total())),
    ]))
}

#[cfg(test)]
mod tests;
