//! One public key of an issuer. (RFC 7517, RFC 7518 section 6, RFC 8037.)

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

use super::Algorithm;

/// The least length of an RSA key. (NIST SP 800-131A; RFC 7518, section 3.3.)
const MIN_RSA_BITS: usize = 2048;
/// The greatest that the signature check takes: a longer one would cost more than it is worth.
const MAX_RSA_BITS: usize = 8192;

/// A key, and the algorithms that it is for.
pub(crate) struct PublicKey {
    /// Its id in the set.
    pub(crate) id: Option<String>,
    algorithms: Vec<Algorithm>,
    material: Material,
}

enum Material {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point: uncompressed on the NIST curves, encoded on Curve25519.
    Point(Vec<u8>),
}

/// A JSON Web Key as it is published. What is not named here does not matter.
#[derive(Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<String>,
}

impl PublicKey {
    /// The key, if it is one for checking signatures and strong enough.
    pub(crate) fn of(jwk: &Jwk) -> Option<Self> {
        let for_signatures = jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
            && jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        // A private key that was published is anybody's.
        if !for_signatures || jwk.d.is_some() {
            return None;
        }
        let (mut algorithms, material) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => (Algorithm::RSA.to_vec(), rsa(jwk)?),
            ("EC", Some("P-256")) => (vec![Algorithm::Es256], point(jwk, 32)?),
            ("EC", Some("P-384")) => (vec![Algorithm::Es384], point(jwk, 48)?),
            ("OKP", Some("Ed25519")) => (vec![Algorithm::EdDsa], Material::Point(bytes(&jwk.x, 32)?)),
            _ => return None,
        };
        if let Some(name) = &jwk.alg {
            let only = Algorithm::parse(name)?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        (!algorithms.is_empty()).then(|| PublicKey { id: jwk.kid.clone(), algorithms, material })
    }

    /// Whether it is a key for `algorithm`.
    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether `signature` is its signature of `message`.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.is_for(algorithm) {
            return false;
        }
        match &self.material {
            Material::Rsa(key) => algorithm.rsa().is_some_and(|check| key.verify(check, message, signature).is_ok()),
            Material::Point(point) => algorithm
                .curve()
                .is_some_and(|check| UnparsedPublicKey::new(check, point).verify(message, signature).is_ok()),
        }
    }
}

fn rsa(jwk: &Jwk) -> Option<Material> {
    let number = |text: &Option<String>| {
        let bytes = URL_SAFE_NO_PAD.decode(text.as_deref()?).ok()?;
        let from = bytes.iter().position(|byte| *byte != 0)?;
        bytes.get(from..).map(<[u8]>::to_vec)
    };
    let (n, e) = (number(&jwk.n)?, number(&jwk.e)?);
    let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
    (MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits).then_some(Material::Rsa(RsaPublicKeyComponents { n, e }))
}

fn point(jwk: &Jwk, length: usize) -> Option<Material> {
    const UNCOMPRESSED: u8 = 4;
    let (x, y) = (bytes(&jwk.x, length)?, bytes(&jwk.y, length)?);
    Some(Material::Point([&[UNCOMPRESSED][..], &x, &y].concat()))
}

fn bytes(text: &Option<String>, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.as_deref()?).ok().filter(|bytes| bytes.len() == length)
}
