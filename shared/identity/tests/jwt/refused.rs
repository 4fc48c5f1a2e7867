//! Tokens that are never accepted.

use std::sync::LazyLock;

use identity::{JwtRefusal, JwtRules, TokenUse};
use proptest::prelude::*;
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    desk::{Desk, ISSUER, NOW_S, claims, claims_with, rules},
    sign::{Signer, decode, encode, weak_jwk},
};

/// The order of P-256's group, and of Curve25519's (little-endian).
const P256_ORDER: &str = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
const ED_ORDER: &str = "7dP1XBpjEljWnPei3vneFAAAAAAAAAAAAAAAAAAAABA";

fn refused(desk: &Desk, what: &str, token: &str, expected: JwtRefusal) {
    assert_eq!(desk.verify_by(&rules(), token), Err(expected), "{what}: {token:.200}");
}

/// A token of the RSA key with this header.
fn with_header(desk: &Desk, header: &str) -> String {
    desk.rsa.token_with(header, "RS256", &claims().to_string())
}

/// A token whose signature has been replaced.
fn with_signature(token: &str, signature: &[u8]) -> String {
    format!("{}.{}", token.rsplit_once('.').unwrap().0, encode(signature))
}

fn signature_of(token: &str) -> Vec<u8> {
    decode(token.rsplit_once('.').unwrap().1)
}

#[test]
fn algorithms_that_prove_nothing() {
    let desk = Desk::new();
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "rs256", "RS256 ", "ES256K", "ES512", "RS1", "dir"] {
        let header = json!({"alg": algorithm, "kid": "rsa-a"}).to_string();
        refused(&desk, algorithm, &with_header(&desk, &header), JwtRefusal::Algorithm);
    }
    for header in
        [r#"{"kid":"rsa-a"}"#, r#"{"alg":null}"#, r#"{"alg":256}"#, r#"{"alg":["RS256"]}"#, r#"{"ALG":"RS256"}"#]
    {
        refused(&desk, "no algorithm", &with_header(&desk, header), JwtRefusal::Algorithm);
    }
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"RS256","kid":"rsa-a"}"#] {
        let token = format!("{}.{}.", encode(header.as_bytes()), encode(claims().to_string().as_bytes()));
        let refusal = desk.verify_by(&rules(), &token).unwrap_err();
        assert!(matches!(refusal, JwtRefusal::Algorithm | JwtRefusal::Malformed(_)), "{refusal}");
    }
}

#[test]
fn a_public_key_as_the_secret_of_an_hmac() {
    let desk = Desk::new();
    let jwk = desk.rsa.jwk();
    let modulus = decode(jwk["n"].as_str().unwrap());
    for secret in [modulus.clone(), jwk["n"].as_str().unwrap().into(), jwk.to_string().into_bytes()] {
        for (name, algorithm) in
            [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
        {
            let header = json!({"alg": name, "kid": "rsa-a"}).to_string();
            let message = format!("{}.{}", encode(header.as_bytes()), encode(claims().to_string().as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, &secret), message.as_bytes());
            refused(&desk, name, &format!("{message}.{}", encode(tag.as_ref())), JwtRefusal::Algorithm);
        }
    }
}

#[test]
fn headers_that_bring_their_own_key() {
    let desk = Desk::new();
    let brings = JwtRefusal::Header("it brings a key of its own");
    for (name, value) in [
        ("jwk", desk.other_rsa.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("jku", Value::Null),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "rsa-a"});
        header[name] = value;
        let forged = desk.other_rsa.token_with(&header.to_string(), "RS256", &claims().to_string());
        refused(&desk, name, &forged, brings.clone());
        refused(&desk, name, &with_header(&desk, &header.to_string()), brings.clone());
    }
    for (name, value) in [("crit", json!(["b64"])), ("crit", json!([])), ("crit", Value::Null)] {
        let mut header = json!({"alg": "RS256", "kid": "rsa-a", "b64": false});
        header[name] = value;
        let asks = JwtRefusal::Header("it asks for an extension");
        refused(&desk, name, &with_header(&desk, &header.to_string()), asks);
    }
}

#[test]
fn key_ids_that_are_none_of_the_issuers() {
    let desk = Desk::new();
    let long = "k".repeat(4000);
    for id in [
        "../../../../dev/null",
        "rsa-a/../rsa-a",
        "' OR '1'='1",
        "x' UNION SELECT 'key",
        "| cat /etc/passwd",
        "https://evil.example/jwks.json",
        "",
        "rsa-b",
        "RSA-A",
        "rsa-a\u{0}",
        &long,
    ] {
        let token = with_header(&desk, &json!({"alg": "RS256", "kid": id}).to_string());
        refused(&desk, id, &token, JwtRefusal::UnknownKey);
        assert!(desk.web.asked().iter().all(|url| url.starts_with(ISSUER)), "{id}");
    }
    for id in [json!(1), json!(null), json!(["rsa-a"]), json!({"a": 1})] {
        let token = with_header(&desk, &json!({"alg": "RS256", "kid": id}).to_string());
        refused(&desk, "kid", &token, JwtRefusal::Malformed("its key id is not a text"));
    }
}

#[test]
fn algorithms_that_the_key_is_not_for() {
    let desk = Desk::new();
    for (signer, algorithm, named) in [
        (&desk.rsa, "RS256", "ES256"),
        (&desk.rsa, "RS256", "EdDSA"),
        (&desk.p256, "ES256", "RS256"),
        (&desk.p256, "ES256", "ES384"),
        (&desk.p384, "ES384", "ES256"),
        (&desk.ed, "EdDSA", "ES256"),
    ] {
        let header = json!({"alg": named, "kid": signer.id}).to_string();
        let token = signer.token_with(&header, algorithm, &claims().to_string());
        refused(&desk, named, &token, JwtRefusal::UnknownKey);
    }
    // The key is for both, and the signature is of the other.
    for (algorithm, named) in [("RS256", "PS256"), ("PS256", "RS256"), ("RS256", "RS512"), ("PS384", "PS512")] {
        let header = json!({"alg": named, "kid": "rsa-a"}).to_string();
        let token = desk.rsa.token_with(&header, algorithm, &claims().to_string());
        refused(&desk, named, &token, JwtRefusal::Signature);
    }
    let mut only = desk.rsa.jwk();
    only["alg"] = json!("RS256");
    desk.publish(&[only]);
    refused(&desk, "alg of the key", &desk.rsa.token("PS256", &claims()), JwtRefusal::UnknownKey);
    assert!(desk.verify_by(&rules(), &desk.rsa.token("RS256", &claims())).is_ok());
    let rules = JwtRules { algorithms: vec![identity::Algorithm::Es256], ..rules() };
    assert_eq!(desk.verify_by(&rules, &desk.rsa.token("RS256", &claims())), Err(JwtRefusal::Algorithm));
}

#[test]
fn keys_that_are_not_for_tokens() {
    let desk = Desk::new();
    let changed = |name: &str, value: Value| {
        let mut jwk = desk.rsa.jwk();
        jwk[name] = value;
        jwk
    };
    let zero = encode(&[&[0; 200][..], &[1; 56]].concat());
    for (what, jwk) in [
        ("1024 bits", weak_jwk()),
        ("248 leading zeros and few bits", changed("n", json!(zero))),
        ("a modulus of nothing", changed("n", json!(""))),
        ("16384 bits", changed("n", json!(encode(&[0xff; 2048])))),
        ("use", changed("use", json!("enc"))),
        ("key_ops", changed("key_ops", json!(["sign"]))),
        ("alg", changed("alg", json!("RSA-OAEP"))),
        ("alg of another kind", changed("alg", json!("ES256"))),
        ("kty", changed("kty", json!("oct"))),
        ("the private exponent published", changed("d", json!("AQAB"))),
        ("kid of another type", changed("kid", json!(7))),
        ("no modulus", changed("n", Value::Null)),
    ] {
        desk.publish(&[jwk]);
        let refusal = desk.verify_by(&rules(), &desk.rsa.token("RS256", &claims())).unwrap_err();
        assert!(matches!(refusal, JwtRefusal::KeysUnavailable(_)), "{what}: {refusal}");
    }
    let mut off_curve = desk.p256.jwk();
    off_curve["y"] = off_curve["x"].clone();
    let mut short = desk.p256.jwk();
    short["x"] = json!(encode(&[1; 31]));
    desk.publish(&[off_curve, desk.ed.jwk()]);
    refused(&desk, "a point off the curve", &desk.p256.token("ES256", &claims()), JwtRefusal::Signature);
    desk.publish(&[short, desk.ed.jwk()]);
    refused(&desk, "a short coordinate", &desk.p256.token("ES256", &claims()), JwtRefusal::UnknownKey);
}

#[test]
fn tokens_that_are_cut_padded_or_joined() {
    let desk = Desk::new();
    let token = desk.rsa.token("RS256", &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let not_three = || JwtRefusal::Malformed("it has no three parts");
    let bad_claims = || JwtRefusal::Malformed("its claims are no JSON object");
    let bad_header = || JwtRefusal::Malformed("its header is no JSON object");
    let bad_signature = || JwtRefusal::Malformed("its signature is not base64url");
    for (what, token, expected) in [
        ("nothing", String::new(), JwtRefusal::Missing),
        ("one part", header.to_owned(), not_three()),
        ("two parts", format!("{header}.{payload}"), not_three()),
        ("four parts", format!("{token}.{signature}"), bad_claims()),
        ("five parts, as an encrypted token has", format!("{header}.a.b.c.{signature}"), bad_claims()),
        ("no header", format!(".{payload}.{signature}"), bad_header()),
        ("no claims", format!("{header}..{signature}"), bad_claims()),
        ("no signature", format!("{header}.{payload}."), bad_signature()),
        ("padding", format!("{token}=="), bad_signature()),
        ("padded claims", format!("{header}.{payload}=.{signature}"), bad_claims()),
        ("a space before", format!(" {token}"), bad_header()),
        ("a line end behind", format!("{token}\n"), bad_signature()),
        ("the other alphabet", format!("{header}.{payload}.{}", "+/".repeat(171)), bad_signature()),
        ("a cut signature", format!("{header}.{payload}.{}", &signature[..signature.len() - 2]), JwtRefusal::Signature),
        ("a megabyte", format!("{header}.{}.{signature}", "A".repeat(1 << 20)), JwtRefusal::TooLong(1_049_000)),
        ("scheme and token", format!("Bearer {token}"), bad_header()),
    ] {
        let verified = desk.verify_by(&rules(), &token);
        match expected {
            JwtRefusal::TooLong(_) => assert!(matches!(verified, Err(JwtRefusal::TooLong(_))), "{what}"),
            expected => assert_eq!(verified, Err(expected), "{what}"),
        }
    }
    let mut longer = vec![0];
    longer.extend(signature_of(&token));
    refused(&desk, "a zero before the signature", &with_signature(&token, &longer), JwtRefusal::Signature);
    let other = desk.rsa.token("RS256", &claims_with(json!({"username": "bob"})));
    let mixed = format!("{header}.{}.{signature}", other.split('.').nth(1).unwrap());
    refused(&desk, "the claims of another token", &mixed, JwtRefusal::Signature);
}

#[test]
fn texts_that_two_readers_could_read_otherwise() {
    let desk = Desk::new();
    let claims = claims().to_string();
    let with_claims = |claims: &str| desk.ed.token_with(r#"{"alg":"EdDSA","kid":"ed"}"#, "EdDSA", claims);
    let ours = JwtRefusal::Malformed("its claims are no JSON object");
    for twice in [r#"{"sub":"bob","#, r#"{"\u0073ub":"bob","#, r#"{"x":{"a":1,"a":2},"#, r#"{"exp":9999999999,"#] {
        refused(&desk, twice, &with_claims(&claims.replacen('{', twice, 1)), ours.clone());
    }
    for text in ["", "null", "[]", "7", "\"{}\"", "{", "{}{}", "{'a':1}", "\u{feff}{}", &"[".repeat(5000)] {
        refused(&desk, text, &with_claims(text), ours.clone());
    }
    let header = JwtRefusal::Malformed("its header is no JSON object");
    for twice in [r#"{"alg":"none","alg":"RS256","kid":"rsa-a"}"#, r#"{"alg":"RS256","kid":"x","kid":"rsa-a"}"#, "[]"] {
        refused(&desk, twice, &with_header(&desk, twice), header.clone());
    }
    let message = format!("{}.{}", encode(br#"{"alg":"EdDSA","kid":"ed"}"#), encode(b"{\"sub\":\"\xff\"}"));
    let signed = desk.ed.sign("EdDSA", message.as_bytes());
    refused(&desk, "not UTF-8", &format!("{message}.{}", encode(&signed)), ours);
}

#[test]
fn claims_that_are_not_good_now_or_not_for_us() {
    let desk = Desk::new();
    for (what, changes, expected) in [
        ("expired one second beyond the leeway", json!({"exp": NOW_S - 61}), JwtRefusal::Expired),
        ("expired long ago", json!({"exp": 0}), JwtRefusal::Expired),
        ("expired before time began", json!({"exp": -1}), JwtRefusal::Expired),
        ("without an end", json!({"exp": null}), JwtRefusal::Claim("exp")),
        ("an end that is a text", json!({"exp": "9999999999"}), JwtRefusal::Claim("exp")),
        ("an end that is a list", json!({"exp": [9_999_999_999_u64]}), JwtRefusal::Claim("exp")),
        ("not valid yet", json!({"nbf": NOW_S + 61}), JwtRefusal::NotYetValid),
        ("a begin that is a text", json!({"nbf": "0"}), JwtRefusal::Claim("nbf")),
        ("issued in the future", json!({"iat": NOW_S + 61}), JwtRefusal::NotYetValid),
        ("issued at a text", json!({"iat": "now"}), JwtRefusal::Claim("iat")),
        ("another issuer", json!({"iss": "https://evil.example"}), JwtRefusal::Issuer),
        ("another pool", json!({"iss": format!("{ISSUER}2")}), JwtRefusal::Issuer),
        ("the issuer with a slash", json!({"iss": format!("{ISSUER}/")}), JwtRefusal::Issuer),
        ("the issuer in capitals", json!({"iss": ISSUER.to_uppercase()}), JwtRefusal::Issuer),
        ("several issuers", json!({"iss": [ISSUER]}), JwtRefusal::Claim("iss")),
        ("no issuer", json!({"iss": null}), JwtRefusal::Claim("iss")),
        ("another audience", json!({"aud": "somebody else"}), JwtRefusal::Audience),
        ("another client", json!({"client_id": "somebody else"}), JwtRefusal::Audience),
        ("no audience", json!({"client_id": null}), JwtRefusal::Claim("aud")),
    ] {
        refused(&desk, what, &desk.rsa.token("RS256", &claims_with(changes)), expected);
    }
    let huge = claims().to_string().replacen('{', r#"{"exp2":1e999,"#, 1);
    let token = desk.ed.token_with(r#"{"alg":"EdDSA","kid":"ed"}"#, "EdDSA", &huge);
    refused(&desk, "a number beyond all", &token, JwtRefusal::Malformed("its claims are no JSON object"));
    for (asked, used) in [(TokenUse::Access, "id"), (TokenUse::Id, "access"), (TokenUse::Access, "Access")] {
        let rules = JwtRules { token_use: Some(asked), ..rules() };
        let token = desk.rsa.token("RS256", &claims_with(json!({"token_use": used})));
        assert_eq!(desk.verify_by(&rules, &token), Err(JwtRefusal::Use), "{used} for {asked:?}");
    }
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

#[test]
fn no_refusal_quotes_the_token() {
    let desk = Desk::new();
    let secret = "s3cr3t";
    let claims = |changes: Value| {
        let mut claims = claims_with(json!({"sub": secret, "username": secret}));
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    };
    for token in [
        secret.to_owned(),
        format!("{secret}.{secret}.{secret}"),
        desk.rsa.token("RS256", &claims(json!({"iss": secret}))),
        desk.rsa.token("RS256", &claims(json!({"aud": secret}))),
        desk.rsa.token("RS256", &claims(json!({"exp": secret}))),
        desk.rsa.token("RS256", &claims(json!({"exp": 1}))),
        desk.other_rsa.token("RS256", &claims(json!({}))),
        with_header(&desk, &json!({"alg": secret, "kid": secret}).to_string()),
        with_header(&desk, &json!({"alg": "RS256", "kid": secret}).to_string()),
        with_header(&desk, &json!({"alg": "RS256", "typ": secret}).to_string()),
    ] {
        let refusal = desk.verify_by(&rules(), &token).unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains(secret), "{refusal:?}");
    }
}

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
