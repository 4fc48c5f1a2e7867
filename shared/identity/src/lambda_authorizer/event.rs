//! The event that an authorizer's function gets.

use serde_json::{Map, Value, json};

use super::{AuthorizerKind, LambdaAuthorizer};

impl LambdaAuthorizer {
    /// The function's event.
    ///
    /// `arn` is the method's, `identity` what [`LambdaAuthorizer::identity`] gave, and `proxy_event` the event that a
    /// Lambda proxy integration of the same format gets: 2.0 for the kinds of format 2.0, 1.0 for the others, nothing for
    /// a token authorizer. Authorizers get all of it but the body.
    pub fn event(&self, arn: &str, identity: &[String], proxy_event: Map<String, Value>) -> Value {
        let mut event = proxy_event;
        for unseen in ["body", "isBase64Encoded"] {
            event.remove(unseen);
        }
        let mut set = |name: &str, value: Value| event.insert(name.to_owned(), value);
        match self.kind {
            AuthorizerKind::Token => {
                let token = identity.first().map(String::as_str).unwrap_or_default();
                return json!({"type": "TOKEN", "authorizationToken": token, "methodArn": arn});
            }
            AuthorizerKind::Request => {
                set("type", "REQUEST".into());
                set("methodArn", arn.into());
                event.remove("version");
            }
            AuthorizerKind::HttpV1 => {
                let joined = identity.join(",");
                set("version", "1.0".into());
                set("type", "REQUEST".into());
                set("methodArn", arn.into());
                set("identitySource", joined.as_str().into());
                set("authorizationToken", joined.into());
            }
            AuthorizerKind::HttpV2 | AuthorizerKind::HttpV2Simple => {
                set("version", "2.0".into());
                set("type", "REQUEST".into());
                set("routeArn", arn.into());
                // Without identity sources API Gateway sends null.
                let identity = if identity.is_empty() { Value::Null } else { json!(identity) };
                set("identitySource", identity);
            }
        }
        Value::Object(event)
    }
}
