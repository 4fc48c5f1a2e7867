//! Counters and buckets in DynamoDB: one item each, changed by conditional updates.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_item::{UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use plans::{Answer, Change, CounterError, Counters, Forget, HolderId, Move, Stamp, Standing, Take, Taken, Tat};

use crate::chain;

type Item = HashMap<String, AttributeValue>;

/// Begins the name of an attribute that is a sandbox's mark; the sandbox's identity follows.
const MARK: char = '~';

/// The table of counters: partition key `counter`, TTL attribute `expiresAt` (seconds since 1970). A quota's counter has
/// `granted`, `floor` and a mark `~…` for each sandbox, a bucket has `tat`; all are numbers.
#[derive(Clone)]
pub struct CountersTable {
    client: Client,
    table: String,
}

impl CountersTable {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        CountersTable { client, table }
    }

    fn update(&self, counter: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("counter", AttributeValue::S(counter.to_owned()))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    async fn item(&self, counter: &str) -> Result<Item, CounterError> {
        let get = self.client.get_item().table_name(&self.table).key("counter", AttributeValue::S(counter.to_owned()));
        // Boxed, as everywhere here: the client's future is so deep that the compiler gives up on the futures around it.
        let found = Box::pin(get.consistent_read(true).send()).await.map_err(unavailable)?;
        Ok(found.item.unwrap_or_default())
    }

    /// Moves the arrival time, of a full bucket or of one that is not.
    async fn move_tat(&self, take: &Take, full: bool) -> Result<(bool, Option<Tat>), CounterError> {
        let update = self.update(&take.bucket).expression_attribute_values(":at", number(take.at_ns));
        let update = update.expression_attribute_values(":expires", number(take.expires_at_s()));
        let update = if full {
            update
                .condition_expression("attribute_not_exists(tat) OR tat < :at")
                .update_expression("SET tat = :after, expiresAt = :expires")
                .expression_attribute_values(":after", number(take.at_ns.saturating_add(take.cost_ns)))
        } else {
            update
                .condition_expression("tat BETWEEN :at AND :most")
                .update_expression("SET tat = tat + :cost, expiresAt = :expires")
                .expression_attribute_values(":cost", number(take.cost_ns))
                .expression_attribute_values(":most", number(take.latest().saturating_sub(take.cost_ns)))
        };
        let (applied, before) = outcome(Box::pin(update.send()).await)?;
        Ok((applied, tat(&before)?))
    }
}

impl Counters for CountersTable {
    async fn change(&self, change: &Change) -> Result<Answer, CounterError> {
        let follows = "(attribute_not_exists(#me) AND (attribute_not_exists(#floor) OR #floor < :oldest))";
        let follows = match change.base {
            Some(_) => format!("(#me = :base OR {follows})"),
            None => follows.to_owned(),
        };
        let (there, delta, bound) = match change.units {
            // Of an item that is not there nothing is granted: that is within the limit only if the lease is.
            Move::Lease(units) if units <= change.limit => {
                ("(attribute_not_exists(#granted) OR #granted <= :bound)", number(units), change.limit - units)
            }
            Move::Lease(_) => ("#granted < :bound", number(0), 0),
            Move::GiveBack(units) => ("#granted >= :bound", AttributeValue::N(format!("-{units}")), units),
        };
        let update = self
            .update(&change.counter)
            .condition_expression(format!("{follows} AND {there}"))
            .update_expression("SET #me = :stamp, expiresAt = :expires ADD #granted :delta")
            .expression_attribute_names("#me", mark_name(change.holder))
            .expression_attribute_names("#floor", "floor")
            .expression_attribute_names("#granted", "granted")
            .expression_attribute_values(":oldest", number(change.oldest.0))
            .expression_attribute_values(":stamp", number(change.stamp.0))
            .expression_attribute_values(":expires", number(change.expires_at_s))
            .expression_attribute_values(":delta", delta)
            .expression_attribute_values(":bound", number(bound));
        let update = match change.base {
            Some(base) => update.expression_attribute_values(":base", number(base.0)),
            None => update,
        };
        let (applied, before) = outcome(Box::pin(update.send()).await)?;
        Ok(Answer { applied, before: standing(&before)? })
    }

    async fn look(&self, counter: &str) -> Result<Standing, CounterError> {
        standing(&self.item(counter).await?)
    }

    async fn forget(&self, forget: &Forget) -> Result<(), CounterError> {
        let Some(highest) = forget.marks.iter().map(|(_, stamp)| *stamp).max() else { return Ok(()) };
        // A floor that is higher already stays.
        for raise in [true, false] {
            let mut update = self.update(&forget.counter).expression_attribute_names("#floor", "floor");
            let mut condition = String::new();
            for (place, (holder, stamp)) in forget.marks.iter().enumerate() {
                condition += &format!("#m{place} = :m{place} AND ");
                update = update
                    .expression_attribute_names(format!("#m{place}"), mark_name(*holder))
                    .expression_attribute_values(format!(":m{place}"), number(stamp.0));
            }
            let marks: Vec<String> = (0..forget.marks.len()).map(|place| format!("#m{place}")).collect();
            let remove = format!("REMOVE {}", marks.join(", "));
            let (condition, expression) = if raise {
                (
                    condition + "(attribute_not_exists(#floor) OR #floor <= :floor)",
                    format!("SET #floor = :floor {remove}"),
                )
            } else {
                (condition + "#floor > :floor", remove)
            };
            let update = update.condition_expression(condition).update_expression(expression);
            let update = update.expression_attribute_values(":floor", number(highest.0));
            let (applied, before) = outcome(Box::pin(update.send()).await)?;
            if applied || standing(&before)?.floor <= highest {
                break;
            }
        }
        Ok(())
    }

    async fn take(&self, take: &Take) -> Result<Taken, CounterError> {
        if take.from(None).is_none() {
            return Ok(Taken { taken: false, before: tat(&self.item(&take.bucket).await?)? });
        }
        let (taken, before) = self.move_tat(take, take.full).await?;
        if taken || take.from(before).is_none() {
            return Ok(Taken { taken, before });
        }
        // It is as full as the other form expects.
        let full = before.is_none_or(|tat| tat.0 < take.at_ns);
        let (taken, before) = self.move_tat(take, full).await?;
        Ok(Taken { taken, before })
    }
}

/// Whether the update was carried out, and the item before it.
fn outcome(answer: Result<UpdateItemOutput, SdkError<UpdateItemError>>) -> Result<(bool, Item), CounterError> {
    match answer {
        Ok(output) => Ok((true, output.attributes.unwrap_or_default())),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                Ok((false, failed.item.clone().unwrap_or_default()))
            }
            _ => Err(unavailable(error)),
        },
    }
}

fn standing(item: &Item) -> Result<Standing, CounterError> {
    let marks = item.iter().filter_map(|(name, value)| {
        let holder = HolderId::parse(name.strip_prefix(MARK)?)?;
        Some(parsed(name, value).map(|stamp| (holder, Stamp(stamp))))
    });
    let attribute = |name: &str| item.get(name).map_or(Ok(0), |value| parsed(name, value));
    Ok(Standing {
        granted: attribute("granted")?,
        floor: Stamp(attribute("floor")?),
        marks: marks.collect::<Result<_, _>>()?,
    })
}

fn tat(item: &Item) -> Result<Option<Tat>, CounterError> {
    item.get("tat").map(|value| parsed("tat", value).map(Tat)).transpose()
}

fn parsed(name: &str, value: &AttributeValue) -> Result<u64, CounterError> {
    let number = value.as_n().ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| CounterError::Corrupt(format!("{name} is no whole number")))
}

fn mark_name(holder: HolderId) -> String {
    format!("{MARK}{holder}")
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn unavailable<E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static>(
    error: SdkError<E>,
) -> CounterError {
    CounterError::Unavailable(chain(&error))
}
