//! Payments in DynamoDB: one item an order, by `tenant` and `id`, read and written whole. `state` and `amount` of the last
//! attempt stand beside the attempts, for whoever asks the table whether an order is paid.

use std::{collections::HashMap, error::Error, future::Future, time::Duration};

use aws::dynamodb::{
    Client,
    error::SdkError,
    operation::{RequestId as _, put_item::PutItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

use crate::{
    money::Money,
    payment::{Attempt, Payment, State},
    store::{PaymentStore, StoreError},
};

type Attributes = HashMap<String, AttributeValue>;

/// How long one call may take, with its retries.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// Payments in a table.
pub struct DynamoPayments {
    client: Client,
    table: String,
    write_id: fn() -> String,
}

impl DynamoPayments {
    /// The table named `table`; `write_id` gives another text each time.
    pub fn new(client: Client, table: String, write_id: fn() -> String) -> Self {
        DynamoPayments { client, table, write_id }
    }
}

impl PaymentStore for DynamoPayments {
    async fn load(&self, tenant: &str, order: &str) -> Result<Option<Payment>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("tenant", text(tenant)).key("id", text(order));
        let found = within(get.consistent_read(true).send()).await?.map_err(unavailable)?;
        found.item.map(|item| read(&item)).transpose()
    }

    /// The client repeats a write whose answer was lost, and the repeat then fails the condition because the first had
    /// succeeded: the item that stands there tells, by the `writeId` of this write.
    async fn store(&self, payment: &Payment) -> Result<(), StoreError> {
        let write_id = text(&(self.write_id)());
        let mut item = write(payment);
        item.insert("writeId".to_owned(), write_id.clone());
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = put.return_values_on_condition_check_failure(AllOld);
        let put = match payment.version {
            0 | 1 => put.condition_expression("attribute_not_exists(id)"),
            version => put
                .condition_expression("#version = :previous")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":previous", number(version - 1)),
        };
        let Err(error) = within(put.send()).await? else { return Ok(()) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                let is_mine = failed.item().is_some_and(|held| held.get("writeId") == Some(&write_id));
                if is_mine { Ok(()) } else { Err(StoreError::Contended) }
            }
            _ => Err(unavailable(error)),
        }
    }
}

fn write(payment: &Payment) -> Attributes {
    let mut item = attributes([
        ("tenant", text(&payment.tenant)),
        ("id", text(&payment.order)),
        ("version", number(payment.version)),
        ("state", text(payment.state())),
        ("refunded", AttributeValue::Bool(payment.refunded)),
        ("attempts", AttributeValue::L(payment.attempts.iter().map(write_attempt).collect())),
    ]);
    item.extend(payment.last().map(|last| ("amount".to_owned(), write_money(&last.amount))));
    item
}

fn write_attempt(attempt: &Attempt) -> AttributeValue {
    let mut map = attributes([
        ("key", text(&attempt.key)),
        ("fingerprint", text(&attempt.fingerprint)),
        ("reference", text(&attempt.reference)),
        ("amount", write_money(&attempt.amount)),
        ("state", text(attempt.state.word())),
        ("busyUntil", number(attempt.busy_until_ms)),
    ]);
    if let State::Declined(why) = &attempt.state {
        map.insert("reason".to_owned(), text(why));
    }
    AttributeValue::M(map)
}

fn write_money(money: &Money) -> AttributeValue {
    AttributeValue::M(attributes([("amount", number(money.amount)), ("currency", text(&money.currency))]))
}

fn read(item: &Attributes) -> Result<Payment, StoreError> {
    let attempts = item.get("attempts").and_then(|value| value.as_l().ok()).ok_or_else(|| corrupt("attempts"))?;
    Ok(Payment {
        tenant: read_text(item, "tenant")?,
        order: read_text(item, "id")?,
        version: read_number(item, "version")?,
        attempts: attempts.iter().map(read_attempt).collect::<Result<_, _>>()?,
        refunded: *item.get("refunded").and_then(|value| value.as_bool().ok()).ok_or_else(|| corrupt("refunded"))?,
    })
}

fn read_attempt(value: &AttributeValue) -> Result<Attempt, StoreError> {
    let map = value.as_m().map_err(|_| corrupt("attempts[]"))?;
    let amount = map.get("amount").and_then(|value| value.as_m().ok()).ok_or_else(|| corrupt("amount"))?;
    let state = match read_text(map, "state")?.as_str() {
        "started" => State::Started,
        "authorized" => State::Authorized,
        "captured" => State::Captured,
        "declined" => State::Declined(read_text(map, "reason")?),
        "abandoned" => State::Abandoned,
        _ => return Err(corrupt("state")),
    };
    Ok(Attempt {
        key: read_text(map, "key")?,
        fingerprint: read_text(map, "fingerprint")?,
        reference: read_text(map, "reference")?,
        amount: Money { amount: read_number(amount, "amount")?, currency: read_text(amount, "currency")? },
        state,
        busy_until_ms: read_number(map, "busyUntil")?,
    })
}

fn attributes<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Attributes {
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn read_text(item: &Attributes, name: &str) -> Result<String, StoreError> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or_else(|| corrupt(name))
}

fn read_number(item: &Attributes, name: &str) -> Result<u64, StoreError> {
    item.get(name).and_then(|value| value.as_n().ok()?.parse().ok()).ok_or_else(|| corrupt(name))
}

fn corrupt(name: &str) -> StoreError {
    StoreError::Corrupt(format!("{name} is missing or not what belongs there"))
}

async fn within<T>(call: impl Future<Output = T>) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer within {CALL_TIMEOUT:?}"));
    tokio::time::timeout(CALL_TIMEOUT, call).await.map_err(late)
}

/// The error with its whole chain, without the response's headers and body.
fn unavailable<E: Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    let chain = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
    let chain: Vec<String> = chain.map(ToString::to_string).collect();
    let request = error.request_id().map_or_else(String::new, |id| format!(" (AWS request {id})"));
    StoreError::Unavailable(format!("{}{request}", chain.join(": ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::{Asked, Step, next_step};

    fn item() -> Attributes {
        let amount = Money { amount: 1999, currency: "EUR".to_owned() };
        let [tenant, order, key, fingerprint] = ["demo", "o1", "k1", "f1"].map(str::to_owned);
        let asked = Asked { tenant, order, key, fingerprint, amount };
        let Ok(Step::Begin(payment)) = next_step(None, &asked, 1, 2) else { panic!("not begun") };
        write(&payment.moved(State::Captured, 0))
    }

    #[test]
    fn whoever_asks_the_table_learns_whether_an_order_is_paid() {
        let item = item();
        assert_eq!(item["state"], text("captured"));
        assert_eq!(item["amount"].as_m().unwrap()["amount"], number(1999));
        assert_eq!(read(&item).map(|payment| payment.version), Ok(2));
    }

    #[test]
    fn what_is_not_a_payment_is_corrupt_and_named() {
        for name in ["tenant", "id", "version", "attempts", "refunded"] {
            for value in [None, Some(AttributeValue::Null(true))] {
                let mut item = item();
                item.remove(name);
                item.extend(value.map(|value| (name.to_owned(), value)));
                assert_eq!(read(&item), Err(corrupt(name)));
            }
        }
    }
}
