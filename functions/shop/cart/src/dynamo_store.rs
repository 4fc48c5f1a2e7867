//! Carts in DynamoDB: one item a cart, read and written whole.
//!
//! The table's partition key is `cartKey` and its TTL attribute `expiresAt`; `docs/cart.md` shows an item. Three
//! actions are used: GetItem, PutItem and DeleteItem. UpdateItem would not be cheaper: DynamoDB charges a write by the
//! size of the whole item, whichever part of it changes.

mod item;

use std::{collections::HashMap, error::Error, future::Future, time::Duration};

use aws::dynamodb::{
    Client,
    error::SdkError,
    operation::{
        RequestId as _,
        put_item::{PutItemError, builders::PutItemFluentBuilder},
    },
    types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure::AllOld},
};

use crate::{
    attributes::number,
    cart::{Cart, CartId},
    store::{CartStore, StoreError},
    tenant::Tenant,
};

/// How long one call may take, with its retries. DynamoDB answers in milliseconds; a request makes at most four calls,
/// so it is answered within 8 s, if only with 503: a client learns more from that than from a timeout after 10 s.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// The condition of a cart that follows the version before it.
const FOLLOWS: &str = "#version = :previous";

/// Carts in a table.
#[derive(Clone)]
pub struct DynamoCarts {
    client: Client,
    table: String,
}

impl DynamoCarts {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        DynamoCarts { client, table }
    }

    /// The write of [`CartStore::replace`], to be made together with others.
    pub(crate) fn replacing(&self, tenant: &Tenant, cart: &Cart) -> Result<Put, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item::write(tenant, cart, &write_id()?)));
        let put = put
            .condition_expression(FOLLOWS)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":previous", number(cart.version.saturating_sub(1)));
        put.build().map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// Writes `cart` on `condition`. The client repeats a write whose answer was lost, and the repeat then fails the
    /// condition because the first had succeeded: the item that stands there tells, by the random `writeId` of this
    /// write.
    async fn put(
        &self,
        tenant: &Tenant,
        cart: &Cart,
        condition: impl FnOnce(PutItemFluentBuilder) -> PutItemFluentBuilder,
    ) -> Result<(), StoreError> {
        let write_id = write_id()?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item::write(tenant, cart, &write_id)));
        let put = condition(put).return_values_on_condition_check_failure(AllOld);
        match within(put.send()).await? {
            Ok(_) => Ok(()),
            Err(error) => match held(&error) {
                Some(held) if held.get("writeId") == Some(&write_id) => Ok(()),
                Some(_) => Err(StoreError::Contended),
                None => Err(unavailable(error)),
            },
        }
    }
}

impl CartStore for DynamoCarts {
    async fn load(&self, tenant: &Tenant, id: &CartId) -> Result<Option<Cart>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("cartKey", item::key(tenant, id));
        // A client must see its own last change, and a change must not fail for having read an older version.
        let found = within(get.consistent_read(true).send()).await?.map_err(unavailable)?;
        found.item.map(|found| item::read(id, &found)).transpose()
    }

    async fn create(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        self.put(tenant, cart, |put| put.condition_expression("attribute_not_exists(cartKey)")).await
    }

    async fn replace(&self, tenant: &Tenant, cart: &Cart) -> Result<(), StoreError> {
        let previous = number(cart.version.saturating_sub(1));
        self.put(tenant, cart, |put| {
            put.condition_expression(FOLLOWS)
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":previous", previous)
        })
        .await
    }

    async fn delete(&self, tenant: &Tenant, id: &CartId, version: u64) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).key("cartKey", item::key(tenant, id));
        let delete = delete
            .condition_expression("attribute_not_exists(cartKey) OR #version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version));
        match within(delete.send()).await? {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                Err(StoreError::Contended)
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}

/// The item that stands where a condition failed, empty where there is none; nothing where another thing went wrong.
fn held(error: &SdkError<PutItemError>) -> Option<HashMap<String, AttributeValue>> {
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => Some(failed.item.clone().unwrap_or_default()),
        _ => None,
    }
}

fn write_id() -> Result<AttributeValue, StoreError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| StoreError::Unavailable(format!("no random bytes: {error}")))?;
    Ok(AttributeValue::S(format!("{:016x}", u64::from_be_bytes(random))))
}

/// What `call` gives, if it gives it in time.
pub(crate) async fn within<T>(call: impl Future<Output = T>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer within {CALL_TIMEOUT:?}"));
    tokio::time::timeout(CALL_TIMEOUT, call).await.map_err(late)
}

/// The error with its whole chain. Not the SDK's `DisplayErrorContext`, which adds the response's headers and body.
pub(crate) fn unavailable<E: Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    let chain = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
    let chain: Vec<String> = chain.map(ToString::to_string).collect();
    let request = error.request_id().map_or_else(String::new, |id| format!(" (AWS request {id})"));
    StoreError::Unavailable(format!("{}{request}", chain.join(": ")))
}

#[cfg(test)]
mod tests;
