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
    pub(crate) table: Table,
    /// What its first answer at 128 MB must not exceed.
    pub(crate) target_ms: Option<f64>,
}

/// The table of a router.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    /// The shop's; a function that is no router has none.
    Packed,
    /// One of so many operations.
    Operations(usize),
    /// One operation that asks for an API key.
    Keyed,
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

type Setting = (&'static str, &'static str);

const API_KEYS: Setting = ("API_KEYS_TABLE", "api-keys");
const USAGE_PLANS: Setting = ("USAGE_PLANS_TABLE", "usage-plans");
const COUNTERS: Setting = ("COUNTERS_TABLE", "counters");
const STAGE_VARIABLES: Setting = (
    "STAGE_VARIABLES",
    r#"{"cartFunction":"arn:aws:lambda:us-east-1:123456789012:function:cart","catalogUrl":"http://127.0.0.1:9"}"#,
);
const USAGE_QUEUE: Setting = ("USAGE_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/usage");

/// What every router is told.
pub(crate) const ROUTER_SETTINGS: &[Setting] = &[API_KEYS, USAGE_PLANS, COUNTERS, STAGE_VARIABLES];

/// What one is told that counts usage, and tells of it after each answer.
const METERED_SETTINGS: &[Setting] = &[API_KEYS, USAGE_PLANS, COUNTERS, STAGE_VARIABLES, USAGE_QUEUE];

/// Subjects that are compared with each other: see [`crate::comparisons`].
pub(crate) const FEW_OPERATIONS: &str = "router, 3 operations";
pub(crate) const MANY_OPERATIONS: &str = "router, 299 operations";
pub(crate) const MOCK: &str = "router, mock";
pub(crate) const KEYED: &str = "router, mock, a key with a plan";
pub(crate) const COUNTED: &str = "router, Lambda backend, metered";
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
            table: Table::Packed,
            target_ms: None,
        },
        mock(health, router),
        Subject {
            label: KEYED,
            table: Table::Keyed,
            backend: Backend::Aws,
            ..mock(include_str!("keyed.json"), router)
        },
        Subject { label: FEW_OPERATIONS, table: Table::Operations(3), ..mock(health, router) },
        Subject { label: MANY_OPERATIONS, table: Table::Operations(299), ..mock(health, router) },
        function(ALL_INTEGRATIONS, "router"),
        function(LAMBDA_ALONE, "lambda-alone"),
        Subject { settings: METERED_SETTINGS, ..function(COUNTED, "router") },
        Subject {
            label: "authorizer",
            binary: "authorizer",
            packed: "authorizer",
            event: include_str!("../../../events/authorizer/known-key.json"),
            expected: Expected::allowed("demo"),
            backend: Backend::Aws,
            settings: &[("API_KEYS_TABLE", "api-keys")],
            table: Table::Packed,
            target_ms: Some(AUTHORIZER_TARGET_MS),
        },
        Subject {
            label: "cart",
            binary: "cart",
            packed: "cart",
            event: include_str!("../../../events/cart/read-cart.json"),
            expected: Expected::status(200, "\"version\":3"),
            backend: Backend::Aws,
            settings: &[
                ("CARTS_TABLE", "carts"),
                ("PRODUCTS_TABLE", "products"),
                ("ORDERS_TABLE", "orders"),
                ("BROADCAST_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/broadcast"),
            ],
            table: Table::Packed,
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
        table: Table::Packed,
        target_ms: None,
    }
}

/// The router answering by itself.
fn mock(event: &'static str, settings: &'static [(&'static str, &'static str)]) -> Subject {
    Subject {
        label: MOCK,
        binary: "router",
        packed: "router",
        event,
        expected: Expected::status(200, "\"status\""),
        backend: Backend::Nothing,
        settings,
        table: Table::Packed,
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
