//! The keys of all issuers, fetched at need and kept.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Algorithm, JwtRefusal, KeySet};

/// An issuer is asked no more often than this, whatever key ids tokens name.
const BETWEEN_FETCHES_MS: u64 = 30_000;
/// The same for an issuer whose keys are not there at all, so that one lost answer does not lock everybody out for long.
const AFTER_FAILURE_MS: u64 = 5_000;
/// How long a set counts as fresh: what its `Cache-Control` says, within these bounds.
const MIN_FRESH_S: u64 = 60;
/// See [`MIN_FRESH_S`]; also what counts where nothing is said. A key that the issuer withdraws is refused after at most
/// this time.
const MAX_FRESH_S: u64 = 3600;
/// How long a set may still be used while its issuer cannot be reached.
const AGE_LIMIT_MS: u64 = 24 * 3600 * 1000;

/// Where an issuer's keys are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeySource {
    /// Where `{issuer}/.well-known/openid-configuration` says. (OpenID Connect Discovery 1.0, section 4.)
    Discovery {
        /// The issuer's URL.
        issuer: String,
    },
    /// At this URL.
    Url(String),
}

/// Fetches documents from issuers.
pub trait KeyFetcher {
    /// What a GET of `url` gives, if that is a 200. It gives up after a second or two, reads no more than 200 KB, and
    /// follows no redirect to another host. Repeating it is harmless.
    ///
    /// # Errors
    /// When there is no such answer.
    fn fetch(&self, url: &str) -> impl Future<Output = Result<Fetched, FetchError>>;
}

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub body: Vec<u8>,
    /// For how many seconds its `Cache-Control` lets it be kept: see [`cache_control_max_age_s`].
    pub max_age_s: Option<u64>,
}

/// Why an issuer's keys were not had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// The keys of all issuers, shared by all requests of a process.
///
/// An issuer's set is fetched when a token first needs it, again when it is no longer fresh, and once more when a token
/// names a key that is not in it; never more often than every 30 seconds, or 5 while there are no keys. While the issuer cannot be reached, its last set
/// is used, for a day at most. Of several requests that need a fetch at once, one makes it.
pub struct KeySets<F> {
    fetcher: F,
    issuers: Mutex<HashMap<String, Arc<Issuer>>>,
}

#[derive(Default)]
struct Issuer {
    known: Mutex<Known>,
    /// Held by who fetches.
    fetching: async_lock::Mutex<()>,
}

/// What is known of an issuer's keys.
#[derive(Clone, Default)]
struct Known {
    set: Option<Arc<KeySet>>,
    fetched_at_ms: u64,
    fresh_until_ms: u64,
    /// When the issuer was last asked, and what went wrong, if anything did.
    asked_at_ms: Option<u64>,
    failure: Option<FetchError>,
}

impl<F: KeyFetcher> KeySets<F> {
    /// No keys yet; they come through `fetcher`.
    pub fn new(fetcher: F) -> Self {
        KeySets { fetcher, issuers: Mutex::new(HashMap::new()) }
    }

    /// The set in which the key should be. It may lack it: then the issuer does not have it, or was asked a moment ago.
    pub(crate) async fn holding(
        &self,
        source: &KeySource,
        id: Option<&str>,
        algorithm: Algorithm,
        now_ms: u64,
    ) -> Result<Arc<KeySet>, JwtRefusal> {
        let issuer = self.issuer(source);
        let known = issuer.known().clone();
        let fresh = known.set.as_ref().filter(|_| now_ms < known.fresh_until_ms);
        if let Some(set) = fresh.filter(|set| set.find(id, algorithm).is_some() || !known.may_ask(now_ms)) {
            return Ok(Arc::clone(set));
        }
        self.refreshed(&issuer, source, id, algorithm, now_ms).await
    }

    async fn refreshed(
        &self,
        issuer: &Issuer,
        source: &KeySource,
        id: Option<&str>,
        algorithm: Algorithm,
        now_ms: u64,
    ) -> Result<Arc<KeySet>, JwtRefusal> {
        let usable =
            |known: &Known| known.usable(now_ms).filter(|set| set.find(id, algorithm).is_some()).map(Arc::clone);
        let _fetching = match issuer.fetching.try_lock() {
            Some(guard) => guard,
            None => {
                // Somebody else is asking. Who has the key meanwhile does not wait.
                if let Some(set) = usable(&issuer.known()) {
                    return Ok(set);
                }
                issuer.fetching.lock().await
            }
        };
        let before = issuer.known().clone();
        if before.may_ask(now_ms) {
            let fetched = self.fetch(source).await;
            issuer.known().note(fetched, now_ms);
        }
        let known = issuer.known();
        match known.usable(now_ms) {
            Some(set) => Ok(Arc::clone(set)),
            None => {
                Err(JwtRefusal::KeysUnavailable(known.failure.clone().unwrap_or_else(|| problem("they are too old"))))
            }
        }
    }

    async fn fetch(&self, source: &KeySource) -> Result<(KeySet, Option<u64>), FetchError> {
        let url = match source {
            KeySource::Url(url) => url.clone(),
            KeySource::Discovery { issuer } => self.discover(issuer).await?,
        };
        let Fetched { body, max_age_s } = self.fetcher.fetch(&url).await?;
        let set = KeySet::parse(&body).map_err(|problem| FetchError(problem.to_string()))?;
        Ok((set, max_age_s))
    }

    /// Where the issuer says that its keys are.
    async fn discover(&self, issuer: &str) -> Result<String, FetchError> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let body = self.fetcher.fetch(&url).await?.body;
        let document: Value =
            serde_json::from_slice(&body).map_err(|_| problem("the discovery document is not JSON"))?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // OpenID Connect Discovery, section 4.3: a document of another issuer must not be used.
        if text("issuer") != Some(issuer) {
            return Err(problem("the discovery document is another issuer's"));
        }
        let keys = text("jwks_uri").ok_or_else(|| problem("the discovery document has no jwks_uri"))?;
        if issuer.starts_with("https://") && !keys.starts_with("https://") {
            return Err(problem("the discovery document's jwks_uri is not https"));
        }
        Ok(keys.to_owned())
    }

    fn issuer(&self, source: &KeySource) -> Arc<Issuer> {
        let name = match source {
            KeySource::Discovery { issuer } => issuer,
            KeySource::Url(url) => url,
        };
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issuer) = issuers.get(name) {
            return Arc::clone(issuer);
        }
        // There are as many as definitions name: no token can add one.
        Arc::clone(issuers.entry(name.clone()).or_default())
    }
}

impl Issuer {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn may_ask(&self, now_ms: u64) -> bool {
        let pause_ms = if self.usable(now_ms).is_some() { BETWEEN_FETCHES_MS } else { AFTER_FAILURE_MS };
        self.asked_at_ms.is_none_or(|asked| now_ms >= asked.saturating_add(pause_ms))
    }

    fn usable(&self, now_ms: u64) -> Option<&Arc<KeySet>> {
        self.set.as_ref().filter(|_| now_ms < self.fetched_at_ms.saturating_add(AGE_LIMIT_MS))
    }

    fn note(&mut self, fetched: Result<(KeySet, Option<u64>), FetchError>, now_ms: u64) {
        self.asked_at_ms = Some(now_ms);
        match fetched {
            Ok((set, max_age_s)) => {
                let fresh_s = max_age_s.unwrap_or(MAX_FRESH_S).clamp(MIN_FRESH_S, MAX_FRESH_S);
                self.set = Some(Arc::new(set));
                self.fetched_at_ms = now_ms;
                self.fresh_until_ms = now_ms.saturating_add(fresh_s * 1000);
                self.failure = None;
            }
            Err(failure) => self.failure = Some(failure),
        }
    }
}

impl<F> fmt::Debug for KeySets<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySets")
    }
}

fn problem(text: &str) -> FetchError {
    FetchError(text.to_owned())
}

/// For how many seconds a `Cache-Control` header lets an answer be kept; none if it does not say. (RFC 9111, section 5.2.2.)
pub fn cache_control_max_age_s(header: &str) -> Option<u64> {
    let mut directives = header.split(',').map(str::trim);
    if directives
        .clone()
        .any(|directive| directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache"))
    {
        return Some(0);
    }
    directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| value.trim_matches('"').parse().ok()).flatten()
    })
}
