//! One request, whatever event it came in.

use std::collections::BTreeMap;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// A request to the gateway, parsed once from an HTTP API, REST API, load balancer or Function URL event.
#[derive(Clone, Debug, Default)]
pub struct GatewayRequest {
    /// API Gateway's request id: in every log line, in the response and at the backend.
    pub request_id: String,
    /// `GET`, ….
    pub method: String,
    /// The path as it came, without the stage, with its leading `/`. HTTP APIs have decoded every escape but `%25` by
    /// then; a load balancer none: decoding each segment once is right for both.
    pub path: String,
    /// The query string as it came, without `?`.
    pub query: String,
    /// The headers in the order in which they came.
    pub headers: Headers,
    /// The body's bytes.
    pub body: Bytes,
    /// Where the client is.
    pub source_ip: String,
    /// `HTTP/1.1`.
    pub protocol: String,
    /// When API Gateway took the request: milliseconds since 1970, and the same as `09/Apr/2015:12:34:56 +0000`.
    pub time_ms: u64,
    /// See [`GatewayRequest::time_ms`].
    pub time: String,
    /// The API that was called.
    pub api: ApiIdentity,
    /// The stage that was called.
    pub stage: Stage,
    /// What the managed authorizer yielded, in payload 2.0's form: `{"lambda": {…}}`, `{"jwt": {…}}` or `{"iam": {…}}`.
    pub authorizer: Map<String, Value>,
    /// The route by which an HTTP API let the request in: `GET /carts/{cartId}`, `$default`; none for other senders.
    pub route_key: Option<String>,
    /// The X-Ray trace that the request belongs to.
    pub trace_id: Option<String>,
}

/// Which API was called.
#[derive(Clone, Debug, Default)]
pub struct ApiIdentity {
    /// The account that owns it, 12 digits.
    pub account_id: String,
    /// Its id, such as `a1b2c3d4e5`.
    pub api_id: String,
    /// The region that it lies in, such as `eu-north-1`.
    pub region: String,
    /// The host name that the client called.
    pub domain_name: String,
}

/// A stage and its variables.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// `$default`, or the stage's name.
    pub name: String,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
}

impl Stage {
    /// The path prefix under which the stage is called: empty for `$default`.
    pub fn prefix(&self) -> String {
        if self.name == "$default" || self.name.is_empty() { String::new() } else { format!("/{}", self.name) }
    }
}

/// Headers in order; names compare without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of `name`, in order.
    pub fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of `name`, joined by commas.
    pub fn joined(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Takes away every value of each of `names`.
    pub fn remove(&mut self, names: &[&str]) {
        self.0.retain(|(name, _)| !names.iter().any(|other| other.eq_ignore_ascii_case(name)));
    }

    /// Adds a value.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Replaces all values of `name` by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.add(name, value);
    }

    /// Adds a value unless there is one.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.add(name, value);
        }
    }

    /// All values by name, the name as it came first.
    pub fn grouped(&self) -> Vec<(&str, Vec<&str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (name, value) in &self.0 {
            let place = *places.entry(name.to_ascii_lowercase()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, values)) => values.push(value),
                None => groups.push((name, vec![value])),
            }
        }
        groups
    }
}

impl GatewayRequest {
    /// The body's media type in lower case, without parameters. A request that names none sends JSON, says AWS.
    pub fn media_type(&self) -> String {
        let content_type = self.headers.get("content-type").unwrap_or("application/json");
        content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The query's names and values, decoded.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        query_pairs(&self.query)
    }
}

/// The names and values of a query string, form-decoded: `+` is a space.
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_grouped_by_name_in_any_letter_case() {
        let headers = [("B", "1"), ("a", "2"), ("b", "3"), ("A", "4"), ("c", "5")];
        let headers = Headers(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(headers.grouped(), [("B", vec!["1", "3"]), ("a", vec!["2", "4"]), ("c", vec!["5"])]);
    }
}
