//! What a template sets under `$context.requestOverride` and `$context.responseOverride`
//! (`apigateway-override-request-response-parameters`).

use serde_json::{Map, Value};

/// Overrides, set by a request template and kept for the response template, which may read and change them.
///
/// Names beside AWS's own are kept too, so that one template can leave a value for the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    pub(crate) request: Map<String, Value>,
    pub(crate) response: Map<String, Value>,
}

impl Overrides {
    /// `$context.requestOverride.header`: names as they were written, lists joined by `,`.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, String)> {
        group(&self.request, "header")
    }

    /// `$context.requestOverride.path`.
    pub fn request_path(&self) -> impl Iterator<Item = (&str, String)> {
        group(&self.request, "path")
    }

    /// `$context.requestOverride.querystring`.
    pub fn request_querystring(&self) -> impl Iterator<Item = (&str, String)> {
        group(&self.request, "querystring")
    }

    /// `$context.responseOverride.header`.
    pub fn response_headers(&self) -> impl Iterator<Item = (&str, String)> {
        group(&self.response, "header")
    }

    /// `$context.responseOverride.status`, a number or its text; none if it is no status from 100 to 599.
    pub fn response_status(&self) -> Option<u16> {
        let status = match self.response.get("status")? {
            Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        (100..600).contains(&status).then_some(status)
    }
}

fn group<'a>(root: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = (&'a str, String)> {
    let entries = root.get(name).and_then(Value::as_object).into_iter().flatten();
    entries.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), joined(value)))
}

/// A value as the text of a header or parameter.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(joined).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
