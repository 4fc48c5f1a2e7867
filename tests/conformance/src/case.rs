//! The format of a case, read to the letter: an unknown key, a key given twice or a value of the wrong kind is refused.

mod answer;
mod ordered;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub(crate) use answer::Answer;
use ordered::Ordered;
pub(crate) use read::read;

use crate::expectation::{BackendExpectation, Base64, Expectation};

/// One file's contents.
pub(crate) enum Case {
    /// Requests, and what the client gets.
    Exchanges(ExchangeCase),
    /// What a mapping template prints.
    Template(TemplateCase),
}

/// Exchanges, in order, with one gateway.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeCase {
    name: String,
    source: String,
    #[serde(rename = "evidence")]
    _evidence: Evidence,
    /// A complete OpenAPI document, as it is written: order counts in it.
    pub(crate) definition: Box<RawValue>,
    pub(crate) stage: Stage,
    pub(crate) exchanges: Vec<Exchange>,
}

/// A template, what it reads, and what it prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TemplateCase {
    name: String,
    source: String,
    #[serde(rename = "evidence")]
    _evidence: Evidence,
    pub(crate) template: String,
    pub(crate) input: Input,
    pub(crate) context: serde_json::Map<String, serde_json::Value>,
    pub(crate) stage_variables: BTreeMap<String, String>,
    /// The text that it prints.
    #[serde(default, deserialize_with = "present")]
    pub(crate) expect: Option<String>,
    /// Or how the request is refused.
    #[serde(default, deserialize_with = "present")]
    pub(crate) expect_error: Option<ErrorExpectation>,
}

/// How sure an expectation is.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Evidence {
    /// It is what AWS answered to this request.
    Recorded,
    /// It follows from AWS's text, or from a recording with other data.
    Documented,
}

/// The stage that is called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) variables: BTreeMap<String, String>,
}

/// What `$input` is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) body: String,
    pub(crate) path: Ordered,
    pub(crate) querystring: Ordered,
    pub(crate) header: Ordered,
}

/// How a request is refused whose template cannot be rendered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorExpectation {
    pub(crate) status: u16,
}

/// One request and what becomes of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    /// What authentication yielded before.
    #[serde(default)]
    pub(crate) principal: Option<Principal>,
    /// What the target answers; none: no target may be called.
    #[serde(deserialize_with = "nullable")]
    pub(crate) backend: Option<Answer>,
    /// What the target must be asked; `Some(None)`: nothing, none: anything.
    #[serde(default, deserialize_with = "present")]
    pub(crate) expect_backend: Option<Option<BackendExpectation>>,
    pub(crate) expect: Expectation,
}

/// What the client sends.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Raw, without the stage and the query.
    pub(crate) path: String,
    /// Raw, without `?`.
    #[serde(default)]
    pub(crate) query: String,
    /// In order, in this very spelling.
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) body_base64: Option<Base64>,
    #[serde(default = "client")]
    pub(crate) source_ip: String,
}

/// Who the client is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Principal {
    /// The id of a valid key that the request carries.
    #[serde(default, deserialize_with = "present")]
    pub(crate) api_key_id: Option<String>,
    /// The context of an authorizer that allowed the request.
    #[serde(default, deserialize_with = "present")]
    pub(crate) authorizer: Option<BTreeMap<String, String>>,
}

fn client() -> String {
    "203.0.113.10".to_owned()
}

/// A key that may be absent and, if it is there, has a value of its kind: `null` only where that is one.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// A key that must be there and may be `null`.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(value)
}
