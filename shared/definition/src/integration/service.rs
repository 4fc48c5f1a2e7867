//! `integrationSubtype`: AWS services that an HTTP API calls by itself.
//! (API Gateway developer guide, `http-api-develop-integrations-aws-services-reference`.)

use std::collections::BTreeMap;

use crate::{
    ServiceAction, Text,
    document::{Entry, Node},
    integration::{refuse_others, timeout},
    reader::{Reader, one_of},
};

/// A subtype, the parameters that it must have, and those that it may have.
struct Subtype {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

/// All ten of them.
const SUBTYPES: [Subtype; 10] = [
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
];

const fn subtype(name: &'static str, required: &'static [&'static str], optional: &'static [&'static str]) -> Subtype {
    Subtype { name, required, optional }
}

/// Reads an `aws_proxy` integration that names a subtype.
pub(super) fn read(reader: &mut Reader, node: &Node, entries: &[Entry]) -> Option<ServiceAction> {
    let own = ["credentials", "integrationSubtype", "payloadFormatVersion", "requestParameters"];
    refuse_others(reader, entries, "aws_proxy", &own);
    let named = node.get("integrationSubtype")?;
    let names = SUBTYPES.each_ref().map(|subtype| subtype.name);
    let name = reader.choice(named, "integrationSubtype", &names)?;
    let subtype = SUBTYPES.iter().find(|subtype| subtype.name == name)?;
    if let Some(version) = node.get("payloadFormatVersion") {
        reader.choice(version, "payloadFormatVersion", &["1.0"]);
    }
    let parameters = read_parameters(reader, node, subtype);
    let Some(credentials) = node.get("credentials") else {
        let remedy = "write credentials: ${stageVariables.role}, or the role's ARN";
        reader.problem(
            node.place,
            format!("{name} has no credentials: API Gateway needs a role to call it with"),
            remedy,
        );
        return None;
    };
    let text = reader.text(credentials, "credentials")?;
    match Text::parse(text, false) {
        Ok(credentials) => {
            Some(ServiceAction { subtype: name.to_owned(), parameters, credentials, timeout_ms: timeout(reader, node) })
        }
        Err(message) => {
            reader.problem(credentials.place, message, "write ${stageVariables.role}, or the role's ARN");
            None
        }
    }
}

fn read_parameters(reader: &mut Reader, node: &Node, subtype: &Subtype) -> BTreeMap<String, String> {
    let given = node.get("requestParameters").map(|given| reader.object(given, "requestParameters"));
    let mut parameters = BTreeMap::new();
    for Entry { key, place, value } in given.unwrap_or_default() {
        let known = subtype.required.iter().chain(subtype.optional).chain(&["Region"]);
        let known: Vec<&str> = known.copied().collect();
        if !known.contains(&key.as_str()) {
            let message = format!("{key:?} is not a parameter of {}", subtype.name);
            reader.problem(*place, message, format!("write {}", one_of(&known)));
        } else if let Some(text) = reader.text(value, key) {
            parameters.insert(key.clone(), text.to_owned());
        }
    }
    for missing in subtype.required.iter().filter(|name| !parameters.contains_key(**name)) {
        let message = format!("{} lacks the parameter {missing}", subtype.name);
        reader.problem(node.place, message, format!("write requestParameters: {{{missing}: $request.body.…}}"));
    }
    parameters
}
