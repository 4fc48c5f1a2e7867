//! Who is on the other end of a connection.

use std::collections::BTreeMap;

/// The caller as the authorizer's context named it: `tenant`, and whatever else it said, such as `keyId`, `planId` and claims of a token.
/// Rules look attributes up by these names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    attributes: BTreeMap<String, String>,
}

impl Principal {
    /// A principal from an authorizer's context, if that names a tenant.
    pub fn from_context(attributes: BTreeMap<String, String>) -> Option<Self> {
        let named = attributes.get("tenant").is_some_and(|tenant| !tenant.is_empty());
        named.then_some(Principal { attributes })
    }

    /// Who is isolated from whom.
    pub fn tenant(&self) -> &str {
        self.attribute("tenant").unwrap_or_default()
    }

    /// The credential by its public id: what the cap of connections per key counts.
    pub fn key_id(&self) -> Option<&str> {
        self.attribute("keyId")
    }

    /// Under which name others see the caller in a channel: the subject of a token, else the key's id, else the tenant.
    pub fn member(&self) -> &str {
        self.attribute("subject").or_else(|| self.key_id()).unwrap_or_else(|| self.tenant())
    }

    /// What the principal's API key or subscription unlocks: `features`, names with spaces between them.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.attribute("features").unwrap_or_default().split(' ').filter(|feature| !feature.is_empty())
    }

    /// An attribute by name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// All of them.
    pub fn attributes(&self) -> &BTreeMap<String, String> {
        &self.attributes
    }
}
