//! What is measured: which function, with which event, and which answer counts.

use crate::expected::Expected;
use crate::standin::Transport;

/// How soon the authorizer must have answered from DynamoDB at 128 MB: it stands before every request of a cold start.
pub(crate) const AUTHORIZER_TARGET_MS: f64 = 8.0;

/// One function doing one thing.
pub(crate) struct Subject {
    pub(crate) label: &'static str,
    /// The directory of its `bootstrap`.
    pub(crate) binary: &'static str,
    /// The directory of what is packed beside its `bootstrap` on AWS.
    pub(crate) packed: &'static str,
    pub(crate) event: &'static str,
    pub(crate) expected: Expected,
    pub(crate) backend: Backend,
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// How many operations the router's table has, where it is not the shop's.
    pub(crate) operations: Option<usize>,
    /// What its first answer at 128 MB must not exceed.
    pub(crate) target_ms: Option<f64>,
}

/// What the measured answer needs beside the function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Nothing,
    /// AWS: an answer given without it is not the answer to be measured.
    Aws,
}

impl Subject {
    /// Measured once where nothing is called, else once over each.
    pub(crate) fn transports(&self, offered: &[Transport]) -> Vec<Transport> {
        match self.backend {
            // A client made at init is made as on AWS.
            Backend::Nothing => offered.last().copied().into_iter().collect(),
            Backend::Aws => offered.to_vec(),
        }
    }
}

/// What every router is told.
pub(crate) const ROUTER_SETTINGS: &[(&str, &str)] = &[
    ("API_KEYS_TABLE", "api-keys"),
    (
        "STAGE_VARIABLES",
        r#"{"cartFunction":"arn:aws:lambda:us-east-1:123456789012:function:cart","catalogUrl":"http://127.0.0.1:9"}"#,
    ),
];

/// Subjects that are compared with each other: see [`crate::comparisons`].
pub(crate) const FEW_OPERATIONS: &str = "router, 3 operations";
pub(crate) const MANY_OPERATIONS: &str = "router, 299 operations";
pub(crate) const ALL_INTEGRATIONS: &str = "router, Lambda backend";
pub(crate) const LAMBDA_ALONE: &str = "router, Lambda alone";

/// Every subject; the first is what the others are compared with.
pub(crate) fn all() -> Vec<Subject> {
    let router = ROUTER_SETTINGS;
    let health = include_str!("../../../events/router/http-api-mock.json");
    vec![
        Subject {
            label: "floor: bare `lambda_http`",
            binary: "floor",
            packed: "floor",
            event: health,
            expected: Expected::status(200, "\"status\""),
            backend: Backend::Nothing,
            settings: &[],
            operations: None,
            target_ms: None,
        },
        mock(health, router),
        Subject { label: FEW_OPERATIONS, operations: Some(3), ..mock(health, router) },
        Subject { label: MANY_OPERATIONS, operations: Some(299), ..mock(health, router) },
        function(ALL_INTEGRATIONS, "router"),
        function(LAMBDA_ALONE, "lambda-alone"),
        Subject {
            label: "authorizer",
            binary: "authorizer",
            packed: "authorizer",
            event: include_str!("../../../events/authorizer/known-key.json"),
            expected: Expected::allowed("demo"),
            backend: Backend::Aws,
            settings: &[("API_KEYS_TABLE", "api-keys")],
            operations: None,
            target_ms: Some(AUTHORIZER_TARGET_MS),
        },
        Subject {
            label: "cart",
            binary: "cart",
            packed: "cart",
            event: include_str!("../../../events/cart/read-cart.json"),
            expected: Expected::status(200, "\"version\":3"),
            backend: Backend::Aws,
            settings: &[("CARTS_TABLE", "carts")],
            operations: None,
            target_ms: None,
        },
    ]
}

/// A router calling a Lambda function.
fn function(label: &'static str, binary: &'static str) -> Subject {
    Subject {
        label,
        binary,
        packed: "router",
        event: include_str!("../../../events/router/http-api-function.json"),
        expected: Expected::status(201, "\"42\""),
        backend: Backend::Aws,
        settings: ROUTER_SETTINGS,
        operations: None,
        target_ms: None,
    }
}

/// The router answering by itself.
fn mock(event: &'static str, settings: &'static [(&'static str, &'static str)]) -> Subject {
    Subject {
        label: "router, mock",
        binary: "router",
        packed: "router",
        event,
        expected: Expected::status(200, "\"status\""),
        backend: Backend::Nothing,
        settings,
        operations: None,
        target_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_event_and_every_setting_that_is_json_is_json() {
        for subject in all() {
            let settings = subject.settings.iter().map(|(_, value)| *value).filter(|value| value.starts_with('{'));
            for text in settings.chain([subject.event]) {
                assert!(serde_json::from_str::<Value>(text).is_ok(), "{}: {text}", subject.label);
            }
        }
    }
}
