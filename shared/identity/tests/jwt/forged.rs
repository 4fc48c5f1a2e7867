//! Signatures that are never accepted, and the mirrored one that is.

use identity::JwtRefusal;
use serde_json::json;

use crate::{
    desk::{Desk, claims, rules},
    refused::refused,
    sign::{Signer, decode, encode},
};

/// The order of P-256's group, and of Curve25519's (little-endian).
const P256_ORDER: &str = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
const ED_ORDER: &str = "7dP1XBpjEljWnPei3vneFAAAAAAAAAAAAAAAAAAAABA";

/// A token whose signature has been replaced.
pub(crate) fn with_signature(token: &str, signature: &[u8]) -> String {
    format!("{}.{}", token.rsplit_once('.').unwrap().0, encode(signature))
}

pub(crate) fn signature_of(token: &str) -> Vec<u8> {
    decode(token.rsplit_once('.').unwrap().1)
}

#[test]
fn signatures_by_somebody_else() {
    let desk = Desk::new();
    let forged = |signer: &Signer, id: &str, algorithm: &str| {
        let header = json!({"alg": algorithm, "kid": id}).to_string();
        signer.token_with(&header, algorithm, &claims().to_string())
    };
    for (what, token) in [
        ("another RSA key", forged(&desk.other_rsa, "rsa-a", "RS256")),
        ("another key of P-256", forged(&Signer::p256(), "p256", "ES256")),
        ("another key of P-384", forged(&Signer::p384(), "p384", "ES384")),
        ("another key of Curve25519", forged(&Signer::ed(), "ed", "EdDSA")),
    ] {
        refused(&desk, what, &token, JwtRefusal::Signature);
    }
}

#[test]
fn signatures_out_of_range_or_in_another_form() {
    let desk = Desk::new();
    let token = desk.p256.token("ES256", &claims());
    let signature = signature_of(&token);
    let (r, s) = signature.split_at(32);
    let (zero, order, most) = ([0; 32], decode(P256_ORDER), [0xff; 32]);
    for (what, r, s) in [
        ("s of nothing", r, &zero[..]),
        ("r of nothing", &zero[..], s),
        ("both of nothing", &zero[..], &zero[..]),
        ("s as the order", r, &order[..]),
        ("r as the order", &order[..], s),
        ("s beyond the order", r, &most[..]),
        ("r and s exchanged", s, r),
        ("r twice", r, r),
    ] {
        refused(&desk, what, &with_signature(&token, &[r, s].concat()), JwtRefusal::Signature);
    }
    let number = |bytes: &[u8]| [&[2, 33, 0][..], bytes].concat();
    let der = [vec![0x30, 70], number(r), number(s)].concat();
    refused(&desk, "DER", &with_signature(&token, &der), JwtRefusal::Signature);
    refused(&desk, "s of 33 bytes", &with_signature(&token, &[r, &[0], s].concat()), JwtRefusal::Signature);

    let token = desk.ed.token("EdDSA", &claims());
    let signature = signature_of(&token);
    let (r, s) = signature.split_at(32);
    let shifted = add_little_endian(s, &decode(ED_ORDER));
    refused(&desk, "s and the order", &with_signature(&token, &[r, &shifted].concat()), JwtRefusal::Signature);
    for token in [desk.rsa.token("RS256", &claims()), desk.rsa.token("PS256", &claims())] {
        for forged in [vec![0; 256], vec![1; 256], vec![0xff; 256], decode(desk.rsa.jwk()["n"].as_str().unwrap())] {
            refused(&desk, "no RSA signature", &with_signature(&token, &forged), JwtRefusal::Signature);
        }
    }
}

/// Of an ECDSA signature (r, s), (r, n - s) is one too, by the same key of the same message, and half of all issuers'
/// signatures have the larger s: RFC 7518 takes both. So nothing here may hang on a token's having one spelling.
#[test]
fn the_mirrored_signature_of_a_curve_says_the_same() {
    let desk = Desk::new();
    let token = desk.p256.token("ES256", &claims());
    let signature = signature_of(&token);
    let (r, s) = signature.split_at(32);
    let mirrored = with_signature(&token, &[r, &subtract(&decode(P256_ORDER), s)].concat());
    assert_eq!(desk.verify_by(&rules(), &mirrored), desk.verify_by(&rules(), &token));
}

fn add_little_endian(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let digits = a.iter().zip(b).map(|(a, b)| {
        let sum = u16::from(*a) + u16::from(*b) + carry;
        carry = sum >> 8;
        sum as u8
    });
    digits.collect()
}

fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let digits = a.iter().zip(b).rev().map(|(a, b)| {
        let difference = 256 + i16::from(*a) - i16::from(*b) - borrow;
        borrow = i16::from(difference < 256);
        difference as u8
    });
    let mut digits: Vec<u8> = digits.collect();
    digits.reverse();
    digits
}
