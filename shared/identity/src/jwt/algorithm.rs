//! Signature algorithms. (RFC 7518, section 3.1; RFC 8037.)

use jsonwebtoken::Algorithm as JwtAlgorithm;
use serde::{Deserialize, Serialize};

/// An algorithm by which a token may be signed. There is none without a key pair: neither `none` nor HMAC, whose secret
/// everybody who verifies would hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// EdDSA on Curve25519.
    EdDsa,
}

/// Each by the name that `jsonwebtoken` has for it.
const KNOWN: [(JwtAlgorithm, Algorithm); 9] = [
    (JwtAlgorithm::RS256, Algorithm::Rs256),
    (JwtAlgorithm::RS384, Algorithm::Rs384),
    (JwtAlgorithm::RS512, Algorithm::Rs512),
    (JwtAlgorithm::PS256, Algorithm::Ps256),
    (JwtAlgorithm::PS384, Algorithm::Ps384),
    (JwtAlgorithm::PS512, Algorithm::Ps512),
    (JwtAlgorithm::ES256, Algorithm::Es256),
    (JwtAlgorithm::ES384, Algorithm::Es384),
    (JwtAlgorithm::EdDSA, Algorithm::EdDsa),
];

impl Algorithm {
    /// Those that an RSA key is for.
    pub(crate) const RSA: [Algorithm; 6] =
        [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];

    /// Reads its name, in the one spelling that it has.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().and_then(Algorithm::of)
    }

    /// The one that `jsonwebtoken` calls so, if it is accepted.
    pub(crate) fn of(named: JwtAlgorithm) -> Option<Self> {
        KNOWN.into_iter().find(|(name, _)| *name == named).map(|(_, algorithm)| algorithm)
    }
}
