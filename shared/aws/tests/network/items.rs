//! Actions of DynamoDB.

use std::collections::BTreeMap;

use gateway::{
    Action, Backends as _, CallProblem, DeleteItem, Expressions, GetItem, PutItem, Query, Returned, UpdateItem,
};
use serde_json::{Map, Value, json};

use crate::{
    actions::{ask, call, text},
    backends,
    server::Server,
};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

fn put(item: Value) -> Action {
    let expressions = Expressions { condition: text("attribute_not_exists(id)"), ..Expressions::default() };
    Action::DynamoPutItem(PutItem {
        table: "t".to_owned(),
        item: object(item),
        expressions,
        returned: Returned::Nothing,
    })
}

#[tokio::test]
async fn items_are_read_as_plain_json() {
    let get = GetItem {
        table: "t".to_owned(),
        key: object(json!({"id": "a", "at": 1})),
        consistent: true,
        projection: text("#n"),
        names: BTreeMap::from([("#n".to_owned(), "name".to_owned())]),
    };
    let wrapped = r#"{"Item": {"s": {"S": "é\"\n"}, "n": {"N": "12345678901234567890123456789012345678"}, "d": {"N": "-0.10"},
        "b": {"BOOL": true}, "z": {"NULL": true}, "l": {"L": [{"N": "1"}, {"M": {"x": {"S": "y"}}}]}, "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2"]}, "bin": {"B": "AAE="}, "bs": {"BS": ["AAE="]}}}"#;
    let (request, answer) = ask(Action::DynamoGetItem(get.clone()), 200, wrapped, "dynamodb").await;
    let input = json!({"TableName": "t", "Key": {"id": {"S": "a"}, "at": {"N": "1"}}, "ConsistentRead": true,
                       "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}});
    assert_eq!((request.header("x-amz-target"), request.json()), ("DynamoDB_20120810.GetItem", input));
    let plain = r#"{"b":true,"bin":"AAE=","bs":["AAE="],"d":-0.10,"l":[1,{"x":"y"}],"n":12345678901234567890123456789012345678,"ns":[1,2],"s":"é\"\n","ss":["a","b"],"z":null}"#;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json"));
    assert_eq!(String::from_utf8_lossy(&answer.body), plain);
    let (_, missing) = ask(Action::DynamoGetItem(get), 200, "{}", "dynamodb").await;
    assert_eq!((missing.status, &missing.body[..]), (404, &br#"{"message":"Not Found"}"#[..]));
}

#[tokio::test]
async fn items_are_written_from_plain_json() {
    let item = json!({"s": "x", "n": 1.5, "i": 18_446_744_073_709_551_615_u64, "b": false, "z": null, "l": [1, []], "m": {"x": {}}});
    let (request, answer) = ask(put(item), 200, "{}", "dynamodb").await;
    let item = json!({"s": {"S": "x"}, "n": {"N": "1.5"}, "i": {"N": "18446744073709551615"}, "b": {"BOOL": false},
                      "z": {"NULL": true}, "l": {"L": [{"N": "1"}, {"L": []}]}, "m": {"M": {"x": {"M": {}}}}});
    assert_eq!(
        request.json(),
        json!({"TableName": "t", "Item": item, "ConditionExpression": "attribute_not_exists(id)",
               "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    );
    assert_eq!((answer.status, answer.content_type.as_str(), answer.body.len()), (204, "", 0));
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    let server = Server::with([(200, "{}")]);
    let answer = backends(server.address).act(call(put(json!({"deep": deep})))).await.expect("an answer");
    let said = r#"{"message":"an attribute is nested deeper than 32 levels"}"#;
    assert_eq!((answer.status, &answer.body[..], server.seen().len()), (400, said.as_bytes(), 0));
}

#[tokio::test]
async fn items_are_updated_deleted_and_queried() {
    let expressions = Expressions {
        condition: text("version = :v"),
        names: BTreeMap::from([("#n".to_owned(), "n".to_owned())]),
        values: object(json!({":v": 1})),
    };
    let update = UpdateItem {
        table: "t".to_owned(),
        key: object(json!({"id": "a"})),
        update: "ADD #n :v".to_owned(),
        expressions: expressions.clone(),
        returned: Returned::New,
    };
    let (request, answer) =
        ask(Action::DynamoUpdateItem(update), 200, r#"{"Attributes": {"n": {"N": "2"}}}"#, "dynamodb").await;
    let input = json!({
        "TableName": "t", "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD #n :v", "ConditionExpression": "version = :v",
        "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": {":v": {"N": "1"}},
        "ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(request.json(), input);
    assert_eq!((answer.status, &answer.body[..]), (200, &br#"{"n":2}"#[..]));

    let delete =
        DeleteItem { table: "t".to_owned(), key: object(json!({"id": "a"})), expressions, returned: Returned::Old };
    let (request, answer) = ask(Action::DynamoDeleteItem(delete), 200, "{}", "dynamodb").await;
    assert_eq!((&request.json()["ReturnValues"], answer.status), (&json!("ALL_OLD"), 204));

    let query = Query {
        table: "t".to_owned(),
        index: text("by-day"),
        key_condition: "day = :d".to_owned(),
        filter: text("#n > :d"),
        names: BTreeMap::from([("#n".to_owned(), "n".to_owned())]),
        values: object(json!({":d": 1})),
        limit: Some(2),
        descending: true,
        start_key: Some(object(json!({"id": "a"}))),
        ..Query::default()
    };
    let page = r#"{"Count": 1, "Items": [{"id": {"S": "b"}}], "LastEvaluatedKey": {"id": {"S": "b"}}}"#;
    let (request, answer) = ask(Action::DynamoQuery(query), 200, page, "dynamodb").await;
    let input = json!({
        "TableName": "t", "IndexName": "by-day", "KeyConditionExpression": "day = :d", "FilterExpression": "#n > :d",
        "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": {":d": {"N": "1"}}, "Limit": 2,
        "ScanIndexForward": false, "ConsistentRead": false, "ExclusiveStartKey": {"id": {"S": "a"}},
    });
    assert_eq!(request.json(), input);
    assert_eq!(&answer.body[..], br#"{"items":[{"id":"b"}],"count":1,"lastEvaluatedKey":{"id":"b"}}"#);
}

#[tokio::test]
async fn what_dynamodb_refuses_is_told_apart() {
    let too_many = r#"{"message":"Too Many Requests"}"#;
    let cases = [
        (400, r#"{"__type":"a#ValidationException","message":"no key"}"#, Ok((400, r#"{"message":"no key"}"#, 1))),
        (400, r#"{"__type":"a#ConditionalCheckFailedException"}"#, Ok((404, r#"{"message":"Not Found"}"#, 1))),
        (
            400,
            r#"{"__type":"a#ConditionalCheckFailedException","Item":{"id":{"S":"a"}}}"#,
            Ok((409, r#"{"message":"Conflict"}"#, 1)),
        ),
        (400, r#"{"__type":"a#TransactionConflictException"}"#, Ok((409, r#"{"message":"Conflict"}"#, 1))),
        (400, r#"{"__type":"a#ProvisionedThroughputExceededException"}"#, Ok((429, too_many, 3))),
        (400, r#"{"__type":"a#ThrottlingException"}"#, Ok((429, too_many, 3))),
        (400, r#"{"__type":"a#ResourceNotFoundException"}"#, Err("ResourceNotFoundException from DynamoDB")),
        (400, r#"{"__type":"a#AccessDeniedException"}"#, Err("AccessDeniedException from DynamoDB")),
        (500, r#"{"__type":"a#InternalServerError"}"#, Err("InternalServerError from DynamoDB")),
    ];
    for (status, body, expected) in cases {
        let server = Server::with([(status, body)]);
        let got = backends(server.address).act(call(put(json!({"id": "a"})))).await;
        let got =
            got.map(|answer| (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), answer.attempts));
        let expected = expected.map(|(status, body, attempts)| (status, body.to_owned(), attempts));
        assert_eq!(got, expected.map_err(|why| CallProblem::Refused(why.to_owned())), "{body}");
    }
}
