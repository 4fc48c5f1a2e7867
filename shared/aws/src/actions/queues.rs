//! SQS. (SQS API reference.)

use std::collections::HashMap;

use aws_sdk_sqs::{
    Client,
    error::BuildError,
    primitives::Blob,
    types::{
        MessageAttributeValue, MessageSystemAttributeName, MessageSystemAttributeNameForSends,
        MessageSystemAttributeValue,
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use gateway::{Action, CallProblem, HttpAnswer, MessageAttribute, MessageAttributes, SqsReceive, SqsSend};

use super::{refusal, wire::Wire};
use crate::attempts::Attempt;

/// One attempt of an action of SQS.
pub(super) async fn send(client: &Client, action: &Action) -> Attempt<HttpAnswer> {
    let wire = Wire::default();
    match action {
        Action::SqsSend(message) => send_message(client, message, &wire).await,
        Action::SqsReceive(receive) => receive_message(client, receive, &wire).await,
        Action::SqsDelete { queue_url, receipt_handle } => {
            let call = client.delete_message().queue_url(queue_url).receipt_handle(receipt_handle);
            wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
        }
        Action::SqsPurge { queue_url } => {
            let call = client.purge_queue().queue_url(queue_url);
            wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
        }
        _ => Attempt::Final(Err(CallProblem::Refused("it is no action of SQS".to_owned()))),
    }
}

async fn send_message(client: &Client, message: &SqsSend, wire: &Wire) -> Attempt<HttpAnswer> {
    let attributes = attributes(&message.attributes).and_then(|own| Ok((own, system(&message.system_attributes)?)));
    let (attributes, system) = match attributes {
        Ok(attributes) => attributes,
        Err(why) => return Attempt::Final(Ok(refusal(400, &why))),
    };
    let call = client
        .send_message()
        .queue_url(&message.queue_url)
        .message_body(&message.body)
        .set_delay_seconds(message.delay_s.map(integer))
        .set_message_attributes(Some(attributes).filter(|all| !all.is_empty()))
        .set_message_system_attributes(Some(system).filter(|all| !all.is_empty()))
        .set_message_group_id(message.group_id.clone())
        .set_message_deduplication_id(message.deduplication_id.clone());
    wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
}

async fn receive_message(client: &Client, receive: &SqsReceive, wire: &Wire) -> Attempt<HttpAnswer> {
    let names = receive.attribute_names.iter().map(|name| MessageSystemAttributeName::from(name.as_str())).collect();
    let call = client
        .receive_message()
        .queue_url(&receive.queue_url)
        .set_message_system_attribute_names(Some(names).filter(|all: &Vec<_>| !all.is_empty()))
        .set_message_attribute_names(Some(receive.message_attribute_names.clone()).filter(|all| !all.is_empty()))
        .set_max_number_of_messages(receive.max_messages.map(integer))
        .set_visibility_timeout(receive.visibility_timeout_s.map(integer))
        .set_wait_time_seconds(receive.wait_s.map(integer))
        .set_receive_request_attempt_id(receive.attempt_id.clone());
    wire.attempt(call.customize().interceptor(wire.clone()).send().await.map(drop))
}

/// SQS refuses what is too large long before this does.
fn integer(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn attributes(attributes: &MessageAttributes) -> Result<HashMap<String, MessageAttributeValue>, String> {
    let value = |(name, attribute): (&String, &MessageAttribute)| {
        let value = MessageAttributeValue::builder()
            .data_type(&attribute.data_type)
            .set_string_value(attribute.string_value.clone())
            .set_binary_value(binary(name, attribute)?);
        Ok((name.clone(), value.build().map_err(|error| incomplete(name, &error))?))
    };
    attributes.iter().map(value).collect()
}

fn system(
    attributes: &MessageAttributes,
) -> Result<HashMap<MessageSystemAttributeNameForSends, MessageSystemAttributeValue>, String> {
    let value = |(name, attribute): (&String, &MessageAttribute)| {
        let value = MessageSystemAttributeValue::builder()
            .data_type(&attribute.data_type)
            .set_string_value(attribute.string_value.clone())
            .set_binary_value(binary(name, attribute)?);
        Ok((name.as_str().into(), value.build().map_err(|error| incomplete(name, &error))?))
    };
    attributes.iter().map(value).collect()
}

fn binary(name: &str, attribute: &MessageAttribute) -> Result<Option<Blob>, String> {
    let decoded = attribute.binary_value.as_ref().map(|text| BASE64_STANDARD.decode(text));
    let decoded = decoded.transpose().map_err(|_| format!("BinaryValue of message attribute {name} is no base64"))?;
    Ok(decoded.map(Blob::new))
}

fn incomplete(name: &str, error: &BuildError) -> String {
    format!("message attribute {name}: {error}")
}
