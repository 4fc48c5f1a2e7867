//! Events whose errors do not quote them.

use serde::{Deserialize, Deserializer, de::Error as _};

/// An event. Where it is not of the form that the function takes, the error says so and no more: serde's own quotes the value
/// that it stopped at, which may be a client's token, and the Lambda client logs it and hands it to whoever invoked.
#[derive(Clone, Copy, Debug)]
pub struct Unquoted<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unquoted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = T::deserialize(deserializer).map(Unquoted);
        event.map_err(|_| D::Error::custom("the event is not of the form that this function takes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::HttpEvent;

    #[test]
    fn an_event_of_another_form_is_not_quoted() {
        for event in [
            r#"{"headers": "s3cr3t"}"#,
            r#"{"headers": {"x-api-key": ["s3cr3t"]}}"#,
            r#"{"multiValueHeaders": {"x-api-key": "s3cr3t"}}"#,
            r#"{"requestContext": {"authorizer": "s3cr3t"}}"#,
        ] {
            let error = serde_json::from_str::<Unquoted<HttpEvent>>(event).expect_err("another form").to_string();
            assert!(error.starts_with("the event is not of the form that this function takes"), "{error}");
        }
        assert!(serde_json::from_str::<Unquoted<HttpEvent>>("{}").is_ok());
    }
}
