//! Headers and keys that are never accepted: what a token may not ask for, and what a key is not for.

use identity::{JwtRefusal, JwtRules};
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    desk::{Desk, ISSUER, claims, rules},
    refused::{refused, with_header},
    sign::{decode, encode, weak_jwk},
};

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
