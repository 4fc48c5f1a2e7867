//! What a policy is asked about.

use std::borrow::Cow;

use super::date;

/// The action of every call to an API.
const INVOKE: &str = "execute-api:Invoke";

/// A request as policies see it.
#[derive(Clone, Debug)]
pub struct PolicyRequest<'a> {
    /// The action: `execute-api:Invoke`.
    pub(crate) action: &'a str,
    /// What is called: see [`method_arn`].
    pub(crate) resource: &'a str,
    /// The ARN of the IAM caller; nobody is known where the operation does not ask for IAM.
    pub(crate) principal: Option<&'a str>,
    /// The time of the request, in milliseconds since 1970: `aws:CurrentTime` and `aws:EpochTime`.
    at_ms: u64,
    keys: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> PolicyRequest<'a> {
    /// A call of `resource` by somebody unknown.
    pub fn new(resource: &'a str, at_ms: u64) -> Self {
        PolicyRequest { action: INVOKE, resource, principal: None, at_ms, keys: Vec::new() }
    }

    /// The call of an IAM caller, by its ARN, which is `aws:PrincipalArn` too.
    #[must_use]
    pub fn called_by(mut self, principal: Option<&'a str>) -> Self {
        self.principal = principal;
        self.with_some("aws:PrincipalArn", principal)
    }

    /// With the value of a condition key, `aws:SourceIp` say. A key given twice has two values.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.keys.push((key.into(), value.into()));
        self
    }

    /// With the value of a condition key, if there is one.
    #[must_use]
    pub fn with_some(self, key: impl Into<Cow<'a, str>>, value: Option<impl Into<Cow<'a, str>>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// All values of a key; the names of keys have no case.
    pub(crate) fn values(&self, key: &str) -> Vec<Cow<'_, str>> {
        if key.eq_ignore_ascii_case("aws:CurrentTime") {
            return vec![date::show(self.at_ms).into()];
        }
        if key.eq_ignore_ascii_case("aws:EpochTime") {
            return vec![(self.at_ms / 1000).to_string().into()];
        }
        let named = self.keys.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        named.map(|(_, value)| Cow::Borrowed(value.as_ref())).collect()
    }

    /// The value of a key that has one value.
    pub(crate) fn value(&self, key: &str) -> Option<Cow<'_, str>> {
        let mut values = self.values(key);
        if values.len() > 1 { None } else { values.pop() }
    }
}

/// The ARN of one method of a deployed API: `arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/dev/GET/carts/42`.
/// `api` is what stands before the stage, `arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5`; `path` is the
/// request's path without the stage. (Developer guide, `api-gateway-control-access-using-iam-policies-to-invoke-api`.)
pub fn method_arn(api: &str, stage: &str, method: &str, path: &str) -> String {
    format!("{api}/{stage}/{method}/{}", path.strip_prefix('/').unwrap_or(path))
}
