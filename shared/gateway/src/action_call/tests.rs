use std::collections::BTreeMap;

use definition::{Integration, Table, Way, compile, encode};
use identity::Principal;
use serde_json::json;

use super::*;
use crate::GatewayRequest;

/// The action that the subtype `subtype` with `parameters` makes of `POST /things/{id}?n=3` with a body.
fn action(subtype: &str, parameters: &str) -> Result<Action, String> {
    let source = format!(
        "openapi: 3.0.3\npaths:\n  /things/{{id}}:\n    post:\n      x-amazon-apigateway-integration:\n        type: aws_proxy\n        \
         integrationSubtype: {subtype}\n        requestParameters: {parameters}\n"
    );
    let api = compile(&source).map_err(|problems| problems[0].message.clone())?;
    let Way::Dispatched { operation, .. } = &api.routes[0].way else { panic!("dispatched") };
    let Integration::Service(action) = &operation.integration else { panic!("an action") };
    let mut request = GatewayRequest { query: "n=3".to_owned(), ..GatewayRequest::default() };
    request.body = Bytes::from_static(br#"{"name": "a\"b", "size": 2, "tags": ["x"], "deep": {"on": true}}"#);
    request.stage.variables.insert("table".to_owned(), "things".to_owned());
    let parameters = BTreeMap::from([("id".to_owned(), "4\",\"x\":\"2".to_owned())]);
    let rest_api = Table::decode(encode(&api).unwrap().leak()).unwrap().rest_api().unwrap();
    let principal: Option<&Principal> = None;
    let exchange = Exchange::new(&request, (operation, &parameters), principal, &rest_api);
    call(action, &exchange).map(|call| call.action).map_err(|refusal| refusal.to_string())
}

#[test]
fn an_item_is_made_of_what_the_request_has_and_no_value_leaves_its_place() {
    let parameters = "{TableName: '${stageVariables.table}', Item: {id: $request.path.id, name: $request.body.name, size: \
                      $request.body.size, all: $request.body.deep, none: $request.body.none, fixed: 1.5, note: 'n=${request.querystring.n}'}}";
    let Ok(Action::DynamoPutItem(put)) = action("DynamoDB-PutItem", parameters) else { panic!("a put") };
    assert_eq!(put.table, "things");
    let item =
        json!({"id": "4\",\"x\":\"2", "name": "a\"b", "size": 2, "all": {"on": true}, "fixed": 1.5, "note": "n=3"});
    assert_eq!(Value::Object(put.item), item);
}

#[test]
fn each_action_gets_its_parameters() {
    let queue = "QueueUrl: 'https://q'";
    for (subtype, parameters, expected) in [
        (
            "SQS-SendMessage",
            format!("{{{queue}, MessageBody: $request.body, DelaySeconds: $request.querystring.n}}"),
            r#"delay_s: Some(3)"#,
        ),
        ("SQS-ReceiveMessage", format!("{{{queue}, AttributeNames: 'All, SentTimestamp'}}"), r#"["All", "SentTimestamp"]"#),
        ("StepFunctions-StartExecution", "{StateMachineArn: arn, Input: $request.body.deep}".to_owned(), r#"input: Some("{\"on\":true}")"#),
        ("SNS-Publish", "{TopicArn: t, Message: $request.body.name}".to_owned(), r#"message: "a\"b""#),
        ("DynamoDB-Query", "{TableName: t, KeyConditionExpression: 'a = :a', ExpressionAttributeValues: {':a': $request.body.size}, Limit: 5}".to_owned(), "limit: Some(5)"),
        ("Kinesis-PutRecord", "{StreamName: s, Data: $request.body.size, PartitionKey: '1'}".to_owned(), r#"data: b"2""#),
    ] {
        let shown = format!("{:?}", action(subtype, &parameters).unwrap());
        assert!(shown.contains(expected), "{subtype}: {shown}");
    }
}

#[test]
fn what_the_request_lacks_is_a_400_that_names_it() {
    for (subtype, parameters, expected) in [
        ("DynamoDB-GetItem", "{TableName: t, Key: $request.body.name}", "the parameter Key must be JSON"),
        ("DynamoDB-GetItem", "{TableName: t, Key: $request.body.size}", "the parameter Key must be an object"),
        ("DynamoDB-GetItem", "{TableName: t, Key: $request.body.none}", "the parameter Key must be there"),
        (
            "SQS-SendMessage",
            "{QueueUrl: q, MessageBody: $request.header.none}",
            "the parameter MessageBody must be there",
        ),
        (
            "SQS-SendMessage",
            "{QueueUrl: q, MessageBody: b, DelaySeconds: x}",
            "the parameter DelaySeconds must be a whole number",
        ),
        (
            "DynamoDB-PutItem",
            "{TableName: t, Item: {a: 1}, ReturnValues: SOME}",
            "the parameter ReturnValues must be NONE, ALL_OLD or ALL_NEW",
        ),
        ("DynamoDB-GetItem", "{TableName: t}", "DynamoDB-GetItem lacks the parameter Key"),
        ("DynamoDB-GetItem", "{TableName: t, Key: {a: 1}, Item: 1}", "\"Item\" is not a parameter of DynamoDB-GetItem"),
    ] {
        assert_eq!(action(subtype, parameters), Err(expected.to_owned()), "{parameters}");
    }
}
