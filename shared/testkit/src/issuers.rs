//! Issuers of tokens, as the network would show them.

use identity::{FetchError, Fetched, KeyFetcher};
use serde_json::{Value, json};

/// An issuer's key set, at whatever URL it is asked for; every issuer has a discovery document that names one. Under
/// `.invalid` nobody answers (RFC 2606).
#[derive(Clone, Debug)]
pub struct PublishedKeys(pub Value);

impl KeyFetcher for PublishedKeys {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        if url.contains(".invalid/") {
            return Unreachable.fetch(url).await;
        }
        let document = match url.strip_suffix("/.well-known/openid-configuration") {
            Some(issuer) => json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")}),
            None => self.0.clone(),
        };
        Ok(Fetched { body: document.to_string().into_bytes(), max_age_s: None })
    }
}

/// Issuers that cannot be reached.
#[derive(Clone, Copy, Debug)]
pub struct Unreachable;

impl KeyFetcher for Unreachable {
    async fn fetch(&self, _url: &str) -> Result<Fetched, FetchError> {
        Err(FetchError("the issuer did not answer".to_owned()))
    }
}
