//! Who is isolated from whom.

use std::fmt;

/// The longest tenant. A DynamoDB partition key has at most 2,048 bytes; this leaves a cart's id more than its share.
const MAX_TENANT_BYTES: usize = 1024;

/// A tenant, as the authorizer named it. Made from nothing that a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant(String);

impl Tenant {
    /// The tenant named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=MAX_TENANT_BYTES).contains(&text.len()).then(|| Tenant(text.to_owned()))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
