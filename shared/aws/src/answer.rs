//! What came back over HTTP: whole, bounded, and if it is an AWS service's refusal, with its code.

use std::error::Error;

use bytes::Bytes;
use gateway::{CallProblem, Headers, HttpAnswer, MAX_PAYLOAD_BYTES};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body;
use serde_json::Value;

use crate::chain;

/// Reads the body to its end, or until it is larger than [`MAX_PAYLOAD_BYTES`].
pub(crate) async fn read<B>(response: Response<B>) -> Result<HttpAnswer, CallProblem>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_PAYLOAD_BYTES).collect().await;
    let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => CallProblem::TooLarge,
        None => CallProblem::Unreachable(chain(&*error)),
    })?;
    Ok(HttpAnswer { status: head.status.as_u16(), headers: headers(&head.headers), body: body.to_bytes() })
}

fn headers(map: &HeaderMap) -> Headers {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Headers(map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
}

/// The first value of a header.
pub(crate) fn header<'a>(answer: &'a HttpAnswer, name: &str) -> Option<&'a str> {
    answer.headers.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The code of an error: the header `x-amzn-errortype`, else `__type` or `code` in a JSON body, else `Code` in an XML one;
/// without the namespace before `#` and what comes after `:`. (Smithy 2.0, `awsjson-protocol`, `awsquery-protocol`.)
pub(crate) fn error_code(answer: &HttpAnswer) -> Option<String> {
    if answer.status < 400 {
        return None;
    }
    let named = header(answer, "x-amzn-errortype").map(str::to_owned);
    let code = named.or_else(|| in_json(&answer.body)).or_else(|| element(&answer.body, "Code"))?;
    let code = code.split(':').next().unwrap_or_default();
    Some(code.rsplit('#').next().unwrap_or_default().to_owned())
}

fn in_json(body: &[u8]) -> Option<String> {
    // An error is small: a large body is data, and reading it twice would cost more than it tells.
    let body: Value = (body.len() < 65_536).then(|| serde_json::from_slice(body).ok())??;
    let code = body.get("__type").or_else(|| body.get("code"))?;
    code.as_str().map(str::to_owned)
}

/// The text of the first element of that name in an XML document whose values have nothing to escape: codes, ids, times and
/// credentials.
pub(crate) fn element(xml: &[u8], name: &str) -> Option<String> {
    let xml = std::str::from_utf8(xml).ok()?;
    let (_, after) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = after.split_once(&format!("</{name}>"))?;
    Some(text.trim().to_owned())
}
