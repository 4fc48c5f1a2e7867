//! What the client must get, and what the target must be asked.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Failure,
    case::{Answer, present},
    headers, json,
};

/// In an expectation: any value that is there and not empty.
pub(crate) const ANYTHING: &str = "*";

/// Bytes, written as base64.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Base64(pub(crate) Bytes);

/// Headers by name; `None`: there must be none of that name.
pub(crate) type HeaderExpectation = BTreeMap<String, Option<String>>;

/// What the client must get.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Expectation {
    pub(crate) status: u16,
    pub(crate) headers: HeaderExpectation,
    pub(crate) body: Option<BodyExpectation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    status: u16,
    #[serde(default)]
    headers: HeaderExpectation,
    #[serde(default, deserialize_with = "present")]
    body: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body_base64: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body_json: Option<Value>,
}

/// What the target must be asked; what is `None` is not checked.
#[derive(Deserialize)]
#[serde(try_from = "WrittenBackend")]
pub(crate) struct BackendExpectation {
    pub(crate) wire: WireExpectation,
    pub(crate) function: FunctionExpectation,
}

/// What an HTTP server or an AWS service must be asked.
pub(crate) struct WireExpectation {
    /// Keys that are compared as they are.
    pub(crate) texts: Vec<(&'static str, String)>,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderExpectation,
    pub(crate) body: Option<BodyExpectation>,
    given: Option<&'static str>,
}

/// What a function must be asked.
pub(crate) struct FunctionExpectation {
    /// Keys that are compared as they are.
    pub(crate) texts: Vec<(&'static str, String)>,
    pub(crate) payload: Option<Value>,
    pub(crate) payload_subset: Option<Value>,
    given: Option<&'static str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenBackend {
    #[serde(default, deserialize_with = "present")]
    service: Option<String>,
    #[serde(default, deserialize_with = "present")]
    action: Option<String>,
    #[serde(default, deserialize_with = "present")]
    host: Option<String>,
    #[serde(default, deserialize_with = "present")]
    method: Option<String>,
    #[serde(default, deserialize_with = "present")]
    path: Option<String>,
    #[serde(default, deserialize_with = "present")]
    query: Option<String>,
    #[serde(default, deserialize_with = "present")]
    headers: Option<HeaderExpectation>,
    #[serde(default, deserialize_with = "present")]
    body: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body_base64: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body_json: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    function: Option<String>,
    #[serde(default, deserialize_with = "present")]
    invocation_type: Option<String>,
    #[serde(default, deserialize_with = "present")]
    payload: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    payload_subset: Option<Value>,
}

/// What a body must be.
pub(crate) enum BodyExpectation {
    /// This text.
    Text(String),
    /// These bytes.
    Bytes(Bytes),
    /// This JSON value.
    Json(Value),
}

impl BodyExpectation {
    fn one_of(text: Option<String>, base64: Option<String>, json: Option<Value>) -> Result<Option<Self>, String> {
        Ok(match (text, base64, json) {
            (None, None, None) => None,
            (Some(text), None, None) => Some(BodyExpectation::Text(text)),
            (None, Some(text), None) if text == ANYTHING => Some(BodyExpectation::Text(text)),
            (None, Some(text), None) => Some(BodyExpectation::Bytes(Base64::try_from(text)?.0)),
            (None, None, Some(json)) => Some(BodyExpectation::Json(json)),
            _ => return Err("more than one of body, bodyBase64 and bodyJson".to_owned()),
        })
    }

    /// Whether `got` is it.
    ///
    /// # Errors
    /// The difference.
    pub(crate) fn check(&self, got: &[u8]) -> Result<(), Failure> {
        match self {
            BodyExpectation::Text(text) if text == ANYTHING && !got.is_empty() => Ok(()),
            BodyExpectation::Text(text) if text != ANYTHING && text.as_bytes() == got => Ok(()),
            BodyExpectation::Text(text) => Err(Failure::differs("body", quoted(text.as_bytes()), quoted(got))),
            BodyExpectation::Bytes(bytes) if bytes == got => Ok(()),
            BodyExpectation::Bytes(bytes) => {
                Err(Failure::differs("bodyBase64", STANDARD.encode(bytes), STANDARD.encode(got)))
            }
            BodyExpectation::Json(json) => match serde_json::from_slice(got) {
                Ok(got) => json::check_equal("bodyJson", json, &got),
                Err(_) => Err(Failure::differs("bodyJson", json, quoted(got))),
            },
        }
    }
}

impl BackendExpectation {
    /// Whether its keys are those of the target that `answer` comes from.
    ///
    /// # Errors
    /// The first that is not.
    pub(crate) fn check_keys(&self, answer: &Answer) -> Result<(), String> {
        let stray = match answer {
            Answer::Http(_) => self.function.given,
            Answer::Function(_) => self.wire.given,
            Answer::Fault(_) => self.function.given.and(self.wire.given),
        };
        stray.map_or(Ok(()), |key| Err(format!("unknown key expectBackend.{key} for such a backend")))
    }
}

impl TryFrom<Written> for Expectation {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { status, headers, body, body_base64, body_json } = written;
        if !(100..=599).contains(&status) {
            return Err(format!("status {status} is not 100 to 599"));
        }
        Ok(Expectation { status, headers, body: BodyExpectation::one_of(body, body_base64, body_json)? })
    }
}

impl TryFrom<WrittenBackend> for BackendExpectation {
    type Error = String;

    fn try_from(written: WrittenBackend) -> Result<Self, String> {
        let w = written;
        let wire_keys = [
            ("query", w.query.is_some()),
            ("headers", w.headers.is_some()),
            ("body", w.body.is_some()),
            ("bodyBase64", w.body_base64.is_some()),
            ("bodyJson", w.body_json.is_some()),
        ];
        let texts = given_texts([
            ("service", w.service),
            ("action", w.action),
            ("host", w.host),
            ("method", w.method),
            ("path", w.path),
        ]);
        let wire = WireExpectation {
            given: first(&texts, &wire_keys),
            texts,
            query: w.query,
            headers: w.headers.unwrap_or_default(),
            body: BodyExpectation::one_of(w.body, w.body_base64, w.body_json)?,
        };
        let function_keys = [("payload", w.payload.is_some()), ("payloadSubset", w.payload_subset.is_some())];
        let texts = given_texts([("function", w.function), ("invocationType", w.invocation_type)]);
        let function = FunctionExpectation {
            given: first(&texts, &function_keys),
            texts,
            payload: w.payload,
            payload_subset: w.payload_subset,
        };
        Ok(BackendExpectation { wire, function })
    }
}

/// Whether `got`, a text or none, is `expected`.
///
/// # Errors
/// The difference.
pub(crate) fn check_text(what: &str, expected: &str, got: Option<&str>) -> Result<(), Failure> {
    if headers::is_met(expected, got) {
        return Ok(());
    }
    let got = got.map_or_else(|| "nothing".to_owned(), |got| quoted(got.as_bytes()));
    Err(Failure::differs(what, quoted(expected.as_bytes()), got))
}

/// A text as it is shown: between quotes, on one line.
pub(crate) fn quoted(text: &[u8]) -> String {
    Value::from(String::from_utf8_lossy(text)).to_string()
}

fn given_texts<const N: usize>(texts: [(&'static str, Option<String>); N]) -> Vec<(&'static str, String)> {
    texts.into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
}

fn first(texts: &[(&'static str, String)], others: &[(&'static str, bool)]) -> Option<&'static str> {
    let other = || others.iter().find(|(_, given)| *given).map(|(key, _)| *key);
    texts.first().map(|(key, _)| *key).or_else(other)
}
