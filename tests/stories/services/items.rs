//! DynamoDB.

use std::collections::BTreeMap;

use gateway::{Action, DeleteItem, Expressions, GetItem, PutItem, Query, Returned, UpdateItem};
use serde_json::{Map, Value, json};

use super::{act, acted, fresh, target};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// A table with the keys `id` (text) and `at` (number).
pub(super) async fn new_table() -> String {
    let table = fresh("items");
    let input = json!({
        "TableName": table, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}],
    });
    target("dynamodb", "1.0", "DynamoDB_20120810.CreateTable", &input).await;
    table
}

#[tokio::test(flavor = "current_thread")]
async fn items_are_put_read_and_queried_by_signed_requests() {
    let table = new_table().await;
    let key = json!({"id": {"S": "a"}, "at": {"N": "1"}});
    let call = |name: &str, input: Value| {
        let (name, table) = (format!("DynamoDB_20120810.{name}"), table.clone());
        async move {
            let mut input = object(input);
            input.insert("TableName".to_owned(), table.into());
            target("dynamodb", "1.0", &name, &input.into()).await
        }
    };
    call("PutItem", json!({"Item": {"id": {"S": "a"}, "at": {"N": "1"}, "name": {"S": "é"}}})).await;
    assert_eq!(call("GetItem", json!({"Key": key})).await["Item"]["name"], json!({"S": "é"}));
    let query = json!({"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "a"}}});
    assert_eq!(call("Query", query).await["Count"], 1);
    call(
        "UpdateItem",
        json!({"Key": key, "UpdateExpression": "REMOVE #n", "ExpressionAttributeNames": {"#n": "name"}}),
    )
    .await;
    assert_eq!(call("GetItem", json!({"Key": key})).await["Item"], key);
    call("DeleteItem", json!({"Key": key})).await;
    assert_eq!(call("GetItem", json!({"Key": key})).await.get("Item"), None);
}

pub(super) fn put(table: &str, item: Value, condition: Option<&str>) -> Action {
    let expressions = Expressions { condition: condition.map(str::to_owned), ..Expressions::default() };
    Action::DynamoPutItem(PutItem {
        table: table.to_owned(),
        item: object(item),
        expressions,
        returned: Returned::Nothing,
    })
}

pub(super) fn get(table: &str, key: Value) -> Action {
    Action::DynamoGetItem(GetItem { table: table.to_owned(), key: object(key), consistent: true, ..GetItem::default() })
}

#[tokio::test(flavor = "current_thread")]
async fn an_item_is_written_and_read_as_plain_json() {
    let table = new_table().await;
    let item = json!({
        "id": "a", "at": 1, "price": 12.5, "big": 18_446_744_073_709_551_615_u64, "tags": ["x", {"deep": [true, null]}],
        "nothing": null, "empty": {}, "text": "é\"\n",
    });
    assert_eq!(act(get(&table, json!({"id": "a", "at": 1}))).await.status, 404);
    assert_eq!(act(put(&table, item.clone(), Some("attribute_not_exists(id)"))).await.status, 204);
    assert_eq!(acted(get(&table, json!({"id": "a", "at": 1}))).await, item);
    let again = act(put(&table, item, Some("attribute_not_exists(id)"))).await;
    assert_eq!((again.status, &again.body[..]), (409, &br#"{"message":"Conflict"}"#[..]));
    let wrong = act(get(&table, json!({"id": 1, "at": 1}))).await;
    assert_eq!(wrong.status, 400, "{}", String::from_utf8_lossy(&wrong.body));
}

#[tokio::test(flavor = "current_thread")]
async fn an_item_is_updated_deleted_and_queried_as_plain_json() {
    let table = new_table().await;
    let key = |at: u32| object(json!({"id": "a", "at": at}));
    let update = |at, condition: &str| {
        Action::DynamoUpdateItem(UpdateItem {
            table: table.clone(),
            key: key(at),
            update: "ADD #n :one".to_owned(),
            expressions: Expressions {
                condition: Some(condition.to_owned()),
                names: BTreeMap::from([("#n".to_owned(), "count".to_owned())]),
                values: object(json!({":one": 1})),
            },
            returned: Returned::New,
        })
    };
    assert_eq!(act(update(1, "attribute_exists(id)")).await.status, 404, "a condition on what is not there");
    assert_eq!(acted(update(1, "attribute_not_exists(id)")).await, json!({"id": "a", "at": 1, "count": 1}));
    assert_eq!(act(update(1, "#n > :one")).await.status, 409, "a condition on what is there");
    for at in 2..=3 {
        assert_eq!(act(put(&table, json!({"id": "a", "at": at}), None)).await.status, 204);
    }
    let query = |start_key| {
        Action::DynamoQuery(Query {
            table: table.clone(),
            key_condition: "id = :id".to_owned(),
            values: object(json!({":id": "a"})),
            limit: Some(2),
            descending: true,
            start_key,
            ..Query::default()
        })
    };
    let first = acted(query(None)).await;
    assert_eq!(
        first,
        json!({"items": [{"id": "a", "at": 3}, {"id": "a", "at": 2}], "count": 2, "lastEvaluatedKey": {"id": "a", "at": 2}})
    );
    let second = acted(query(Some(object(first["lastEvaluatedKey"].clone())))).await;
    assert_eq!(second["items"], json!([{"id": "a", "at": 1, "count": 1}]));
    let delete = |returned| {
        Action::DynamoDeleteItem(DeleteItem {
            table: table.clone(),
            key: key(1),
            expressions: Expressions::default(),
            returned,
        })
    };
    assert_eq!(acted(delete(Returned::Old)).await["count"], 1);
    assert_eq!(act(delete(Returned::Old)).await.status, 204, "there is nothing left to give back");
}
