//! What a count is of.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Hour, Totals};

/// What a count is of. Empty texts stand for what a request has not: a caller without a key, a path without a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordKey {
    /// Who is billed.
    pub tenant: String,
    /// The API key, by its public id.
    pub key: String,
    /// The usage plan that the requests were held to.
    pub plan: String,
    /// The stage.
    pub stage: String,
    /// The operation's route key: `GET /carts/{cartId}`.
    pub route: String,
    /// The class of the status.
    pub class: StatusClass,
    /// The hour in which the answers were given; of a record of a day or month, its first.
    pub hour: Hour,
}

/// The first digit of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StatusClass(pub u8);

/// A count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRecord {
    /// What it is of.
    pub key: RecordKey,
    /// What was counted.
    pub totals: Totals,
}

impl StatusClass {
    /// The class of a status.
    pub fn of(status: u16) -> Self {
        StatusClass(u8::try_from(status / 100).unwrap_or(u8::MAX).clamp(1, 5))
    }

    /// Whether it is one of errors.
    pub fn is_error(self) -> bool {
        self.0 >= 4
    }
}

impl fmt::Display for StatusClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}xx", self.0)
    }
}

impl RecordKey {
    /// A name for it that no other record has: 32 hexadecimal digits of a SHA-256.
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        for text in [&self.tenant, &self.key, &self.plan, &self.stage, &self.route] {
            // With its length, so that no two lists of texts read the same.
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.update([self.class.0]);
        hash.update(self.hour.0.to_be_bytes());
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
