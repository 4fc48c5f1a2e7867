//! API keys and what is kept of them.

use std::fmt;

use sha2::{Digest, Sha256};

/// The alphabet of generated keys: RFC 4648 base32 in lower case, so that a key is alphanumeric, as AWS asks of keys, and
/// survives being read aloud.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Marks a key as ours wherever it leaks to: secret scanners match on a prefix.
const PREFIX: &str = "tg";

/// A tenant's credential as the client sends it. Kept nowhere: only its [`KeyHash`] is. It has no `==`, for the time
/// that it takes would tell how far two agree.
#[derive(Clone)]
pub struct ApiKey(String);

/// The SHA-256 of an [`ApiKey`], in lower-case hex: what keys are stored and looked up by.
///
/// A plain hash is enough, where a password needs a slow one: a generated key has 160 random bits, so there is no list of
/// likely keys to try.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash(String);

impl ApiKey {
    /// A key of AWS's length, 20 to 128 characters.
    /// (API Gateway developer guide, `api-key-file-format`.)
    pub fn parse(text: &str) -> Option<Self> {
        (20..=128).contains(&text.len()).then(|| ApiKey(text.to_owned()))
    }

    /// A new key from 160 random bits.
    pub fn from_random(random: [u8; 20]) -> Self {
        let mut text = String::from(PREFIX);
        for chunk in random.chunks(5) {
            let bits = chunk.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let digit = ((bits >> (place * 5)) & 31) as usize;
                text.extend(ALPHABET.get(digit).map(|letter| char::from(*letter)));
            }
        }
        ApiKey(text)
    }

    /// What is stored of the key.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of_bytes(self.0.as_bytes())
    }

    /// The start of the key, by which people recognise it in lists: 8 of its 34 characters, 30 of its 160 bits.
    pub fn shown(&self) -> String {
        self.0.chars().take(8).collect()
    }

    /// The whole key, for the one moment when it is handed to its owner.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}…)", self.shown())
    }
}

impl KeyHash {
    /// The place of a tenant's subscription among the keys: the SHA-256 of a byte that no text begins with, and the tenant's
    /// name. So no text is a key of this hash.
    pub fn of_tenant(tenant: &str) -> Self {
        KeyHash::of_bytes(&[&[0xff], tenant.as_bytes()].concat())
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        let mut text = String::with_capacity(64);
        text.extend(hex);
        KeyHash(text)
    }

    /// A hash as it is stored: 64 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| KeyHash(text.to_ascii_lowercase()))
    }

    /// The hash as 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_is_alphanumeric_and_carries_all_its_bits() {
        let key =
            ApiKey::from_random(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\xff");
        assert_eq!(key.secret(), "tgaaaqeayeaudaocajbifqydiob4ibcex7");
        assert!(key.secret().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(ApiKey::parse(key.secret()).map(|key| key.hash()), Some(key.hash()));
    }

    #[test]
    fn a_key_hashes_as_sha_256() {
        let key = ApiKey::parse("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").unwrap();
        assert_eq!(key.hash().as_str(), "3ba3f5f43b92602683c19aee62a20342b084dd5971ddd33808d81a328879a547");
    }

    #[test]
    fn a_tenants_place_is_no_keys() {
        let tenant = "acme-acme-acme-acme-acme";
        let place = KeyHash::of_tenant(tenant);
        assert_eq!(KeyHash::parse(place.as_str()).as_ref(), Some(&place));
        for text in [tenant, "\u{ff}acme-acme-acme-acme-acme"] {
            assert_ne!(ApiKey::parse(text).map(|key| key.hash()), Some(place.clone()), "{text}");
        }
        assert_ne!(KeyHash::of_tenant("acme"), KeyHash::of_tenant("acmf"));
    }

    #[test]
    fn a_key_of_another_length_is_no_key() {
        for (length, is_one) in [(19, false), (20, true), (128, true), (129, false)] {
            assert_eq!(ApiKey::parse(&"k".repeat(length)).is_some(), is_one, "{length}");
        }
    }

    #[test]
    fn the_debug_form_hides_the_secret() {
        let key = ApiKey::parse("tgsecretsecretsecretsecret").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(tgsecret…)");
    }
}
