//! `x-tollgate-tenant`: what names the tenant where no API key does.

use serde::{Deserialize, Serialize};

use super::Principal;

/// How long a tenant's name may be, in bytes: it is part of table keys and stands in a header.
const MAX_BYTES: usize = 256;

/// The claim of a token, or the field of a Lambda authorizer's context, that names the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantRule(String);

impl TenantRule {
    /// Reads a field's name: `custom:tenant`, `org_id`.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub fn parse(name: &str) -> Result<Self, (String, String)> {
        if name.trim().is_empty() || name.trim() != name {
            let message = format!("{name:?} is not the name of a claim or of a context field");
            return Err((message, "write the name alone, such as custom:tenant".to_owned()));
        }
        Ok(TenantRule(name.to_owned()))
    }

    /// The field's name.
    pub fn field(&self) -> &str {
        &self.0
    }

    /// The principal with its tenant. Who has one by their API key keeps it: a claim cannot move a key to another tenant.
    ///
    /// # Errors
    /// The principal as it was, when the field is missing, empty, or no name: longer than 256 bytes or with control
    /// characters.
    pub fn apply(&self, principal: Principal) -> Result<Principal, Box<Principal>> {
        if principal.tenant.is_some() {
            return Ok(principal);
        }
        let good = |name: &&String| !name.is_empty() && name.len() <= MAX_BYTES && !name.chars().any(char::is_control);
        match principal.claims.0.get(&self.0).filter(good).cloned() {
            Some(tenant) => Ok(Principal { tenant: Some(tenant), ..principal }),
            None => Err(Box::new(principal)),
        }
    }
}
