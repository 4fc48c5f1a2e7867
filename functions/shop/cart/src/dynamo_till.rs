//! Prices and orders in DynamoDB.
//!
//! Prices stand in the table of products, whose partition key is `sku`; an order is one item of the table of orders, by
//! `tenant` and `id`, in the very shape that a client is shown: the router reads it without a function. Two actions are
//! used: BatchGetItem and PutItem.

use std::collections::HashMap;

use aws::dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure::AllOld},
};

use crate::{
    attributes::{Attributes, attributes, corrupt, money, number, parsed, read_money, text},
    cart::Prices,
    dynamo_store::{unavailable, within},
    item::{Item, Sku},
    order::{Order, Status},
    store::StoreError,
    tenant::Tenant,
    till::Till,
    view::rfc_3339,
};

/// How often a batch is asked for what it left out: DynamoDB leaves keys out where a table is throttled.
const ROUNDS: usize = 3;

/// Prices and orders in two tables.
#[derive(Clone)]
pub struct DynamoTill {
    client: Client,
    products: String,
    orders: String,
}

impl DynamoTill {
    /// The tables of these names.
    pub fn new(client: Client, products: String, orders: String) -> Self {
        DynamoTill { client, products, orders }
    }

    /// One batch; what it left out.
    async fn batch(
        &self,
        keys: KeysAndAttributes,
        prices: &mut Prices,
    ) -> Result<Option<KeysAndAttributes>, StoreError> {
        let got = self.client.batch_get_item().request_items(&self.products, keys).send().await.map_err(unavailable)?;
        for item in got.responses.iter().flat_map(HashMap::values).flatten() {
            let price = read_money(item.get("price").ok_or_else(|| corrupt("price"))?)?;
            prices.insert(parsed(item, "sku", text, |sku| Some(sku.to_owned()))?, price);
        }
        Ok(got.unprocessed_keys.and_then(|mut left| left.remove(&self.products)))
    }
}

impl Till for DynamoTill {
    async fn prices(&self, skus: &[&Sku]) -> Result<Prices, StoreError> {
        let key = |sku: &&Sku| attributes([("sku", AttributeValue::S(sku.as_str().to_owned()))]);
        let keys = KeysAndAttributes::builder().projection_expression("sku, price");
        let keys = keys.set_keys(Some(skus.iter().map(key).collect())).build();
        let mut left = Some(keys.map_err(|error| StoreError::Unavailable(error.to_string()))?);
        let mut prices = Prices::new();
        let rounds = async {
            for _ in 0..ROUNDS {
                let Some(keys) = left.take() else { break };
                left = self.batch(keys, &mut prices).await?;
            }
            if left.is_some() { Err(StoreError::Unavailable("prices are left out".to_owned())) } else { Ok(()) }
        };
        within(rounds).await??;
        Ok(prices)
    }

    async fn place(&self, tenant: &Tenant, order: &Order) -> Result<Order, StoreError> {
        let put = self.client.put_item().table_name(&self.orders).set_item(Some(write(tenant, order)));
        let put = put.condition_expression("attribute_not_exists(id)").return_values_on_condition_check_failure(AllOld);
        let Err(error) = within(put.send()).await? else { return Ok(order.clone()) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                let held = failed.item.clone().unwrap_or_default();
                Ok(Order { status: parsed(&held, "status", text, Status::parse)?, ..order.clone() })
            }
            _ => Err(unavailable(error)),
        }
    }
}

/// The item of an order. `buyer` is the key of the index by customer.
fn write(tenant: &Tenant, order: &Order) -> Attributes {
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
    ])
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
