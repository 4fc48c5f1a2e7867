//! `integrationSubtype`: actions of AWS services that an HTTP API calls by itself, and those that the router adds.
//! (API Gateway developer guide, `http-api-develop-integrations-aws-services-reference`.)

use std::collections::BTreeMap;

use crate::{
    ActionValue, PathTemplate, ServiceAction,
    document::{Entry, Node, Value},
    integration::{changes, credentials, refuse_others, timeout},
    reader::{Reader, one_of},
};

/// A subtype, the parameters that it must have, and those that it may have.
struct Subtype {
    name: &'static str,
    /// Whether HTTP APIs have it.
    native: bool,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

/// The ten of HTTP APIs, and ours, whose parameters are those of the service's own action in plain JSON.
const SUBTYPES: [Subtype; 16] = [
    subtype(
        "AppConfig-GetConfiguration",
        &["Application", "Environment", "Configuration", "ClientId"],
        &["ClientConfigurationVersion"],
    ),
    subtype(
        "EventBridge-PutEvents",
        &["Detail", "DetailType", "Source"],
        &["Time", "EventBusName", "Resources", "TraceHeader"],
    ),
    subtype(
        "Kinesis-PutRecord",
        &["StreamName", "Data", "PartitionKey"],
        &["SequenceNumberForOrdering", "ExplicitHashKey"],
    ),
    subtype("SQS-DeleteMessage", &["ReceiptHandle", "QueueUrl"], &[]),
    subtype("SQS-PurgeQueue", &["QueueUrl"], &[]),
    subtype(
        "SQS-ReceiveMessage",
        &["QueueUrl"],
        &[
            "AttributeNames",
            "MaxNumberOfMessages",
            "MessageAttributeNames",
            "ReceiveRequestAttemptId",
            "VisibilityTimeout",
            "WaitTimeSeconds",
        ],
    ),
    subtype(
        "SQS-SendMessage",
        &["QueueUrl", "MessageBody"],
        &["DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageSystemAttributes"],
    ),
    subtype("StepFunctions-StartExecution", &["StateMachineArn"], &["Name", "Input"]),
    subtype("StepFunctions-StartSyncExecution", &["StateMachineArn"], &["Name", "Input", "TraceHeader"]),
    subtype("StepFunctions-StopExecution", &["ExecutionArn"], &["Cause", "Error"]),
    own(
        "DynamoDB-GetItem",
        &["TableName", "Key"],
        &["ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"],
    ),
    own("DynamoDB-PutItem", &["TableName", "Item"], &CONDITIONAL),
    own("DynamoDB-UpdateItem", &["TableName", "Key", "UpdateExpression"], &CONDITIONAL),
    own("DynamoDB-DeleteItem", &["TableName", "Key"], &CONDITIONAL),
    own(
        "DynamoDB-Query",
        &["TableName", "KeyConditionExpression"],
        &[
            "ConsistentRead",
            "ExclusiveStartKey",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "FilterExpression",
            "IndexName",
            "Limit",
            "ProjectionExpression",
            "ScanIndexForward",
        ],
    ),
    own(
        "SNS-Publish",
        &["TopicArn", "Message"],
        &["MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageStructure", "Subject"],
    ),
];

/// Parameters of HTTP APIs' own actions whose text is JSON: the router also takes an object of values and writes it, so that
/// no value can leave its place.
const JSON_TEXTS: [&str; 3] = ["Detail", "Input", "MessageBody"];

/// What a write to DynamoDB may have beside its item or key.
const CONDITIONAL: [&str; 4] =
    ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValues"];

const fn subtype(name: &'static str, required: &'static [&'static str], optional: &'static [&'static str]) -> Subtype {
    Subtype { name, native: true, required, optional }
}

const fn own(name: &'static str, required: &'static [&'static str], optional: &'static [&'static str]) -> Subtype {
    Subtype { name, native: false, required, optional }
}

/// Reads an `aws_proxy` integration that names a subtype.
pub(super) fn read(reader: &mut Reader, node: &Node, entries: &[Entry], path: &PathTemplate) -> Option<ServiceAction> {
    let own = ["credentials", "integrationSubtype", "payloadFormatVersion", "requestParameters"];
    refuse_others(reader, entries, "aws_proxy", &own);
    let named = node.get("integrationSubtype")?;
    let names = SUBTYPES.each_ref().map(|subtype| subtype.name);
    let name = reader.choice(named, "integrationSubtype", &names)?;
    let subtype = SUBTYPES.iter().find(|subtype| subtype.name == name)?;
    if let Some(version) = node.get("payloadFormatVersion") {
        reader.choice(version, "payloadFormatVersion", &["1.0"]);
    }
    let parameters = read_parameters(reader, node, subtype, path);
    let credentials = credentials(reader, node);
    let timeout_ms = timeout(reader, node);
    Some(ServiceAction { subtype: name.to_owned(), native: subtype.native, parameters, credentials, timeout_ms })
}

fn read_parameters(
    reader: &mut Reader,
    node: &Node,
    subtype: &Subtype,
    path: &PathTemplate,
) -> BTreeMap<String, ActionValue> {
    let given = node.get("requestParameters").map(|given| reader.object(given, "requestParameters"));
    let mut parameters = BTreeMap::new();
    for Entry { key, place, value } in given.unwrap_or_default() {
        let known = subtype.required.iter().chain(subtype.optional).chain(&["Region"]);
        let known: Vec<&str> = known.copied().collect();
        if !known.contains(&key.as_str()) {
            let message = format!("{key:?} is not a parameter of {}", subtype.name);
            reader.problem(*place, message, format!("write {}", one_of(&known)));
        } else if let Some(value) = action_value(reader, (key, value), subtype.native, path) {
            parameters.insert(key.clone(), value);
        }
    }
    for missing in subtype.required.iter().filter(|name| !parameters.contains_key(**name)) {
        let message = format!("{} lacks the parameter {missing}", subtype.name);
        reader.problem(node.place, message, format!("write requestParameters: {{{missing}: $request.body.…}}"));
    }
    parameters
}

/// A parameter's value: text for HTTP APIs, or an object where the text is JSON; any JSON for ours.
fn action_value(
    reader: &mut Reader,
    (key, node): (&str, &Node),
    only_text: bool,
    path: &PathTemplate,
) -> Option<ActionValue> {
    let only_text = only_text && !(JSON_TEXTS.contains(&key) && matches!(node.value, Value::Map(_)));
    if only_text || node.intrinsic().is_some() {
        reader.text(node, key)?;
    }
    match &node.value {
        Value::Map(map) => {
            let entries = map.entries.iter();
            let read =
                |entry: &Entry| Some((entry.key.clone(), action_value(reader, (key, &entry.value), false, path)?));
            Some(ActionValue::Object(entries.filter_map(read).collect()))
        }
        Value::List(items) => {
            let items = items.iter().filter_map(|item| action_value(reader, (key, item), false, path));
            Some(ActionValue::List(items.collect()))
        }
        Value::Scalar { text, .. } => match node.json() {
            serde_json::Value::String(_) => changes::text_of_action(reader, node, text, path),
            _ if only_text => changes::text_of_action(reader, node, text, path),
            fixed => Some(ActionValue::Fixed(fixed.to_string())),
        },
    }
}
