//! What a target answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use gateway::{CallProblem, FunctionAnswer, Headers, HttpAnswer};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::present;
use crate::{expectation::Base64, json};

/// What a target answers, in the words of the gateway's port.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) enum Answer {
    /// An HTTP server's or an AWS service's answer.
    Http(HttpAnswer),
    /// Lambda's.
    Function(FunctionAnswer),
    /// None, whatever was called.
    Fault(CallProblem),
}

/// All that an answer may be written with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "present")]
    status: Option<u16>,
    #[serde(default, deserialize_with = "present")]
    headers: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "present")]
    body: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body_base64: Option<Base64>,
    #[serde(default, deserialize_with = "present")]
    payload: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    function_error: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    accepted: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    fault: Option<Fault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fault {
    Timeout,
    Connect,
}

/// How a function says that it failed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FunctionError {
    #[serde(rename = "errorMessage")]
    _message: String,
    #[serde(rename = "errorType")]
    _type: String,
    #[serde(default, rename = "stackTrace")]
    _stack_trace: serde_json::Value,
}

impl TryFrom<Written> for Answer {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { status, headers, body, body_base64, payload, function_error, accepted, fault } = written;
        let http = status.is_some() || headers.is_some() || body.is_some() || body_base64.is_some();
        let kinds = [http, payload.is_some(), function_error.is_some(), accepted.is_some(), fault.is_some()];
        if kinds.into_iter().filter(|given| *given).count() != 1 {
            return Err("a backend is one of status, payload, functionError, accepted and fault".to_owned());
        }
        if let Some(payload) = payload {
            return Ok(Answer::Function(FunctionAnswer::Payload(compact(&payload))));
        }
        if let Some(error) = function_error {
            serde_json::from_str::<FunctionError>(error.get()).map_err(|error| format!("functionError: {error}"))?;
            return Ok(Answer::Function(FunctionAnswer::Failed(compact(&error))));
        }
        match (accepted, fault) {
            (Some(true), _) => return Ok(Answer::Function(FunctionAnswer::Accepted)),
            (Some(false), _) => return Err("accepted is not true".to_owned()),
            (_, Some(Fault::Timeout)) => return Ok(Answer::Fault(CallProblem::Timeout)),
            (_, Some(Fault::Connect)) => {
                return Ok(Answer::Fault(CallProblem::Unreachable("the case says so".to_owned())));
            }
            (None, None) => {}
        }
        let status = status.filter(|status| (100..=599).contains(status)).ok_or("a backend's status is 100 to 599")?;
        let body = match (body, body_base64) {
            (Some(_), Some(_)) => return Err("a backend has body or bodyBase64".to_owned()),
            (Some(text), None) => Bytes::from(text),
            (None, bytes) => bytes.map(|Base64(bytes)| bytes).unwrap_or_default(),
        };
        Ok(Answer::Http(HttpAnswer { status, headers: Headers(headers.unwrap_or_default()), body }))
    }
}

/// The JSON as functions write it: without white space, in its own order.
fn compact(json: &RawValue) -> Bytes {
    Bytes::from(json::compact(json.get()))
}

impl TryFrom<String> for Base64 {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        STANDARD.decode(&text).map(|bytes| Base64(Bytes::from(bytes))).map_err(|error| format!("base64: {error}"))
    }
}
