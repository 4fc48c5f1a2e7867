//! An issuer's keys. (RFC 7517, section 5.)

use serde::Deserialize;
use serde_json::Value;

use super::{Algorithm, key::PublicKey};

/// How long a set may be: what API Gateway reads of one. (Developer guide, `http-api-quotas`.)
pub(crate) const MAX_SET_BYTES: usize = 150 * 1024;

/// The keys of an issuer that can check signatures.
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// Why a document is no set of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetProblem {
    /// It is longer than any set.
    #[error("the key set has {0} bytes, more than {MAX_SET_BYTES}")]
    TooLong(usize),
    /// It is not `{"keys": […]}`.
    #[error("the key set is not a JSON object with a list of keys")]
    Malformed,
    /// It holds no key that can check signatures.
    #[error("the key set has no key that can check a signature")]
    Empty,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a JWK set. Keys for other purposes, of other kinds, too weak or malformed are left out, as RFC 7517 asks.
    ///
    /// # Errors
    /// When there is no usable key in it.
    pub fn parse(document: &[u8]) -> Result<Self, KeySetProblem> {
        if document.len() > MAX_SET_BYTES {
            return Err(KeySetProblem::TooLong(document.len()));
        }
        let document: Document = serde_json::from_slice(document).map_err(|_| KeySetProblem::Malformed)?;
        let keys: Vec<PublicKey> = document.keys.into_iter().filter_map(PublicKey::of).collect();
        if keys.is_empty() { Err(KeySetProblem::Empty) } else { Ok(KeySet { keys }) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none, which [`KeySet::parse`] does not make.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of this id for `algorithm`; without an id, the only one there is for it.
    pub(crate) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&PublicKey> {
        let mut fitting = self.keys.iter().filter(|key| key.is_for(algorithm));
        match id {
            Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}
