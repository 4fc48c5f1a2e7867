//! `mock`: no backend. The request that would be sent says the status that is answered.

use bytes::Bytes;

use crate::{Headers, Refusal, incoming::Incoming, outgoing::Outgoing};

/// The mock's answer, of no body.
///
/// # Errors
/// 500 where what would be sent has no status.
pub(crate) fn answer(outgoing: &Outgoing) -> Result<Incoming, Refusal> {
    let status = status_in(&String::from_utf8_lossy(&outgoing.body));
    let status = status.ok_or_else(|| Refusal::Configuration("the mock's request has no statusCode".to_owned()))?;
    Ok(Incoming { headers: Headers::default(), body: Bytes::new(), selector: status.to_string() })
}

/// The status in a mock's request: a template's output or a body that was passed through. AWS reads it loosely:
/// `{statusCode: 200}` counts as well as JSON (recorded).
fn status_in(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("statusCode")?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|status| (100..=599).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_loosely() {
        for (text, status) in [
            (r#"{"statusCode": 200}"#, Some(200)),
            ("{statusCode: 404}", Some(404)),
            ("{'statusCode' : 500}", Some(500)),
            (r#"{"statusCode": "201"}"#, Some(201)),
            (r#"{"statusCode": 99}"#, None),
            (r#"{"status": 200}"#, None),
            ("", None),
        ] {
            assert_eq!(status_in(text), status, "{text}");
        }
    }
}
