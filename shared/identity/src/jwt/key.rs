//! One public key of an issuer. (RFC 7517, RFC 7518 section 6, RFC 8037.)

use jsonwebtoken::{
    Algorithm as JwtAlgorithm, DecodingKey, DecodingKeyKind, crypto,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

use super::{Algorithm, JwtRefusal, provider};

/// The least length of an RSA key. (NIST SP 800-131A; RFC 7518, section 3.3.)
const MIN_RSA_BITS: usize = 2048;
/// The greatest that the signature check takes: a longer one would cost more than it is worth.
const MAX_RSA_BITS: usize = 8192;

/// A key, and the algorithms that it is for.
pub(crate) struct PublicKey {
    /// Its id in the set.
    pub(crate) id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl PublicKey {
    /// The key of a JSON Web Key as it is published, if it is one for checking signatures and strong enough.
    pub(crate) fn of(published: Value) -> Option<Self> {
        // A private key that was published is anybody's.
        if published.get("d").is_some() {
            return None;
        }
        let jwk: Jwk = serde_json::from_value(published).ok()?;
        let common = &jwk.common;
        let for_signatures = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        if !for_signatures {
            return None;
        }
        let (mut algorithms, point_bytes) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (Algorithm::RSA.to_vec(), None),
            AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => {
                (vec![Algorithm::Es256], Some(1 + 2 * 32))
            }
            AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P384 => {
                (vec![Algorithm::Es384], Some(1 + 2 * 48))
            }
            AlgorithmParameters::OctetKeyPair(point) if point.curve == EllipticCurve::Ed25519 => {
                (vec![Algorithm::EdDsa], Some(32))
            }
            _ => return None,
        };
        let key = strong(DecodingKey::from_jwk(&jwk).ok()?, point_bytes)?;
        if let Some(named) = common.key_algorithm {
            let only = JwtAlgorithm::try_from(named).ok().and_then(Algorithm::of)?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        (!algorithms.is_empty()).then(|| PublicKey { id: jwk.common.key_id, algorithms, key })
    }

    /// Whether it is a key for `algorithm`.
    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Checks that `signature`, in base64url, is its signature of `message`.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn check(&self, named: JwtAlgorithm, message: &str, signature: &str) -> Result<(), JwtRefusal> {
        provider::install();
        match crypto::verify(signature, message.as_bytes(), &self.key, named) {
            Ok(true) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::Base64(_)) => {
                Err(JwtRefusal::Malformed("its signature is not base64url"))
            }
            Ok(false) | Err(_) => Err(JwtRefusal::Signature),
        }
    }
}

/// The key, if it has the length that it must have; of RSA's modulus, zeros before it do not count.
fn strong(key: DecodingKey, point_bytes: Option<usize>) -> Option<DecodingKey> {
    match key.kind() {
        DecodingKeyKind::SecretOrDer(point) => (Some(point.len()) == point_bytes).then_some(key),
        DecodingKeyKind::RsaModulusExponent { n, e } => {
            let (n, e) = (without_zeros(n)?, without_zeros(e)?);
            let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
            (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits).then(|| DecodingKey::from_rsa_raw_components(n, e))
        }
    }
}

fn without_zeros(number: &[u8]) -> Option<&[u8]> {
    number.iter().position(|byte| *byte != 0).and_then(|from| number.get(from..))
}
