//! EventBridge, Kinesis, AppConfig and SNS: actions of services whose clients are not used.

use std::fmt::Write as _;

use aws_smithy_types::{DateTime, date_time::Format};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use gateway::{
    Action, ActionCall, BusEvent, CallProblem, ConfigurationName, Headers, HttpAnswer, MessageAttribute, Publish,
    ServiceCall, StreamRecord,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{json_answer, refusal};
use crate::{
    answer::{element, error_code},
    connection::host,
};

/// All but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The request for `call`, in its own region or in `region`; or what is wrong with it.
pub(super) fn write(call: &ActionCall, region: &str) -> Result<ServiceCall, String> {
    let region = call.region.as_deref().unwrap_or(region);
    let request = match &call.action {
        Action::PutEvents(event) => target("events", "AWSEvents.PutEvents", put_events(event)?),
        Action::KinesisPutRecord(record) => target("kinesis", "Kinesis_20131202.PutRecord", put_record(record)),
        Action::AppConfigGetConfiguration(name) => configuration(name),
        Action::SnsPublish(publish) => form("sns", published_form(publish)),
        _ => return Err("the action has a client of its own".to_owned()),
    };
    let host = host(&request.service, region);
    let (credentials, timeout_ms) = (call.credentials.clone(), call.timeout_ms);
    Ok(ServiceCall { region: region.to_owned(), host, credentials, timeout_ms, ..request })
}

fn request(service: &str, method: &str, path: String) -> ServiceCall {
    ServiceCall {
        service: service.to_owned(),
        region: String::new(),
        host: String::new(),
        method: method.to_owned(),
        path,
        query: String::new(),
        headers: Headers::default(),
        body: Bytes::new(),
        credentials: None,
        timeout_ms: 0,
    }
}

/// AWS JSON 1.1. (Smithy 2.0, `aws-json-1_1-protocol`.)
fn target(service: &str, target: &str, input: Map<String, Value>) -> ServiceCall {
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let body = Bytes::from(Value::Object(input).to_string());
    ServiceCall { headers: Headers(headers.into()), body, ..request(service, "POST", "/".to_owned()) }
}

/// AWS query. (Smithy 2.0, `aws-query-protocol`.)
fn form(service: &str, body: String) -> ServiceCall {
    let headers = Headers(vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())]);
    ServiceCall { headers, body: Bytes::from(body), ..request(service, "POST", "/".to_owned()) }
}

/// Those that are there.
fn object(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn put_events(event: &BusEvent) -> Result<Map<String, Value>, String> {
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let time = event.time.as_deref().map(seconds).transpose()?;
    let entry = object([
        ("Detail", Some(event.detail.clone().into())),
        ("DetailType", Some(event.detail_type.clone().into())),
        ("Source", Some(event.source.clone().into())),
        ("Time", time.map(Value::from)),
        ("EventBusName", text(&event.event_bus_name)),
        ("Resources", (!event.resources.is_empty()).then(|| event.resources.clone().into())),
        ("TraceHeader", text(&event.trace_header)),
    ]);
    Ok(object([("Entries", Some(json!([entry])))]))
}

/// The protocol's times are seconds since 1970.
fn seconds(time: &str) -> Result<f64, String> {
    let parsed = DateTime::from_str(time, Format::DateTimeWithOffset);
    parsed.map(|time| time.as_secs_f64()).map_err(|_| format!("Time {time:?} is not like 2026-01-31T12:00:00Z"))
}

fn put_record(record: &StreamRecord) -> Map<String, Value> {
    object([
        ("StreamName", Some(record.stream_name.clone().into())),
        ("Data", Some(BASE64_STANDARD.encode(&record.data).into())),
        ("PartitionKey", Some(record.partition_key.clone().into())),
        ("ExplicitHashKey", record.explicit_hash_key.clone().map(Value::from)),
        ("SequenceNumberForOrdering", record.sequence_number_for_ordering.clone().map(Value::from)),
    ])
}

fn configuration(name: &ConfigurationName) -> ServiceCall {
    let encode = |text| utf8_percent_encode(text, RESERVED);
    let path = format!(
        "/applications/{}/environments/{}/configurations/{}",
        encode(&name.application),
        encode(&name.environment),
        encode(&name.configuration)
    );
    let mut query = format!("client_id={}", encode(&name.client_id));
    if let Some(version) = &name.client_configuration_version {
        let _ = write!(query, "&client_configuration_version={}", encode(version));
    }
    ServiceCall { query, ..request("appconfig", "GET", path) }
}

fn published_form(publish: &Publish) -> String {
    let mut form = "Action=Publish&Version=2010-03-31".to_owned();
    let mut add = |name: &str, value: &str| {
        let _ = write!(form, "&{name}={}", utf8_percent_encode(value, RESERVED));
    };
    add("TopicArn", &publish.topic_arn);
    add("Message", &publish.message);
    let optional = [
        ("Subject", &publish.subject),
        ("MessageStructure", &publish.message_structure),
        ("MessageGroupId", &publish.group_id),
        ("MessageDeduplicationId", &publish.deduplication_id),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            add(name, value);
        }
    }
    for (at, (name, attribute)) in publish.attributes.iter().enumerate() {
        let MessageAttribute { data_type, string_value, binary_value } = attribute;
        let entry = format!("MessageAttributes.entry.{}", at + 1);
        add(&format!("{entry}.Name"), name);
        add(&format!("{entry}.Value.DataType"), data_type);
        string_value.iter().for_each(|value| add(&format!("{entry}.Value.StringValue"), value));
        binary_value.iter().for_each(|value| add(&format!("{entry}.Value.BinaryValue"), value));
    }
    form
}

/// What SNS's answer in XML becomes.
pub(super) fn published(answer: &HttpAnswer) -> Result<HttpAnswer, CallProblem> {
    match answer.status {
        200 => {
            let text = |name| element(&answer.body, name).map(Value::from);
            let ids = object([("messageId", text("MessageId")), ("sequenceNumber", text("SequenceNumber"))]);
            Ok(json_answer(200, Value::Object(ids).to_string()))
        }
        status @ (400 | 404) => match error_code(answer) {
            Some(code) if throttling(&code) => Ok(refusal(429, "Too Many Requests")),
            _ => Ok(refusal(status, &unescaped(&element(&answer.body, "Message").unwrap_or_default()))),
        },
        429 => Ok(refusal(429, "Too Many Requests")),
        status => {
            let code = error_code(answer).unwrap_or_else(|| status.to_string());
            Err(CallProblem::Refused(format!("{code} from SNS")))
        }
    }
}

/// (SNS API reference, `CommonErrors`.)
fn throttling(code: &str) -> bool {
    ["Throttled", "Throttling", "ThrottlingException", "ThrottledException"].contains(&code)
}

fn unescaped(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
