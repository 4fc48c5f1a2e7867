//! What a router asks of an AWS service by an `integrationSubtype`: one typed value an action.
//!
//! The ten of HTTP APIs (API Gateway developer guide, `http-api-develop-integrations-aws-services-reference`), and ours:
//! `DynamoDB-GetItem`, `-PutItem`, `-UpdateItem`, `-DeleteItem`, `-Query` and `SNS-Publish`. The fields are the service's
//! own parameters under their own names, but that the unit stands in the name.

mod items;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

pub use items::{DeleteItem, Expressions, GetItem, PutItem, Query, Returned, UpdateItem};

/// One call of one action.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionCall {
    /// What is asked.
    pub action: Action,
    /// Where, if not in the router's own region.
    pub region: Option<String>,
    /// The role to call it with, by its ARN; none: the router's own.
    pub credentials: Option<String>,
    /// How long it may take, from connecting to the last byte, repeats included.
    pub timeout_ms: u32,
}

/// What is asked of which service.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `SQS-SendMessage`.
    SqsSend(SqsSend),
    /// `SQS-ReceiveMessage`.
    SqsReceive(SqsReceive),
    /// `SQS-DeleteMessage`.
    SqsDelete {
        /// The queue.
        queue_url: String,
        /// What receiving the message gave.
        receipt_handle: String,
    },
    /// `SQS-PurgeQueue`.
    SqsPurge {
        /// The queue.
        queue_url: String,
    },
    /// `StepFunctions-StartExecution`.
    StartExecution(Execution),
    /// `StepFunctions-StartSyncExecution`: of an express state machine; the answer comes when it has ended.
    StartSyncExecution(Execution),
    /// `StepFunctions-StopExecution`.
    StopExecution {
        /// The execution.
        execution_arn: String,
        /// The error's name.
        error: Option<String>,
        /// The error's cause.
        cause: Option<String>,
    },
    /// `EventBridge-PutEvents`.
    PutEvents(BusEvent),
    /// `Kinesis-PutRecord`.
    KinesisPutRecord(StreamRecord),
    /// `AppConfig-GetConfiguration`.
    AppConfigGetConfiguration(ConfigurationName),
    /// `DynamoDB-GetItem`.
    DynamoGetItem(GetItem),
    /// `DynamoDB-PutItem`.
    DynamoPutItem(PutItem),
    /// `DynamoDB-UpdateItem`.
    DynamoUpdateItem(UpdateItem),
    /// `DynamoDB-DeleteItem`.
    DynamoDeleteItem(DeleteItem),
    /// `DynamoDB-Query`.
    DynamoQuery(Query),
    /// `SNS-Publish`.
    SnsPublish(Publish),
}

/// One attribute of an SQS or SNS message, as `MessageAttributes` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MessageAttribute {
    /// `String`, `Number`, `Binary`, with a label after a dot if any; SNS also has `String.Array`.
    pub data_type: String,
    /// The value of a string or number.
    pub string_value: Option<String>,
    /// The value of a binary attribute, in base64.
    pub binary_value: Option<String>,
}

/// By their names.
pub type MessageAttributes = BTreeMap<String, MessageAttribute>;

/// `SendMessage`. (SQS API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqsSend {
    /// The queue.
    pub queue_url: String,
    /// The message.
    pub body: String,
    /// `DelaySeconds`.
    pub delay_s: Option<u32>,
    /// `MessageAttributes`.
    pub attributes: MessageAttributes,
    /// `MessageSystemAttributes`.
    pub system_attributes: MessageAttributes,
    /// `MessageGroupId`.
    pub group_id: Option<String>,
    /// `MessageDeduplicationId`.
    pub deduplication_id: Option<String>,
}

/// `ReceiveMessage`. (SQS API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqsReceive {
    /// The queue.
    pub queue_url: String,
    /// `AttributeNames`: of the message's system attributes.
    pub attribute_names: Vec<String>,
    /// `MessageAttributeNames`.
    pub message_attribute_names: Vec<String>,
    /// `MaxNumberOfMessages`.
    pub max_messages: Option<u32>,
    /// `VisibilityTimeout`.
    pub visibility_timeout_s: Option<u32>,
    /// `WaitTimeSeconds`.
    pub wait_s: Option<u32>,
    /// `ReceiveRequestAttemptId`.
    pub attempt_id: Option<String>,
}

/// `StartExecution` and `StartSyncExecution`. (Step Functions API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// The state machine.
    pub state_machine_arn: String,
    /// The execution's name; none: one is made.
    pub name: Option<String>,
    /// The input, as JSON text; none: `{}`.
    pub input: Option<String>,
    /// The X-Ray trace header.
    pub trace_header: Option<String>,
}

/// The one entry of a `PutEvents`. (EventBridge API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusEvent {
    /// `Detail`, as JSON text.
    pub detail: String,
    /// `DetailType`.
    pub detail_type: String,
    /// `Source`.
    pub source: String,
    /// `Time`, as RFC 3339; none: now.
    pub time: Option<String>,
    /// `EventBusName`; none: the default bus.
    pub event_bus_name: Option<String>,
    /// `Resources`: ARNs.
    pub resources: Vec<String>,
    /// `TraceHeader`.
    pub trace_header: Option<String>,
}

/// `PutRecord`. (Kinesis API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamRecord {
    /// The stream.
    pub stream_name: String,
    /// What the record holds, as it is: base64 is a matter of the wire.
    pub data: Bytes,
    /// `PartitionKey`.
    pub partition_key: String,
    /// `ExplicitHashKey`.
    pub explicit_hash_key: Option<String>,
    /// `SequenceNumberForOrdering`.
    pub sequence_number_for_ordering: Option<String>,
}

/// `GetConfiguration`. (AppConfig API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationName {
    /// The application's name or id.
    pub application: String,
    /// The environment's name or id.
    pub environment: String,
    /// The configuration profile's name or id.
    pub configuration: String,
    /// Who asks.
    pub client_id: String,
    /// The version that the client has.
    pub client_configuration_version: Option<String>,
}

/// `Publish`. (SNS API reference.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publish {
    /// The topic.
    pub topic_arn: String,
    /// The message.
    pub message: String,
    /// The subject of e-mails.
    pub subject: Option<String>,
    /// `MessageStructure`.
    pub message_structure: Option<String>,
    /// `MessageAttributes`.
    pub attributes: MessageAttributes,
    /// `MessageGroupId`.
    pub group_id: Option<String>,
    /// `MessageDeduplicationId`.
    pub deduplication_id: Option<String>,
}

/// What an action gave back.
///
/// The ten of HTTP APIs: the service's own status, content type and body, errors included, as SQS and Step Functions give
/// them under their JSON protocol. That HTTP APIs hand on what the service answers is documented; which of its protocols
/// SQS is called by, and so whether its answer is JSON or XML, is not.
///
/// DynamoDB, always JSON:
///
/// | | |
/// |---|---|
/// | an item is given back | 200, the item |
/// | a query | 200, `{"items": […], "count": 1, "lastEvaluatedKey": {…}}`, the last one while there are more pages |
/// | a write that gives nothing back | 204 |
/// | no such item, or a condition failed as there is none | 404 |
/// | a condition failed on an item that is there, or a transaction holds it | 409 |
/// | DynamoDB finds the call invalid | 400 |
/// | throttled | 429 |
///
/// SNS: 200 and `{"messageId": "…", "sequenceNumber": "…"}`, the last one with FIFO topics; 400, 404, 429 as above. Each
/// 4xx has the body `{"message": "…"}`. What else such a service refuses is a [`CallProblem::Refused`](crate::CallProblem).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionAnswer {
    /// The status code.
    pub status: u16,
    /// The body's type; empty if there is no body.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
    /// How often it was asked: 1, or up to 3 where it was throttled or could not be reached.
    pub attempts: u32,
}
