//! What an answer must hold to count. An error is never speed.

use serde_json::Value;

/// Values that must stand in a function's answer, each at its JSON pointer.
#[derive(Clone)]
pub(crate) struct Expected {
    values: Vec<(&'static str, Value)>,
    /// A piece of the `body` string, for functions that answer HTTP.
    body: Option<&'static str>,
}

impl Expected {
    /// An HTTP API answer (payload 2.0) of that status with `piece` in its body.
    pub(crate) fn status(status: u16, piece: &'static str) -> Self {
        Self { values: vec![("/statusCode", Value::from(status))], body: Some(piece) }
    }

    /// A simple authorizer answer that lets the tenant in.
    pub(crate) fn allowed(tenant: &'static str) -> Self {
        Self {
            values: vec![("/isAuthorized", Value::from(true)), ("/context/tenant", Value::from(tenant))],
            body: None,
        }
    }

    /// What differs, if something does.
    pub(crate) fn check(&self, answer: &[u8]) -> Result<(), String> {
        let answer: Value = serde_json::from_slice(answer).map_err(|error| format!("answered no JSON ({error})"))?;
        for (pointer, value) in &self.values {
            if answer.pointer(pointer) != Some(value) {
                return Err(format!("answered without {value} at {pointer}"));
            }
        }
        match self.body {
            Some(piece) if !body(&answer).contains(piece) => Err(format!("answered without {piece:?} in its body")),
            _ => Ok(()),
        }
    }
}

/// Empty when it is Base64, which none of the measured answers is.
fn body(answer: &Value) -> &str {
    let encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false);
    answer.get("body").and_then(Value::as_str).filter(|_| !encoded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_answer_counts() {
        let right = r#"{"statusCode":200,"body":"{\"status\":\"ok\"}"}"#;
        assert_eq!(Expected::status(200, "\"status\"").check(right.as_bytes()), Ok(()));
        for wrong in [
            r#"{"statusCode":500,"body":"\"status\""}"#,
            r#"{"statusCode":"200","body":"\"status\""}"#,
            r#"{"statusCode":200,"body":"else"}"#,
            r#"{"statusCode":200,"body":"\"status\"","isBase64Encoded":true}"#,
            r#"{"statusCode":200}"#,
            "",
        ] {
            assert_ne!(Expected::status(200, "\"status\"").check(wrong.as_bytes()), Ok(()), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_by_the_authorizer_does_not_count() {
        let allowed = Expected::allowed("demo");
        assert_eq!(allowed.check(br#"{"isAuthorized":true,"context":{"tenant":"demo"}}"#), Ok(()));
        assert_ne!(allowed.check(br#"{"isAuthorized":false,"context":{"tenant":"demo"}}"#), Ok(()));
        assert_ne!(allowed.check(br#"{"isAuthorized":true,"context":{"tenant":"other"}}"#), Ok(()));
    }
}
