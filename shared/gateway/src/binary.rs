//! Which bodies are bytes, and how they become text and back.
//! (API Gateway developer guide, `api-gateway-payload-encodings-workflow`; the edges are recorded.)

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use definition::ContentHandling;

use crate::Refusal;

/// Whether the first value of `header`, a `Content-Type` or an `Accept`, is one of the API's binary media types.
pub(crate) fn is_binary(header: Option<&str>, types: &[String]) -> bool {
    let first = header.and_then(|value| value.split([',', ';']).next()).unwrap_or_default();
    let Some((kind, subtype)) = first.trim().split_once('/') else { return false };
    let fits = |pattern: &str, text: &str| pattern == "*" || pattern.eq_ignore_ascii_case(text);
    types.iter().any(|own| own.split_once('/').is_some_and(|(own, sub)| fits(own, kind) && fits(sub, subtype)))
}

/// A request's body as the integration takes it.
///
/// # Errors
/// 500 where a text that is to become bytes is not base64.
pub(crate) fn of_request(body: &Bytes, binary: bool, handling: Option<ContentHandling>) -> Result<Bytes, Refusal> {
    match (binary, handling) {
        (true, Some(ContentHandling::ConvertToText)) => Ok(to_base64(body)),
        (true, _) => Ok(body.clone()),
        (false, Some(ContentHandling::ConvertToBinary)) => from_base64(body),
        (false, _) => Ok(as_text(body)),
    }
}

/// A backend's body as the client gets it: what it is, and whether the client asks for bytes, decide where
/// `contentHandling` does not.
///
/// # Errors
/// 500 where a text that is to become bytes is not base64.
pub(crate) fn of_response(
    body: &Bytes,
    (binary, wanted): (bool, bool),
    handling: Option<ContentHandling>,
) -> Result<Bytes, Refusal> {
    let to_text = handling == Some(ContentHandling::ConvertToText) || (handling.is_none() && !wanted);
    match (binary, to_text) {
        (true, true) => Ok(to_base64(body)),
        (true, false) => Ok(body.clone()),
        (false, true) => Ok(as_text(body)),
        (false, false) => from_base64(body),
    }
}

fn to_base64(body: &[u8]) -> Bytes {
    Bytes::from(STANDARD.encode(body))
}

fn from_base64(body: &Bytes) -> Result<Bytes, Refusal> {
    let decoded = STANDARD.decode(body);
    decoded
        .map(Bytes::from)
        .map_err(|_| Refusal::Configuration("a body that is to become bytes is not base64".to_owned()))
}

/// What is not UTF-8 becomes U+FFFD. (Recorded.)
fn as_text(body: &Bytes) -> Bytes {
    match String::from_utf8_lossy(body) {
        std::borrow::Cow::Borrowed(_) => body.clone(),
        std::borrow::Cow::Owned(text) => Bytes::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_decides_what_is_binary() {
        let types = ["image/png".to_owned(), "application/*".to_owned()];
        for (header, binary) in [
            (Some("image/png"), true),
            (Some("IMAGE/PNG; q=1"), true),
            (Some("image/png, text/plain"), true),
            (Some("text/plain, image/png"), false),
            (Some("application/pdf"), true),
            (Some("*/*"), false),
            (Some("image"), false),
            (None, false),
        ] {
            assert_eq!(is_binary(header, &types), binary, "{header:?}");
        }
        assert!(is_binary(Some("a/b"), &["*/*".to_owned()]));
    }

    #[test]
    fn base64_is_undone_only_where_it_is_base64() {
        let bytes = Bytes::from_static(b"aGk=");
        let to_binary = Some(ContentHandling::ConvertToBinary);
        assert_eq!(of_request(&bytes, false, to_binary).unwrap(), "hi");
        assert!(of_request(&Bytes::from_static(b"not base64"), false, to_binary).is_err());
        assert_eq!(of_request(&bytes, true, to_binary).unwrap(), bytes);
        assert_eq!(of_response(&Bytes::from_static(b"hi"), (true, false), None).unwrap(), bytes);
        assert_eq!(of_response(&bytes, (false, true), None).unwrap(), "hi");
    }
}
