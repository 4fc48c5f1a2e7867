//! What a Lambda proxy integration gave back, as a response.
//! (API Gateway developer guide, `set-up-lambda-proxy-integrations` for 1.0, `http-api-develop-integrations-lambda` for
//! 2.0; REST's strictness is recorded.)

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use definition::PayloadFormat;
use serde_json::{Map, Value};

use crate::{GatewayResponse, Headers, Refusal};

const FIELDS_V1: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// Reads a function's payload; `decode` says whether it may be base64.
///
/// # Errors
/// [`Refusal::Answer`] when it is not a proxy response.
pub(crate) fn respond(format: PayloadFormat, decode: bool, payload: &[u8]) -> Result<GatewayResponse, Refusal> {
    let value: Value =
        serde_json::from_slice(payload).map_err(|error| Refusal::Answer(format!("it is not JSON: {error}")))?;
    match (format, value) {
        (PayloadFormat::V1, Value::Object(answer)) => v1(&answer, decode),
        (PayloadFormat::V1, _) => Err(malformed("it is not an object")),
        (PayloadFormat::V2, Value::Object(answer)) if answer.contains_key("statusCode") => v2(answer, decode),
        (PayloadFormat::V2, Value::String(text)) => Ok(inferred(Bytes::from(text))),
        // As the function wrote it, numbers and order of keys included.
        (PayloadFormat::V2, _) => Ok(inferred(Bytes::copy_from_slice(payload))),
    }
}

/// Format 1.0 is strict: an unknown field makes an answer malformed.
fn v1(answer: &Map<String, Value>, decode: bool) -> Result<GatewayResponse, Refusal> {
    if let Some(unknown) = answer.keys().find(|key| !FIELDS_V1.contains(&key.as_str())) {
        return Err(malformed(&format!("it has an unknown field {unknown:?}")));
    }
    structured(answer, decode, "application/json")
}

/// Format 2.0 has no multi-value headers, and text where no content type is given.
fn v2(mut answer: Map<String, Value>, decode: bool) -> Result<GatewayResponse, Refusal> {
    answer.remove("multiValueHeaders");
    structured(&answer, decode, "text/plain; charset=utf-8")
}

/// Format 2.0 takes any JSON without a `statusCode` as the body of a 200.
fn inferred(body: Bytes) -> GatewayResponse {
    let mut headers = Headers::default();
    headers.add("content-type", "application/json");
    GatewayResponse { status: 200, headers, body }
}

fn structured(answer: &Map<String, Value>, decode: bool, content_type: &str) -> Result<GatewayResponse, Refusal> {
    let mut headers = Headers::default();
    // A name in both maps: the values of the list first, in the list's spelling (recorded).
    for (name, values) in object(answer, "multiValueHeaders")? {
        let values = values.as_array().ok_or_else(|| malformed("a multi-value header is not a list"))?;
        for value in values {
            add(&mut headers, name, value)?;
        }
    }
    for (name, value) in object(answer, "headers")? {
        add(&mut headers, name, value)?;
    }
    if let Some(cookies) = answer.get("cookies") {
        for cookie in cookies.as_array().ok_or_else(|| malformed("cookies is not a list"))? {
            add(&mut headers, "set-cookie", cookie)?;
        }
    }
    headers.set_default("content-type", content_type);
    Ok(GatewayResponse { status: status(answer)?, headers, body: body(answer, decode)? })
}

fn status(answer: &Map<String, Value>) -> Result<u16, Refusal> {
    let status = match answer.get("statusCode") {
        None | Some(Value::Null) => Some(200),
        Some(Value::Number(number)) => number.as_u64().and_then(|status| u16::try_from(status).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    status.filter(|status| (100..=599).contains(status)).ok_or_else(|| malformed("statusCode is not a status"))
}

fn body(answer: &Map<String, Value>, decode: bool) -> Result<Bytes, Refusal> {
    let text = match answer.get("body") {
        None | Some(Value::Null) => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(_) => return Err(malformed("body is not a text")),
    };
    match answer.get("isBase64Encoded") {
        Some(Value::Bool(true)) if decode => {
            STANDARD.decode(text).map(Bytes::from).map_err(|_| malformed("body is marked as base64 and is not"))
        }
        None | Some(Value::Bool(_) | Value::Null) => Ok(Bytes::from(text.clone())),
        Some(_) => Err(malformed("isBase64Encoded is not a boolean")),
    }
}

/// The entries of an object that may be absent or null.
fn object<'a>(
    answer: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, Refusal> {
    let entries = match answer.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::Object(entries)) => Some(entries.iter()),
        Some(_) => return Err(malformed(&format!("{name} is not an object"))),
    };
    Ok(entries.into_iter().flatten())
}

/// Adds a header; a null one is left out. A line break in it would let a function's input write headers of its own.
fn add(headers: &mut Headers, name: &str, value: &Value) -> Result<(), Refusal> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(malformed("a header's value is not a text")),
    };
    let token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte));
    if !token || text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(malformed("a header has a character that headers cannot hold"));
    }
    let spelling = headers.0.iter().map(|(other, _)| other).find(|other| other.eq_ignore_ascii_case(name)).cloned();
    headers.add(spelling.unwrap_or_else(|| name.to_owned()), text);
    Ok(())
}

fn malformed(why: &str) -> Refusal {
    Refusal::Answer(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `status; name: value; …; body`, or why it is malformed.
    fn read(format: PayloadFormat, payload: &str) -> String {
        match respond(format, true, payload.as_bytes()) {
            Ok(response) => {
                let headers = response.headers.0.iter().map(|(name, value)| format!("{name}: {value}; "));
                let body = String::from_utf8_lossy(&response.body);
                format!("{}; {}{body}", response.status, headers.collect::<String>())
            }
            Err(refusal) => {
                assert_eq!(refusal.response().status, 502);
                refusal.to_string().replace("the backend's answer is malformed: ", "")
            }
        }
    }

    #[test]
    fn a_1_0_answer_is_read_as_aws_reads_it() {
        const JSON: &str = "content-type: application/json; ";
        for (payload, expected) in [
            ("{}", format!("200; {JSON}")),
            (r#"{"statusCode": "201"}"#, format!("201; {JSON}")),
            (r#"{"statusCode": 200, "headers": {"b": true, "n": null}}"#, format!("200; b: true; {JSON}")),
            (r#"{"headers": null, "body": null}"#, format!("200; {JSON}")),
            (
                r#"{"multiValueHeaders": {"T-m": ["multi"]}, "headers": {"t-M": "solo"}}"#,
                format!("200; T-m: multi; T-m: solo; {JSON}"),
            ),
            (r#"{"headers": {"Content-Type": "text/plain"}, "body": "x"}"#, "200; Content-Type: text/plain; x".into()),
            (r#"{"isBase64Encoded": true, "body": "aGk="}"#, format!("200; {JSON}hi")),
        ] {
            assert_eq!(read(PayloadFormat::V1, payload), expected, "{payload}");
        }
    }

    #[test]
    fn a_malformed_1_0_answer_is_a_502() {
        for (payload, why) in [
            ("null", "it is not an object"),
            (r#""text""#, "it is not an object"),
            (r#"{"statusCode": 200, "wrongValue": 1}"#, "it has an unknown field \"wrongValue\""),
            (r#"{"statusCode": "many"}"#, "statusCode is not a status"),
            (r#"{"statusCode": 99}"#, "statusCode is not a status"),
            (r#"{"body": {}}"#, "body is not a text"),
            (r#"{"multiValueHeaders": {"a": "b"}}"#, "a multi-value header is not a list"),
            (r#"{"headers": []}"#, "headers is not an object"),
            (r#"{"headers": {"a": "b\r\nc: d"}}"#, "a header has a character that headers cannot hold"),
            (r#"{"headers": {"a b": "c"}}"#, "a header has a character that headers cannot hold"),
            (r#"{"isBase64Encoded": true, "body": "%"}"#, "body is marked as base64 and is not"),
            ("", "it is not JSON: EOF while parsing a value at line 1 column 0"),
        ] {
            assert_eq!(read(PayloadFormat::V1, payload), why, "{payload}");
        }
    }

    #[test]
    fn a_rest_api_leaves_base64_as_it_is() {
        let answer = respond(PayloadFormat::V1, false, br#"{"isBase64Encoded": true, "body": "aGk="}"#).unwrap();
        assert_eq!(&answer.body[..], b"aGk=");
    }

    #[test]
    fn a_2_0_answer_without_a_status_is_a_body() {
        for (payload, expected) in [
            (r#"{"n": 2}"#, r#"200; content-type: application/json; {"n": 2}"#),
            (
                r#"{"b": 1e2, "a": 12345678901234567890123}"#,
                r#"200; content-type: application/json; {"b": 1e2, "a": 12345678901234567890123}"#,
            ),
            (r#""Hello""#, "200; content-type: application/json; Hello"),
            (
                r#"{"statusCode": 201, "cookies": ["a=1", "b=2"], "body": "made", "extra": 1, "multiValueHeaders": {"x": 1}}"#,
                "201; set-cookie: a=1; set-cookie: b=2; content-type: text/plain; charset=utf-8; made",
            ),
        ] {
            assert_eq!(read(PayloadFormat::V2, payload), expected, "{payload}");
        }
    }
}
