//! When keys are fetched, and for how long they count.

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use identity::{
    FetchError, Fetched, JwtRefusal, JwtRules, KeyFetcher, KeySet, KeySetProblem, KeySets, KeySource, TrustedIssuer,
    cache_control_max_age_s, verify_jwt,
};
use serde_json::{Value, json};

use crate::{
    desk::{Desk, ISSUER, NOW_MS, Web, claims, ready, rules},
    sign::{Signer, cognito_claims},
};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

/// A token that outlives every test here.
fn token(signer: &Signer, algorithm: &str) -> String {
    let mut claims = claims();
    claims["exp"] = json!(9_999_999_999_u64);
    signer.token(algorithm, &claims)
}

fn verify(keys: &KeySets<&Web>, token: &str, now_ms: u64) -> Result<(), JwtRefusal> {
    ready(verify_jwt(token, &rules(), &[], keys, now_ms)).map(drop)
}

#[test]
fn keys_are_fetched_once_and_kept_for_an_hour() {
    let desk = Desk::new();
    let keys = KeySets::new(&desk.web);
    let token = token(&desk.ed, "EdDSA");
    assert_eq!(verify(&keys, &token, NOW_MS), Ok(()));
    let both = [format!("{ISSUER}/.well-known/openid-configuration"), format!("{ISSUER}/.well-known/jwks.json")];
    assert_eq!(desk.web.asked(), both);
    assert_eq!(verify(&keys, &token, NOW_MS + HOUR_MS - 1), Ok(()));
    assert!(desk.web.asked().is_empty());
    assert_eq!(verify(&keys, &token, NOW_MS + HOUR_MS), Ok(()));
    assert_eq!(desk.web.asked(), both);
}

#[test]
fn cache_control_shortens_that_within_bounds() {
    for (max_age_s, fresh_ms) in [(0, MINUTE_MS), (600, 10 * MINUTE_MS), (1_000_000, HOUR_MS), (u64::MAX, HOUR_MS)] {
        let desk = Desk::new();
        desk.web.put(&format!("{ISSUER}/.well-known/jwks.json"), &json!({"keys": [desk.ed.jwk()]}), Some(max_age_s));
        let keys = KeySets::new(&desk.web);
        let token = token(&desk.ed, "EdDSA");
        for (later_ms, asked) in [(0, 2), (fresh_ms - 1, 0), (fresh_ms, 2)] {
            assert_eq!(verify(&keys, &token, NOW_MS + later_ms), Ok(()));
            assert_eq!(desk.web.asked().len(), asked, "max-age {max_age_s} after {later_ms}");
        }
    }
    for (header, expected) in [
        ("public, max-age=86400", Some(86_400)),
        ("MAX-AGE=\"60\"", Some(60)),
        ("max-age=60, no-cache", Some(0)),
        ("no-store", Some(0)),
        ("max-age=-1", None),
        ("s-maxage=5", None),
        ("", None),
    ] {
        assert_eq!(cache_control_max_age_s(header), expected, "{header}");
    }
}

#[test]
fn a_new_key_is_found_by_one_more_fetch_and_no_more_often_than_every_30_seconds() {
    let desk = Desk::new();
    let keys = KeySets::new(&desk.web);
    let old = token(&desk.ed, "EdDSA");
    let new = token(&desk.other_rsa, "RS256");
    assert_eq!(verify(&keys, &old, NOW_MS), Ok(()));
    desk.web.asked();
    for (later_ms, asked) in [(29_999, 0), (30_000, 2), (30_001, 0), (59_999, 0)] {
        assert_eq!(verify(&keys, &new, NOW_MS + later_ms), Err(JwtRefusal::UnknownKey), "{later_ms}");
        assert_eq!(desk.web.asked().len(), asked, "{later_ms}");
    }
    desk.publish(&[desk.ed.jwk(), desk.other_rsa.jwk()]);
    assert_eq!(verify(&keys, &new, NOW_MS + 60_000), Ok(()));
    assert_eq!(verify(&keys, &old, NOW_MS + 60_001), Ok(()));
    assert_eq!(desk.web.asked().len(), 2);
}

#[test]
fn a_withdrawn_key_is_refused_within_the_hour() {
    let desk = Desk::new();
    let keys = KeySets::new(&desk.web);
    let token = token(&desk.ed, "EdDSA");
    assert_eq!(verify(&keys, &token, NOW_MS), Ok(()));
    desk.publish(&[desk.rsa.jwk()]);
    assert_eq!(verify(&keys, &token, NOW_MS + HOUR_MS), Err(JwtRefusal::UnknownKey));
}

#[test]
fn the_last_keys_serve_for_a_day_while_the_issuer_is_away() {
    let desk = Desk::new();
    let keys = KeySets::new(&desk.web);
    let token = token(&desk.ed, "EdDSA");
    assert_eq!(verify(&keys, &token, NOW_MS), Ok(()));
    desk.web.documents.borrow_mut().clear();
    desk.web.asked();
    for (later_ms, asked) in [(HOUR_MS, 1), (HOUR_MS + 29_999, 0), (HOUR_MS + 30_000, 1), (24 * HOUR_MS - 1, 1)] {
        assert_eq!(verify(&keys, &token, NOW_MS + later_ms), Ok(()), "{later_ms}");
        assert_eq!(desk.web.asked().len(), asked, "{later_ms}");
    }
    let away = JwtRefusal::KeysUnavailable(FetchError("no answer".to_owned()));
    assert_eq!(verify(&keys, &token, NOW_MS + 24 * HOUR_MS), Err(away.clone()));
    assert!(!away.is_forbidden());
    desk.publish(&[desk.ed.jwk()]);
    assert_eq!(verify(&keys, &token, NOW_MS + 25 * HOUR_MS), Ok(()));
}

#[test]
fn without_any_keys_nobody_gets_in_and_the_issuer_is_asked_every_5_seconds() {
    let desk = Desk::new();
    desk.web.documents.borrow_mut().clear();
    let keys = KeySets::new(&desk.web);
    let token = token(&desk.ed, "EdDSA");
    for (later_ms, asked) in [(0, 1), (1, 0), (4_999, 0), (5_000, 1)] {
        let away = JwtRefusal::KeysUnavailable(FetchError("no answer".to_owned()));
        assert_eq!(verify(&keys, &token, NOW_MS + later_ms), Err(away), "{later_ms}");
        assert_eq!(desk.web.asked().len(), asked, "{later_ms}");
    }
    desk.publish(&[desk.ed.jwk()]);
    assert_eq!(verify(&keys, &token, NOW_MS + 10_000), Ok(()));
}

#[test]
fn documents_that_are_not_the_issuers_are_refused() {
    let url = format!("{ISSUER}/.well-known/openid-configuration");
    for (document, problem) in [
        (
            json!({"issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"}),
            "the discovery document is another issuer's",
        ),
        (json!({"jwks_uri": "https://evil.example/keys"}), "the discovery document is another issuer's"),
        (json!([]), "the discovery document is another issuer's"),
        (json!({"issuer": ISSUER}), "the discovery document has no jwks_uri"),
        (
            json!({"issuer": ISSUER, "jwks_uri": "http://cognito/keys"}),
            "the discovery document's jwks_uri is not https",
        ),
        (json!({"issuer": ISSUER, "jwks_uri": "file:///etc/keys"}), "the discovery document's jwks_uri is not https"),
    ] {
        let desk = Desk::new();
        desk.web.put(&url, &document, None);
        let refusal = verify(&KeySets::new(&desk.web), &token(&desk.ed, "EdDSA"), NOW_MS);
        assert_eq!(refusal, Err(JwtRefusal::KeysUnavailable(FetchError(problem.to_owned()))), "{document}");
    }
}

#[test]
fn a_document_without_usable_keys_is_no_key_set() {
    let parse = |text: &str| KeySet::parse(text.as_bytes()).map(|set| set.len());
    for (text, expected) in [
        ("", Err(KeySetProblem::Malformed)),
        ("[]", Err(KeySetProblem::Malformed)),
        (r#"{"keys": {}}"#, Err(KeySetProblem::Malformed)),
        (r#"{"keys": []}"#, Err(KeySetProblem::Empty)),
        (r#"{"keys": [1, null, {}, {"kty": "new"}]}"#, Err(KeySetProblem::Empty)),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    let long = " ".repeat(150 * 1024 + 1);
    assert_eq!(parse(&long), Err(KeySetProblem::TooLong(153_601)));
    let some = json!({"keys": [{"kty": "oct", "k": "AA"}, Signer::ed().jwk(), Signer::p384().jwk()], "more": 1});
    assert_eq!(parse(&some.to_string()), Ok(2));
}

#[test]
fn each_issuer_is_believed_by_its_own_keys() {
    let web = Web::default();
    let (ours, theirs) = (Signer::ed(), Signer::ed());
    web.put("https://a/keys", &json!({"keys": [ours.jwk()]}), None);
    web.put("https://b/keys", &json!({"keys": [theirs.jwk()]}), None);
    let issuer =
        |name: &str| TrustedIssuer { name: name.to_owned(), keys: KeySource::Url(format!("https://{name}/keys")) };
    let rules = JwtRules { issuers: vec![issuer("a"), issuer("b")], ..JwtRules::of_issuer("") };
    let keys = KeySets::new(&web);
    let verify = |signer: &Signer, issuer: &str| {
        let token = signer.token("EdDSA", &cognito_claims(issuer, NOW_MS / 1000));
        ready(verify_jwt(&token, &rules, &[], &keys, NOW_MS)).map(drop)
    };
    assert_eq!(verify(&ours, "a"), Ok(()));
    assert_eq!(verify(&theirs, "b"), Ok(()));
    assert_eq!(verify(&ours, "b"), Err(JwtRefusal::Signature));
    assert_eq!(verify(&ours, "c"), Err(JwtRefusal::Issuer));
    assert_eq!(web.asked(), ["https://a/keys", "https://b/keys"]);
}

/// An issuer that answers when the gate is opened.
#[derive(Clone, Default)]
struct Gate {
    open: Rc<Cell<bool>>,
    asked: Rc<Cell<usize>>,
    document: Rc<RefCell<Value>>,
}

impl KeyFetcher for Gate {
    async fn fetch(&self, _url: &str) -> Result<Fetched, FetchError> {
        self.asked.set(self.asked.get() + 1);
        poll_fn(|_| if self.open.get() { Poll::Ready(()) } else { Poll::Pending }).await;
        Ok(Fetched { body: self.document.borrow().to_string().into_bytes(), max_age_s: None })
    }
}

#[test]
fn of_many_requests_at_once_one_fetches() {
    let signer = Signer::ed();
    let gate = Gate::default();
    *gate.document.borrow_mut() = json!({"keys": [signer.jwk()]});
    let source = KeySource::Url("https://a/keys".to_owned());
    let issuer = TrustedIssuer { name: ISSUER.to_owned(), keys: source };
    let rules = JwtRules { issuers: vec![issuer], ..rules() };
    let keys = KeySets::new(gate.clone());
    let token = token(&signer, "EdDSA");
    let mut cx = Context::from_waker(Waker::noop());

    let mut first = pin!(verify_jwt(&token, &rules, &[], &keys, NOW_MS));
    let mut second = pin!(verify_jwt(&token, &rules, &[], &keys, NOW_MS));
    assert!(first.as_mut().poll(&mut cx).is_pending() && second.as_mut().poll(&mut cx).is_pending());
    gate.open.set(true);
    assert!(matches!(first.as_mut().poll(&mut cx), Poll::Ready(Ok(_))));
    assert!(matches!(second.as_mut().poll(&mut cx), Poll::Ready(Ok(_))));
    assert_eq!(gate.asked.get(), 1);

    // Who has a key does not wait for the one who asks again.
    gate.open.set(false);
    let later = NOW_MS + HOUR_MS;
    let mut asking = pin!(verify_jwt(&token, &rules, &[], &keys, later));
    assert!(asking.as_mut().poll(&mut cx).is_pending());
    assert_eq!(ready(verify_jwt(&token, &rules, &[], &keys, later)).map(drop), Ok(()));
    assert_eq!(gate.asked.get(), 2);
}

#[test]
fn a_fetch_that_was_given_up_leaves_the_way_free() {
    let signer = Signer::ed();
    let gate = Gate::default();
    *gate.document.borrow_mut() = json!({"keys": [signer.jwk()]});
    let issuer = TrustedIssuer { name: ISSUER.to_owned(), keys: KeySource::Url("https://a/keys".to_owned()) };
    let rules = JwtRules { issuers: vec![issuer], ..rules() };
    let keys = KeySets::new(gate.clone());
    let token = token(&signer, "EdDSA");
    let mut given_up = Box::pin(verify_jwt(&token, &rules, &[], &keys, NOW_MS));
    assert!(given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(given_up);
    gate.open.set(true);
    assert_eq!(ready(verify_jwt(&token, &rules, &[], &keys, NOW_MS)).map(drop), Ok(()));
}
