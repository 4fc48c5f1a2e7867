//! DynamoDB, with plain JSON in and out. (DynamoDB API reference.)

use std::{collections::HashMap, error::Error};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::query::QueryOutput,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use gateway::{
    Action, CallProblem, DeleteItem, Expressions, GetItem, HttpAnswer, MAX_PAYLOAD_BYTES, PutItem, Query, Returned,
    UpdateItem,
};
use serde_json::Value;

use super::{
    items::{Item, item, json},
    json_answer, refusal,
};
use crate::attempts::{Attempt, unreachable};

/// One attempt of an action of DynamoDB.
pub(super) async fn send(client: &Client, action: &Action) -> Attempt<HttpAnswer> {
    let sent = match action {
        Action::DynamoGetItem(get) => get_item(client, get).await,
        Action::DynamoPutItem(put) => put_item(client, put).await,
        Action::DynamoUpdateItem(update) => update_item(client, update).await,
        Action::DynamoDeleteItem(delete) => delete_item(client, delete).await,
        Action::DynamoQuery(page) => query(client, page).await,
        _ => Ok(Attempt::Final(Err(CallProblem::Refused("it is no action of DynamoDB".to_owned())))),
    };
    sent.unwrap_or_else(|why| Attempt::Final(Ok(refusal(400, &why))))
}

type Sent = Result<Attempt<HttpAnswer>, String>;

async fn get_item(client: &Client, get: &GetItem) -> Sent {
    let call = client
        .get_item()
        .table_name(&get.table)
        .set_key(Some(item(&get.key)?))
        .consistent_read(get.consistent)
        .set_projection_expression(get.projection.clone())
        .set_expression_attribute_names(present(get.names.clone()));
    Ok(match call.send().await {
        Ok(output) => {
            answered(output.item.map_or_else(|| refusal(404, "Not Found"), |item| json_answer(200, json(&item))))
        }
        Err(error) => refused(error),
    })
}

async fn put_item(client: &Client, put: &PutItem) -> Sent {
    let Expressions { condition, names, values } = &put.expressions;
    let call = client
        .put_item()
        .table_name(&put.table)
        .set_item(Some(item(&put.item)?))
        .set_condition_expression(condition.clone())
        .set_expression_attribute_names(present(names.clone()))
        .set_expression_attribute_values(present(item(values)?))
        .set_return_values((put.returned == Returned::Old).then_some(ReturnValue::AllOld))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(call.send().await.map_or_else(refused, |output| written(output.attributes)))
}

async fn update_item(client: &Client, update: &UpdateItem) -> Sent {
    let Expressions { condition, names, values } = &update.expressions;
    let returned = match update.returned {
        Returned::Nothing => None,
        Returned::Old => Some(ReturnValue::AllOld),
        Returned::New => Some(ReturnValue::AllNew),
    };
    let call = client
        .update_item()
        .table_name(&update.table)
        .set_key(Some(item(&update.key)?))
        .update_expression(&update.update)
        .set_condition_expression(condition.clone())
        .set_expression_attribute_names(present(names.clone()))
        .set_expression_attribute_values(present(item(values)?))
        .set_return_values(returned)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(call.send().await.map_or_else(refused, |output| written(output.attributes)))
}

async fn delete_item(client: &Client, delete: &DeleteItem) -> Sent {
    let Expressions { condition, names, values } = &delete.expressions;
    let call = client
        .delete_item()
        .table_name(&delete.table)
        .set_key(Some(item(&delete.key)?))
        .set_condition_expression(condition.clone())
        .set_expression_attribute_names(present(names.clone()))
        .set_expression_attribute_values(present(item(values)?))
        .set_return_values((delete.returned == Returned::Old).then_some(ReturnValue::AllOld))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    Ok(call.send().await.map_or_else(refused, |output| written(output.attributes)))
}

async fn query(client: &Client, page: &Query) -> Sent {
    let call = client
        .query()
        .table_name(&page.table)
        .set_index_name(page.index.clone())
        .key_condition_expression(&page.key_condition)
        .set_filter_expression(page.filter.clone())
        .set_projection_expression(page.projection.clone())
        .set_expression_attribute_names(present(page.names.clone()))
        .set_expression_attribute_values(present(item(&page.values)?))
        .set_limit(page.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
        .scan_index_forward(!page.descending)
        .consistent_read(page.consistent)
        .set_exclusive_start_key(page.start_key.as_ref().map(item).transpose()?);
    Ok(call.send().await.map_or_else(refused, |output| answered(json_answer(200, found(&output)))))
}

/// DynamoDB refuses empty maps of names and values.
fn present<V>(all: impl IntoIterator<Item = (String, V)>) -> Option<HashMap<String, V>> {
    let all: HashMap<_, _> = all.into_iter().collect();
    (!all.is_empty()).then_some(all)
}

fn found(page: &QueryOutput) -> String {
    let items: Vec<_> = page.items().iter().map(json).collect();
    let last = page.last_evaluated_key().map(|key| format!(r#","lastEvaluatedKey":{}"#, json(key)));
    format!(r#"{{"items":[{}],"count":{}{}}}"#, items.join(","), items.len(), last.unwrap_or_default())
}

fn written(item: Option<Item>) -> Attempt<HttpAnswer> {
    let nothing = HttpAnswer { status: 204, headers: gateway::Headers::default(), body: bytes::Bytes::new() };
    answered(item.map_or(nothing, |item| json_answer(200, json(&item))))
}

fn answered(answer: HttpAnswer) -> Attempt<HttpAnswer> {
    // A page is at most 1 MB to DynamoDB, but JSON may need six times that: `\u0000`.
    Attempt::Final(if answer.body.len() > MAX_PAYLOAD_BYTES { Err(CallProblem::TooLarge) } else { Ok(answer) })
}

/// What a failed call becomes. (DynamoDB developer guide, `Programming.Errors`.)
fn refused<E>(error: SdkError<E, HttpResponse>) -> Attempt<HttpAnswer>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let SdkError::ServiceError(context) = &error else { return unreachable(&error) };
    let (code, status) = (context.err().code(), context.raw().status().as_u16());
    let result = match code {
        Some("ValidationException") => Ok(refusal(400, context.err().message().unwrap_or("Bad Request"))),
        Some("ConditionalCheckFailedException") if is_there(context.raw()) => Ok(refusal(409, "Conflict")),
        Some("ConditionalCheckFailedException") => Ok(refusal(404, "Not Found")),
        Some("TransactionConflictException") => Ok(refusal(409, "Conflict")),
        code => Err(CallProblem::Refused(format!("{} from DynamoDB", code.unwrap_or("an error of no code")))),
    };
    match Attempt::of(status, code, result) {
        Attempt::Repeatable(_) => Attempt::Repeatable(Ok(refusal(429, "Too Many Requests"))),
        attempt => attempt,
    }
}

/// Whether the item whose condition failed is there: the error has it, as every write asks for it.
fn is_there(response: &HttpResponse) -> bool {
    let body = serde_json::from_slice::<Value>(response.body().bytes().unwrap_or_default());
    body.is_ok_and(|body| body.get("Item").is_some())
}
