//! Tokens that are never accepted: malformed ones, and good ones that are not for us or not for now.

use identity::{JwtRefusal, JwtRules, TokenUse};
use serde_json::{Value, json};

use crate::{
    desk::{Desk, ISSUER, NOW_S, claims, claims_with, rules},
    forged::{signature_of, with_signature},
    sign::encode,
};

pub(crate) fn refused(desk: &Desk, what: &str, token: &str, expected: JwtRefusal) {
    assert_eq!(desk.verify_by(&rules(), token), Err(expected), "{what}: {token:.200}");
}

/// A token of the RSA key with this header.
pub(crate) fn with_header(desk: &Desk, header: &str) -> String {
    desk.rsa.token_with(header, "RS256", &claims().to_string())
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
