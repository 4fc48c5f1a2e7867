//! Tokens that are accepted.

use identity::{Algorithm, JwtRefusal, JwtRules, KeySets, RequiredClaim, TokenUse, bearer, verify_jwt};
use serde_json::{Value, json};

use crate::{
    desk::{Desk, NOW_MS, NOW_S, claims, claims_with, ready, rules},
    sign::Signer,
};

fn check_claims(rules: &JwtRules, changes: Value, expected: Result<(), JwtRefusal>) {
    let desk = Desk::new();
    let claims = claims_with(changes.clone());
    let verified = desk.verify_by(rules, &desk.rsa.token("RS256", &claims)).map(drop);
    assert_eq!(verified, expected, "{changes}");
}

#[test]
fn every_algorithm_is_accepted_from_its_key() {
    let desk = Desk::new();
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(|algorithm| (&desk.rsa, algorithm));
    let curves = [(&desk.p256, "ES256"), (&desk.p384, "ES384"), (&desk.ed, "EdDSA")];
    for (signer, algorithm) in rsa.into_iter().chain(curves) {
        let verified = desk.verify_by(&rules(), &signer.token(algorithm, &claims())).expect(algorithm);
        assert_eq!(verified.text("username"), Some("ann"), "{algorithm}");
        assert_eq!(verified.scopes().collect::<Vec<_>>(), ["carts/read", "carts/write", "openid"]);
        assert_eq!(format!("{verified:?}"), "Claims(13 of them)");
        let only = JwtRules { algorithms: vec![Algorithm::parse(algorithm).unwrap()], ..rules() };
        assert!(desk.verify_by(&only, &signer.token(algorithm, &claims())).is_ok());
    }
}

#[test]
fn a_token_without_key_id_is_checked_by_the_only_key_for_its_algorithm() {
    let desk = Desk::new();
    let token = desk.p256.token_with(r#"{"alg":"ES256"}"#, "ES256", &claims().to_string());
    assert!(desk.verify_by(&rules(), &token).is_ok());
    desk.publish(&[desk.p256.jwk(), Signer::p256().jwk()]);
    assert_eq!(desk.verify_by(&rules(), &token), Err(JwtRefusal::UnknownKey));
}

#[test]
fn types_of_tokens_for_apis_are_accepted() {
    let desk = Desk::new();
    for (typ, accepted) in [
        (r#""JWT""#, true),
        (r#""jwt""#, true),
        (r#""at+jwt""#, true),
        (r#""application/at+JWT""#, true),
        (r#""logout+jwt""#, false),
        (r#""JOSE""#, false),
        ("7", false),
    ] {
        let token =
            desk.ed.token_with(&format!(r#"{{"alg":"EdDSA","kid":"ed","typ":{typ}}}"#), "EdDSA", &claims().to_string());
        assert_eq!(desk.verify_by(&rules(), &token).is_ok(), accepted, "{typ}");
    }
}

#[test]
fn times_count_with_the_stated_leeway() {
    let now = NOW_S;
    for (changes, expected) in [
        (json!({"exp": now + 1}), Ok(())),
        (json!({"exp": now - 59}), Ok(())),
        (json!({"exp": now - 59, "iat": now - 7200}), Ok(())),
        (json!({"exp": now as f64 - 59.5}), Ok(())),
        (json!({"exp": now - 60}), Err(JwtRefusal::Expired)),
        (json!({"nbf": now + 60}), Ok(())),
        (json!({"nbf": now + 61}), Err(JwtRefusal::NotYetValid)),
        (json!({"iat": now + 60}), Ok(())),
        (json!({"iat": now + 61}), Err(JwtRefusal::NotYetValid)),
        (json!({"iat": null}), Ok(())),
    ] {
        check_claims(&rules(), changes, expected);
    }
    let strict = JwtRules { leeway_s: 0, ..rules() };
    check_claims(&strict, json!({"exp": now}), Err(JwtRefusal::Expired));
    check_claims(&strict, json!({"exp": now + 1, "nbf": now, "iat": now}), Ok(()));
}

#[test]
fn the_audience_is_one_of_those_that_are_asked_for() {
    let audience =
        |names: &[&str]| JwtRules { audience: names.iter().map(|name| (*name).to_owned()).collect(), ..rules() };
    for (rules, changes, expected) in [
        (audience(&["a", "b"]), json!({"aud": "b"}), Ok(())),
        (audience(&["a", "b"]), json!({"aud": ["c", "a"]}), Ok(())),
        (audience(&["a"]), json!({"client_id": "a"}), Ok(())),
        (audience(&["a"]), json!({"client_id": "a", "aud": "b"}), Err(JwtRefusal::Audience)),
        (audience(&["a"]), json!({"aud": ["ab", "A", ""]}), Err(JwtRefusal::Audience)),
        (audience(&["a"]), json!({"aud": []}), Err(JwtRefusal::Audience)),
        (audience(&["a"]), json!({"aud": {"a": "a"}}), Err(JwtRefusal::Audience)),
        (audience(&["a"]), json!({"client_id": null}), Err(JwtRefusal::Claim("aud"))),
        (audience(&[]), json!({"client_id": null}), Ok(())),
    ] {
        check_claims(&rules, changes, expected);
    }
}

#[test]
fn one_of_the_scopes_is_enough() {
    let desk = Desk::new();
    for (changes, asked, expected) in [
        (json!({}), &["carts/write"][..], Ok(())),
        (json!({}), &["other", "openid"], Ok(())),
        (json!({}), &["carts"], Err(JwtRefusal::Scope)),
        (json!({}), &["carts/read carts/write"], Err(JwtRefusal::Scope)),
        (json!({"scope": null, "scp": ["a", "b"]}), &["b"], Ok(())),
        (json!({"scope": null, "scp": "a b"}), &["b"], Ok(())),
        (json!({"scope": null}), &["b"], Err(JwtRefusal::Scope)),
        (json!({"scope": ""}), &[""], Err(JwtRefusal::Scope)),
        (json!({"scope": null}), &[], Ok(())),
    ] {
        let token = desk.ed.token("EdDSA", &claims_with(changes.clone()));
        let asked: Vec<String> = asked.iter().map(|scope| (*scope).to_owned()).collect();
        let keys = KeySets::new(&desk.web);
        let verified = ready(verify_jwt(&token, &rules(), &asked, &keys, NOW_MS));
        assert_eq!(verified.map(drop), expected, "{changes} {asked:?}");
    }
    assert!(JwtRefusal::Scope.is_forbidden() && !JwtRefusal::Expired.is_forbidden());
}

#[test]
fn required_claims_and_uses_are_required() {
    let requiring = |name: &str, values: &[&str]| JwtRules {
        claims: vec![RequiredClaim { name: name.to_owned(), values: values.iter().map(|v| (*v).to_owned()).collect() }],
        token_use: Some(TokenUse::Access),
        ..rules()
    };
    let lacking = |name: &str| Err(JwtRefusal::RequiredClaim(name.to_owned()));
    for (rules, changes, expected) in [
        (requiring("username", &[]), json!({}), Ok(())),
        (requiring("username", &["ann", "bob"]), json!({}), Ok(())),
        (requiring("username", &["bob"]), json!({}), lacking("username")),
        (requiring("cognito:groups", &["sellers"]), json!({}), Ok(())),
        (requiring("cognito:groups", &["admins"]), json!({}), lacking("cognito:groups")),
        (requiring("paid", &["true"]), json!({"paid": true}), Ok(())),
        (requiring("paid", &["true"]), json!({"paid": "false"}), lacking("paid")),
        (requiring("level", &["3"]), json!({"level": 3}), Ok(())),
        (requiring("paid", &[]), json!({}), lacking("paid")),
        (requiring("username", &[]), json!({"token_use": "id"}), Err(JwtRefusal::Use)),
        (requiring("username", &[]), json!({"token_use": null}), Err(JwtRefusal::Use)),
    ] {
        check_claims(&rules, changes, expected);
    }
}

#[test]
fn a_token_may_stand_behind_its_scheme() {
    for (value, token) in [
        ("Bearer a.b.c", "a.b.c"),
        ("bearer  a.b.c", "a.b.c"),
        ("a.b.c", "a.b.c"),
        ("Basic a.b.c", "Basic a.b.c"),
        ("Bearer", "Bearer"),
        ("éééé", "éééé"),
        ("", ""),
    ] {
        assert_eq!(bearer(value), token, "{value}");
    }
}

#[test]
fn rules_are_the_same_after_they_were_stored() {
    let rules = JwtRules { token_use: Some(TokenUse::Id), algorithms: vec![Algorithm::EdDsa], ..rules() };
    assert_eq!(postcard::from_bytes::<JwtRules>(&postcard::to_allocvec(&rules).unwrap()).unwrap(), rules);
}
