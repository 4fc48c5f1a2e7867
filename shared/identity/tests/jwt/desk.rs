//! An issuer with all its keys, and the verifier that trusts it.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use identity::{Claims, FetchError, Fetched, JwtRefusal, JwtRules, KeyFetcher, KeySets, verify_jwt};
use serde_json::{Value, json};

use crate::sign::{Signer, cognito_claims};

pub(crate) const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
pub(crate) const NOW_S: u64 = 1_785_542_399;
pub(crate) const NOW_MS: u64 = NOW_S * 1000;

/// Documents by their URL, and which of them were asked for.
#[derive(Default)]
pub(crate) struct Web {
    pub(crate) documents: RefCell<BTreeMap<String, Fetched>>,
    pub(crate) asked: RefCell<Vec<String>>,
}

impl Web {
    /// Puts a document.
    pub(crate) fn put(&self, url: &str, document: &Value, max_age_s: Option<u64>) {
        let body = document.to_string().into_bytes();
        self.documents.borrow_mut().insert(url.to_owned(), Fetched { body, max_age_s });
    }

    /// What was asked for since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.take()
    }
}

impl KeyFetcher for &Web {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        self.asked.borrow_mut().push(url.to_owned());
        self.documents.borrow().get(url).cloned().ok_or_else(|| FetchError("no answer".to_owned()))
    }
}

/// An issuer with a key of each kind.
pub(crate) struct Desk {
    pub(crate) web: Web,
    pub(crate) rsa: Signer,
    pub(crate) other_rsa: Signer,
    pub(crate) p256: Signer,
    pub(crate) p384: Signer,
    pub(crate) ed: Signer,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Desk {
            web: Web::default(),
            rsa: Signer::rsa("a"),
            other_rsa: Signer::rsa("b"),
            p256: Signer::p256(),
            p384: Signer::p384(),
            ed: Signer::ed(),
        };
        desk.publish(&[desk.rsa.jwk(), desk.p256.jwk(), desk.p384.jwk(), desk.ed.jwk()]);
        desk
    }

    /// Publishes these keys and no others.
    pub(crate) fn publish(&self, keys: &[Value]) {
        let keys_url = format!("{ISSUER}/.well-known/jwks.json");
        let discovery = json!({"issuer": ISSUER, "jwks_uri": keys_url});
        self.web.put(&format!("{ISSUER}/.well-known/openid-configuration"), &discovery, None);
        self.web.put(&keys_url, &json!({"keys": keys}), None);
    }

    pub(crate) fn verify_by(&self, rules: &JwtRules, token: &str) -> Result<Claims, JwtRefusal> {
        ready(verify_jwt(token, rules, &[], &KeySets::new(&self.web), NOW_MS))
    }
}

pub(crate) fn rules() -> JwtRules {
    JwtRules { audience: vec!["1example23456789".to_owned()], ..JwtRules::of_issuer(ISSUER) }
}

pub(crate) fn claims() -> Value {
    cognito_claims(ISSUER, NOW_S)
}

/// The usual claims, with some set otherwise and those that are null taken away.
pub(crate) fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().expect("changes") {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// The outcome of a future that has nothing to wait for.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}
