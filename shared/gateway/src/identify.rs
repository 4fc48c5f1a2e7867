//! Who is calling: by the managed authorizer's answer, by a token, by the user's own authorizer, by an API key; then whose
//! call it is.
//!
//! The rules are those of the [`identity`] library, which the authorizer function asks as well: a request gets the same
//! verdict by whichever door it comes.

pub(crate) mod announce;
mod authorizers;
mod tokens;

use std::{future::Future, sync::Arc};

use definition::{ApiKeySource, Asks};
use identity::{
    AnswerKey, AuthorizerAnswer, FetchError, Fetched, KeyFetcher, KeyLookup, KeySets, Principal, PrincipalKind,
    TtlCache,
};
use serde_json::{Map, Value};

use crate::{Backends, Refusal, exchange::Exchange};

/// How many answers of authorizers are kept, each 8 KB at most.
const ANSWERS: usize = 1_000;

/// What it takes to find out who is calling, kept between requests.
pub(crate) struct Desk<K, F> {
    keys: K,
    issuers: KeySets<F>,
    answers: TtlCache<AnswerKey, Arc<AuthorizerAnswer>>,
}

/// A gateway that reaches no issuer: of tokens, it takes those that the managed gateway verified.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIssuers;

impl KeyFetcher for NoIssuers {
    fn fetch(&self, _url: &str) -> impl Future<Output = Result<Fetched, FetchError>> {
        std::future::ready(Err(FetchError("no issuer can be reached from here".to_owned())))
    }
}

/// Who is calling, and what says so.
#[derive(Debug, Default)]
pub(crate) struct Identified {
    /// Nobody in particular, where the operation asks nobody.
    pub(crate) principal: Option<Principal>,
    /// What events carry of it, where the router found out: `{"jwt": {…}}`, `{"lambda": {…}}`.
    pub(crate) authorizer: Option<Map<String, Value>>,
    /// The API key that the authorizer names.
    usage_identifier_key: Option<String>,
}

impl<K: KeyLookup, F: KeyFetcher> Desk<K, F> {
    pub(crate) fn new(keys: K, issuers: KeySets<F>) -> Self {
        Desk { keys, issuers, answers: TtlCache::new(ANSWERS) }
    }

    /// The same desk, with other issuers.
    pub(crate) fn with_issuers<G>(self, issuers: KeySets<G>) -> Desk<K, G> {
        Desk { keys: self.keys, issuers, answers: self.answers }
    }

    /// Who makes the request.
    ///
    /// # Errors
    /// Why they are not let in.
    pub(crate) async fn identify(
        &self,
        exchange: &Exchange<'_>,
        backends: &impl Backends,
    ) -> Result<Identified, Refusal> {
        let admits = &exchange.operation.admits;
        let mut known = match &admits.asks {
            Asks::Nobody => Identified::default(),
            Asks::Iam => signed(exchange)?,
            Asks::Token { authorizer, scopes } => tokens::verify(exchange, authorizer, scopes, &self.issuers).await?,
            Asks::Lambda { authorizer } => authorizers::ask(exchange, authorizer, backends, &self.answers).await?,
        };
        if admits.api_key {
            let with_key = self.key(exchange, &known).await?;
            known.principal = Some(match known.principal.take() {
                Some(principal) => principal.with_key(with_key),
                None => with_key,
            });
        }
        let now_ms = exchange.request.time_ms;
        known.principal = identity::settle(known.principal.take(), admits.tenant.as_ref(), &self.keys, now_ms).await?;
        Ok(known)
    }

    /// Whose API key it is. The authorizer function's answer counts where there is one; without it, because the request came
    /// through another door (a load balancer, a Function URL, a path that API Gateway reads otherwise), the router asks the
    /// same question itself.
    async fn key(&self, exchange: &Exchange<'_>, known: &Identified) -> Result<Principal, Refusal> {
        let request = exchange.request;
        let shown = match exchange.rest_api.api_key_source {
            ApiKeySource::Authorizer => known.usage_identifier_key.as_deref(),
            ApiKeySource::Header => {
                let answered = request.authorizer.get("lambda").and_then(Value::as_object);
                let answered = answered.filter(|_| exchange.operation.admits.asks == Asks::Nobody);
                let principal = answered.and_then(Principal::from_context);
                if let Some(principal) = principal.filter(|principal| principal.kind == PrincipalKind::ApiKey) {
                    return Ok(principal);
                }
                request.headers.get("x-api-key")
            }
        };
        Ok(identity::identify(shown, &self.keys, request.time_ms).await?)
    }
}

/// Whom the managed gateway let in to this very route by their signature, which the router cannot check.
fn signed(exchange: &Exchange<'_>) -> Result<Identified, Refusal> {
    if !is_own_route(exchange) {
        return Err(Refusal::OtherRoute);
    }
    let iam = exchange.request.authorizer.get("iam").and_then(Value::as_object);
    Ok(Identified { principal: iam.map(Principal::of_managed_iam), ..Identified::default() })
}

/// Whether the managed gateway let the request in by the operation's own route, and so asked what that asks.
fn is_own_route(exchange: &Exchange<'_>) -> bool {
    exchange.request.route_key.as_deref() == Some(&*exchange.operation.route_key())
}

/// The refusal of a request whose authorizer cannot be asked.
fn cannot_ask(problem: impl Into<String>) -> Refusal {
    identity::Refusal::from(identity::AuthorizerRefusal::NotAsked(problem.into())).into()
}
