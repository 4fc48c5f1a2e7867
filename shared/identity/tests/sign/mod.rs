//! Signs tokens as issuers do. The RSA keys in `tests/keys` were made for these tests; the others are made by each run.
#![allow(dead_code, unreachable_pub, reason = "each of the crates that include this uses a part of it")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};

/// A key pair of an issuer.
pub struct Signer {
    /// Its id in the set.
    pub id: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// The modulus and exponent of a PKCS #1 key of 1024 bits, too short for the library to make a pair of.
pub fn weak_jwk() -> Value {
    let der = include_bytes!("../keys/test-only-rsa-1024.der");
    // SEQUENCE (4 bytes), version (3), modulus: tag, length (2), a zero, 128 bytes.
    let modulus = &der[4 + 3 + 3 + 1..][..128];
    json!({"kty": "RSA", "kid": "weak", "n": encode(modulus), "e": "AQAB"})
}

impl Signer {
    /// One of the two RSA keys, `a` or `b`.
    pub fn rsa(id: &str) -> Self {
        let der: &[u8] = match id {
            "b" => include_bytes!("../keys/test-only-rsa-2048-b.der"),
            _ => include_bytes!("../keys/test-only-rsa-2048-a.der"),
        };
        Signer { id: format!("rsa-{id}"), pair: Pair::Rsa(RsaKeyPair::from_der(der).unwrap()) }
    }

    /// A new key on P-256.
    pub fn p256() -> Self {
        let (rng, algorithm) = (SystemRandom::new(), &signature::ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &rng).unwrap();
        Signer { id: "p256".to_owned(), pair: Pair::P256(pair) }
    }

    /// A new key on P-384.
    pub fn p384() -> Self {
        let (rng, algorithm) = (SystemRandom::new(), &signature::ECDSA_P384_SHA384_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &rng).unwrap();
        Signer { id: "p384".to_owned(), pair: Pair::P384(pair) }
    }

    /// A new key on Curve25519.
    pub fn ed() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Signer { id: "ed".to_owned(), pair: Pair::Ed(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap()) }
    }

    /// The public half, as it is published.
    pub fn jwk(&self) -> Value {
        let point = |bytes: &[u8], curve: &str| {
            let (x, y) = bytes[1..].split_at((bytes.len() - 1) / 2);
            json!({"kty": "EC", "crv": curve, "kid": self.id, "use": "sig", "x": encode(x), "y": encode(y)})
        };
        match &self.pair {
            Pair::Rsa(pair) => {
                let RsaPublicKeyComponents::<Vec<u8>> { n, e } = pair.public_key().into();
                json!({"kty": "RSA", "kid": self.id, "use": "sig", "n": encode(&n), "e": encode(&e)})
            }
            Pair::P256(pair) => point(pair.public_key().as_ref(), "P-256"),
            Pair::P384(pair) => point(pair.public_key().as_ref(), "P-384"),
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": encode(pair.public_key().as_ref())})
            }
        }
    }

    /// The signature of `message` by the algorithm of that name.
    pub fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &'static dyn signature::RsaEncoding = match algorithm {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &rng, message, &mut signed).unwrap();
                signed
            }
            Pair::P256(pair) | Pair::P384(pair) => pair.sign(&rng, message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with the usual header.
    pub fn token(&self, algorithm: &str, claims: &Value) -> String {
        self.token_with(
            &json!({"alg": algorithm, "kid": self.id, "typ": "JWT"}).to_string(),
            algorithm,
            &claims.to_string(),
        )
    }

    /// A token with any header and claims.
    pub fn token_with(&self, header: &str, algorithm: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signed = self.sign(algorithm, message.as_bytes());
        format!("{message}.{}", encode(&signed))
    }
}

/// base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url.
pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The claims of a Cognito access token.
pub fn cognito_claims(issuer: &str, now_s: u64) -> Value {
    json!({
        "sub": "7d8ca528-4931-4254-9273-ea5ee853f271",
        "cognito:groups": ["sellers", "eu-west-1_Google"],
        "iss": issuer,
        "version": 2,
        "client_id": "1example23456789",
        "origin_jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "token_use": "access",
        "scope": "carts/read carts/write openid",
        "auth_time": now_s,
        "exp": now_s + 3600,
        "iat": now_s,
        "jti": "aaaaaaaa-bbbb-cccc-dddd-ffffffffffff",
        "username": "ann",
    })
}
