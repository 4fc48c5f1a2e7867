//! Valid tokens with a change anywhere, and texts that are none.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    desk::{Desk, claims, rules},
    sign::{decode, encode},
};

/// Made once: what is mutated is the text.
static TOKENS: LazyLock<(Vec<u8>, Vec<String>)> = LazyLock::new(|| {
    let desk = Desk::new();
    let tokens = vec![
        desk.rsa.token("RS256", &claims()),
        desk.rsa.token("PS512", &claims()),
        desk.p256.token("ES256", &claims()),
        desk.p384.token("ES384", &claims()),
        desk.ed.token("EdDSA", &claims()),
    ];
    let keys = [desk.rsa.jwk(), desk.p256.jwk(), desk.p384.jwk(), desk.ed.jwk()];
    (json!(keys).to_string().into_bytes(), tokens)
});

/// An issuer with the keys of [`TOKENS`].
fn desk_of_tokens() -> Desk {
    let desk = Desk::new();
    let keys: Vec<Value> = serde_json::from_slice(&TOKENS.0).unwrap();
    desk.publish(&keys);
    desk
}

#[test]
fn no_character_of_a_valid_token_may_be_another() {
    let desk = desk_of_tokens();
    for token in &TOKENS.1 {
        assert!(desk.verify_by(&rules(), token).is_ok());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let mutated = String::from_utf8(bytes).unwrap();
            assert!(desk.verify_by(&rules(), &mutated).is_err(), "{mutated}");
        }
    }
}

proptest! {
    #[test]
    fn no_flipped_bit_of_a_valid_token_passes(which in 0..5usize, at in any::<prop::sample::Index>(), bit in 0..7u8) {
        let token = &TOKENS.1[which];
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let mutated = String::from_utf8(bytes).unwrap();
        prop_assert!(desk_of_tokens().verify_by(&rules(), &mutated).is_err(), "{}", mutated);
    }

    #[test]
    fn no_flipped_bit_of_the_decoded_parts_passes(
        which in 0..5usize, part in 0..3usize, at in any::<prop::sample::Index>(), bit in 0..8u8,
    ) {
        let mut parts: Vec<Vec<u8>> = TOKENS.1[which].split('.').map(decode).collect();
        let at = at.index(parts[part].len());
        parts[part][at] ^= 1 << bit;
        let mutated = parts.iter().map(|part| encode(part)).collect::<Vec<_>>().join(".");
        prop_assert!(desk_of_tokens().verify_by(&rules(), &mutated).is_err(), "{}", mutated);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", parts in prop::collection::vec("[A-Za-z0-9_.-]{0,20}", 0..5)) {
        let desk = desk_of_tokens();
        prop_assert!(desk.verify_by(&rules(), &text).is_err());
        prop_assert!(desk.verify_by(&rules(), &parts.join(".")).is_err());
    }

    #[test]
    fn no_key_set_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), n in "[A-Za-z0-9_-]{0,400}") {
        let _ = identity::KeySet::parse(&bytes);
        let jwk = json!({"keys": [{"kty": "RSA", "n": n, "e": n}, {"kty": "EC", "crv": "P-256", "x": n, "y": n}]});
        let _ = identity::KeySet::parse(jwk.to_string().as_bytes());
    }
}
