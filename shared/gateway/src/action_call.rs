//! `aws_proxy` with an `integrationSubtype`: one action of an AWS service, with what the request gives its parameters.
//! (API Gateway developer guide, `http-api-develop-integrations-aws-services-reference`.)

mod values;

use bytes::Bytes;
use definition::{ActionValue, Piece, ServiceAction};
use serde_json::{Map, Value};

use crate::{
    Action, ActionAnswer, ActionCall, BusEvent, ConfigurationName, DeleteItem, Execution, GatewayResponse, GetItem,
    Headers, Publish, PutItem, Query, Refusal, SqsReceive, SqsSend, StreamRecord, UpdateItem, exchange::Exchange,
};
use values::Values;

/// The call.
///
/// # Errors
/// 400 where the request does not give a parameter what it must be; 500 where the definition names no action that is known.
pub(crate) fn call(action: &ServiceAction, exchange: &Exchange<'_>) -> Result<ActionCall, Refusal> {
    let mut values = Values::default();
    for (name, value) in &action.parameters {
        // A parameter whose value the request does not have is absent.
        if let Some(value) = evaluate(value, exchange)? {
            values.insert(name, value);
        }
    }
    let variables = &exchange.request.stage.variables;
    let credentials = action.credentials.as_ref().map(|role| role.fill(variables, |_| None)).transpose()?;
    let region = values.text("Region");
    Ok(ActionCall { action: build(&action.subtype, &mut values)?, region, credentials, timeout_ms: action.timeout_ms })
}

/// The client's answer: the service's own.
pub(crate) fn respond(answer: ActionAnswer) -> GatewayResponse {
    let mut headers = Headers::default();
    if !answer.content_type.is_empty() {
        headers.add("content-type", answer.content_type);
    }
    GatewayResponse { status: answer.status, headers, body: answer.body }
}

/// A parameter's value; `None` where it is one value that the request does not have.
fn evaluate(value: &ActionValue, exchange: &Exchange<'_>) -> Result<Option<Value>, Refusal> {
    Ok(match value {
        ActionValue::Fixed(json) => serde_json::from_str(json).ok(),
        ActionValue::Text { pieces, .. } => match pieces.as_slice() {
            [Piece::Value(source)] => exchange.json_value(source)?,
            pieces => {
                let text = pieces.iter().map(|piece| match piece {
                    Piece::Literal(text) => Ok(text.clone()),
                    Piece::RequestPath => Ok(exchange.request.path.clone()),
                    Piece::Value(source) => Ok(exchange.values(source)?.join(",")),
                });
                Some(Value::from(text.collect::<Result<String, Refusal>>()?))
            }
        },
        ActionValue::List(items) => {
            let items = items.iter().map(|item| Ok(evaluate(item, exchange)?.unwrap_or(Value::Null)));
            Some(Value::Array(items.collect::<Result<_, Refusal>>()?))
        }
        ActionValue::Object(entries) => {
            let mut object = Map::new();
            for (name, value) in entries {
                // An attribute whose value the request does not have is left out, not stored as null.
                if let Some(value) = evaluate(value, exchange)? {
                    object.insert(name.clone(), value);
                }
            }
            Some(Value::Object(object))
        }
    })
}

fn build(subtype: &str, values: &mut Values<'_>) -> Result<Action, Refusal> {
    let (service, action) = subtype.split_once('-').unwrap_or((subtype, ""));
    match service {
        "SQS" => sqs(action, values),
        "StepFunctions" => step_functions(action, values),
        "DynamoDB" => dynamodb(action, values),
        "EventBridge" => Ok(Action::PutEvents(BusEvent {
            detail: values.required("Detail")?,
            detail_type: values.required("DetailType")?,
            source: values.required("Source")?,
            time: values.text("Time"),
            event_bus_name: values.text("EventBusName"),
            resources: values.list("Resources")?,
            trace_header: values.text("TraceHeader"),
        })),
        "Kinesis" => Ok(Action::KinesisPutRecord(StreamRecord {
            stream_name: values.required("StreamName")?,
            data: Bytes::from(values.required("Data")?),
            partition_key: values.required("PartitionKey")?,
            explicit_hash_key: values.text("ExplicitHashKey"),
            sequence_number_for_ordering: values.text("SequenceNumberForOrdering"),
        })),
        "AppConfig" => Ok(Action::AppConfigGetConfiguration(ConfigurationName {
            application: values.required("Application")?,
            environment: values.required("Environment")?,
            configuration: values.required("Configuration")?,
            client_id: values.required("ClientId")?,
            client_configuration_version: values.text("ClientConfigurationVersion"),
        })),
        "SNS" => Ok(Action::SnsPublish(Publish {
            topic_arn: values.required("TopicArn")?,
            message: values.required("Message")?,
            subject: values.text("Subject"),
            message_structure: values.text("MessageStructure"),
            attributes: values.attributes("MessageAttributes")?,
            group_id: values.text("MessageGroupId"),
            deduplication_id: values.text("MessageDeduplicationId"),
        })),
        _ => Err(unknown(subtype)),
    }
}

fn unknown(subtype: &str) -> Refusal {
    Refusal::Configuration(format!("{subtype} is no action that is known"))
}

fn sqs(action: &str, values: &mut Values<'_>) -> Result<Action, Refusal> {
    let queue_url = values.required("QueueUrl")?;
    Ok(match action {
        "SendMessage" => Action::SqsSend(SqsSend {
            queue_url,
            body: values.required("MessageBody")?,
            delay_s: values.number("DelaySeconds")?,
            attributes: values.attributes("MessageAttributes")?,
            system_attributes: values.attributes("MessageSystemAttributes")?,
            group_id: values.text("MessageGroupId"),
            deduplication_id: values.text("MessageDeduplicationId"),
        }),
        "ReceiveMessage" => Action::SqsReceive(SqsReceive {
            queue_url,
            attribute_names: values.list("AttributeNames")?,
            message_attribute_names: values.list("MessageAttributeNames")?,
            max_messages: values.number("MaxNumberOfMessages")?,
            visibility_timeout_s: values.number("VisibilityTimeout")?,
            wait_s: values.number("WaitTimeSeconds")?,
            attempt_id: values.text("ReceiveRequestAttemptId"),
        }),
        "DeleteMessage" => Action::SqsDelete { queue_url, receipt_handle: values.required("ReceiptHandle")? },
        "PurgeQueue" => Action::SqsPurge { queue_url },
        other => return Err(unknown(other)),
    })
}

fn step_functions(action: &str, values: &mut Values<'_>) -> Result<Action, Refusal> {
    if action == "StopExecution" {
        let execution_arn = values.required("ExecutionArn")?;
        return Ok(Action::StopExecution { execution_arn, error: values.text("Error"), cause: values.text("Cause") });
    }
    let execution = Execution {
        state_machine_arn: values.required("StateMachineArn")?,
        name: values.text("Name"),
        input: values.text("Input"),
        trace_header: values.text("TraceHeader"),
    };
    match action {
        "StartExecution" => Ok(Action::StartExecution(execution)),
        "StartSyncExecution" => Ok(Action::StartSyncExecution(execution)),
        other => Err(unknown(other)),
    }
}

fn dynamodb(action: &str, values: &mut Values<'_>) -> Result<Action, Refusal> {
    let table = values.required("TableName")?;
    Ok(match action {
        "GetItem" => Action::DynamoGetItem(GetItem {
            table,
            key: values.required_object("Key")?,
            consistent: values.flag("ConsistentRead")?.unwrap_or(false),
            projection: values.text("ProjectionExpression"),
            names: values.names()?,
        }),
        "PutItem" => Action::DynamoPutItem(PutItem {
            table,
            item: values.required_object("Item")?,
            expressions: values.expressions()?,
            returned: values.returned()?,
        }),
        "UpdateItem" => Action::DynamoUpdateItem(UpdateItem {
            table,
            key: values.required_object("Key")?,
            update: values.required("UpdateExpression")?,
            expressions: values.expressions()?,
            returned: values.returned()?,
        }),
        "DeleteItem" => Action::DynamoDeleteItem(DeleteItem {
            table,
            key: values.required_object("Key")?,
            expressions: values.expressions()?,
            returned: values.returned()?,
        }),
        "Query" => Action::DynamoQuery(Query {
            table,
            index: values.text("IndexName"),
            key_condition: values.required("KeyConditionExpression")?,
            filter: values.text("FilterExpression"),
            projection: values.text("ProjectionExpression"),
            names: values.names()?,
            values: values.object("ExpressionAttributeValues")?.unwrap_or_default(),
            limit: values.number("Limit")?,
            descending: !values.flag("ScanIndexForward")?.unwrap_or(true),
            consistent: values.flag("ConsistentRead")?.unwrap_or(false),
            start_key: values.object("ExclusiveStartKey")?,
        }),
        other => return Err(unknown(other)),
    })
}

#[cfg(test)]
mod tests;
