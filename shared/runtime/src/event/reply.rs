//! A response in the shape that the caller of the function expects.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gateway::{CallProblem, GatewayResponse, MAX_PAYLOAD_BYTES, Refusal};
use serde::Serialize;
use serde_json::{Map, Value};

/// In which shape an answer is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// HTTP API payload 2.0 and Function URL.
    V2,
    /// REST API.
    V1,
    /// Load balancer, with multi-value headers switched on in its target group or not.
    LoadBalancer {
        /// Whether they are on.
        multi: bool,
    },
}

/// An answer to an HTTP event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_description: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    multi_value_headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    body: String,
    is_base64_encoded: bool,
}

impl Reply {
    /// `response` for a caller that expects `shape`. One that Lambda would not carry, for it is larger than 6 MB, is
    /// replaced by a 502; the flag says so.
    pub fn new(shape: Shape, response: &GatewayResponse) -> (Self, bool) {
        let reply = Reply::of(shape, response);
        // Escapes make a text at most six times as long, so smaller ones need no counting.
        let small = reply.body.len() < MAX_PAYLOAD_BYTES / 6 - 64 * 1024;
        if small || serde_json::to_vec(&reply).is_ok_and(|json| json.len() <= MAX_PAYLOAD_BYTES) {
            return (reply, false);
        }
        let mut refused = Refusal::Call(CallProblem::TooLarge).response();
        for name in ["x-amz-apigw-id", "x-amzn-requestid"] {
            refused.headers.add(name, response.headers.get(name).unwrap_or_default());
        }
        (Reply::of(shape, &refused), true)
    }

    /// The status that the client gets.
    pub fn status(&self) -> u16 {
        self.status_code
    }

    fn of(shape: Shape, response: &GatewayResponse) -> Self {
        let (body, is_base64_encoded) = match std::str::from_utf8(&response.body) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => (STANDARD.encode(&response.body), true),
        };
        let (mut headers, mut multi, mut cookies) = (Map::new(), Map::new(), Vec::new());
        for (name, values) in response.headers.grouped() {
            match shape {
                Shape::V2 if name.eq_ignore_ascii_case("set-cookie") => {
                    cookies.extend(values.into_iter().map(str::to_owned));
                }
                Shape::LoadBalancer { multi: false } if name.eq_ignore_ascii_case("set-cookie") => {
                    let spellings = (0u32..).map(|number| spelled(name, number));
                    headers.extend(spellings.zip(values.into_iter().map(Value::from)));
                }
                Shape::V2 | Shape::LoadBalancer { multi: false } => {
                    headers.insert(name.to_owned(), Value::from(values.join(", ")));
                }
                Shape::V1 | Shape::LoadBalancer { multi: true } => {
                    multi.insert(name.to_owned(), Value::from(values));
                }
            }
        }
        let description = || http_status(response.status);
        Reply {
            status_code: response.status,
            status_description: matches!(shape, Shape::LoadBalancer { .. }).then(description),
            headers,
            multi_value_headers: multi,
            cookies,
            body,
            is_base64_encoded,
        }
    }
}

/// The name with the case of its letters changed by the bits of `number`: where a name may stand only once, two cookies need
/// two spellings of it. Joined they would be one.
fn spelled(name: &str, number: u32) -> String {
    let letter = |(place, letter): (u32, char)| {
        let upper = number.checked_shr(place).is_some_and(|bits| bits & 1 == 1);
        if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    (0u32..).zip(name.chars()).map(letter).collect()
}

/// `200 OK`: load balancers want both.
fn http_status(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or_default()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_stay_apart_in_every_shape() {
        let mut response = GatewayResponse::json(200, &Value::Null);
        response.headers.add("set-cookie", "a=1; Path=/");
        response.headers.add("Set-Cookie", "b=2");
        let reply = |shape| serde_json::to_value(Reply::new(shape, &response).0).unwrap();
        assert_eq!(reply(Shape::V2)["cookies"], serde_json::json!(["a=1; Path=/", "b=2"]));
        assert_eq!(reply(Shape::V1)["multiValueHeaders"]["set-cookie"], serde_json::json!(["a=1; Path=/", "b=2"]));
        let single = reply(Shape::LoadBalancer { multi: false });
        assert_eq!(
            (&single["headers"]["set-cookie"], &single["headers"]["Set-cookie"]),
            (&"a=1; Path=/".into(), &"b=2".into())
        );
    }
}
