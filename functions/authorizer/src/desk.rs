//! Who shows what they show, where this is asked.

use std::collections::BTreeMap;

use definition::{Admits, Asks, Doors};
use identity::{
    AuthorizerRefusal, JwtRefusal, KeyFetcher, KeyLookup, KeySets, Principal, Refusal, identify, identify_token,
    require, settle,
};

use crate::event::{AuthorizerEvent, Shown};

/// What it takes to find out who is calling, kept between events.
pub struct Desk<K, F> {
    /// What is asked where.
    pub doors: Doors,
    /// The API keys.
    pub keys: K,
    /// The keys of issuers, fetched when a token first needs them.
    pub issuers: KeySets<F>,
    /// Stage variables, by which the definition names user pools, for events that carry none.
    pub stage_variables: BTreeMap<String, String>,
}

/// Where and when it is asked.
#[derive(Clone, Copy)]
struct At<'a> {
    variables: &'a BTreeMap<String, String>,
    now_ms: u64,
}

impl<K: KeyLookup, F: KeyFetcher> Desk<K, F> {
    /// Who asks to be let in by `event`.
    ///
    /// # Errors
    /// Why they are not.
    pub(crate) async fn decide(&self, event: &AuthorizerEvent, now_ms: u64) -> Result<Principal, Refusal> {
        let at = At { variables: event.stage_variables().unwrap_or(&self.stage_variables), now_ms };
        if event.method_arn().is_some() {
            return self.any_of(&self.doors.connect.alternatives, event.shown_at_handshake(), at).await;
        }
        let Some(route) = event.route() else {
            let key = Admits { api_key: true, ..Admits::default() };
            return self.all_of(&key, event.shown_key(), at).await;
        };
        let admits = self.doors.routes.get(route).ok_or_else(|| not_asked("the doors have no such route"))?;
        let source = match &admits.asks {
            Asks::Token { authorizer, .. } => self.doors.tokens.get(authorizer).map(|token| &token.source),
            Asks::Nobody | Asks::Iam | Asks::Lambda { .. } => None,
        };
        self.all_of(admits, event.shown_on_route(source), at).await
    }

    /// Who meets one of `alternatives`. Those count that ask for nothing which is not shown, and of them those that ask for
    /// most: who shows a token is not let in by their key alone, however bad the token is.
    ///
    /// # Errors
    /// Why nobody does: what the last that counted says, or the first of all where none counted.
    async fn any_of(&self, alternatives: &[Admits], shown: Shown<'_>, at: At<'_>) -> Result<Principal, Refusal> {
        let counted = || alternatives.iter().filter(|admits| shown.has_all_of(admits));
        let most = counted().map(credentials).max();
        let mut outcome = Err(not_asked("no credential is asked for"));
        for admits in counted().filter(|admits| Some(credentials(admits)) == most) {
            outcome = self.all_of(admits, shown, at).await;
            if outcome.as_ref().map_or_else(is_undecided, |_| true) {
                return outcome;
            }
        }
        match (most, alternatives.first()) {
            (None, Some(first)) => self.all_of(first, shown, at).await,
            _ => outcome,
        }
    }

    /// Who shows all that is asked for: the token first, as the router does.
    ///
    /// # Errors
    /// Why they are not let in.
    async fn all_of(&self, admits: &Admits, shown: Shown<'_>, at: At<'_>) -> Result<Principal, Refusal> {
        let now_ms = at.now_ms;
        let by_token = match &admits.asks {
            Asks::Nobody => None,
            Asks::Token { authorizer, scopes } => Some(self.token(authorizer, scopes, shown, at).await?),
            Asks::Iam | Asks::Lambda { .. } => return Err(not_asked("this function asks for keys and tokens alone")),
        };
        let principal = match (admits.api_key, by_token) {
            (false, by_token) => by_token,
            (true, None) => Some(identify(shown.key, &self.keys, now_ms).await?),
            (true, Some(principal)) => Some(principal.with_key(identify(shown.key, &self.keys, now_ms).await?)),
        };
        let settled = settle(principal, admits.tenant.as_ref(), &self.keys, now_ms).await?;
        require(settled.as_ref(), &admits.requires)?;
        settled.ok_or_else(|| not_asked("nobody is asked who is calling"))
    }

    async fn token(
        &self,
        authorizer: &str,
        scopes: &[String],
        shown: Shown<'_>,
        at: At<'_>,
    ) -> Result<Principal, Refusal> {
        let authorizer = self.doors.tokens.get(authorizer);
        let authorizer = authorizer.ok_or_else(|| not_asked("the doors have no such authorizer"))?;
        let rules = authorizer.rules(at.variables, scopes)?;
        let value = shown.token.unwrap_or_default();
        let validation = authorizer.validation.as_ref().filter(|_| shown.is_on_route);
        let claims = identify_token(value, validation, (&rules, scopes), &self.issuers, at.now_ms).await?;
        Ok(Principal::of_token(&claims))
    }
}

/// How many credentials are asked for.
fn credentials(admits: &Admits) -> usize {
    usize::from(admits.api_key) + usize::from(admits.asks != Asks::Nobody)
}

/// Whether nothing is known of the caller, and not that they are to stay outside. A refusal would be kept by API Gateway.
pub(crate) fn is_undecided(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Undecided(_)
            | Refusal::Token(JwtRefusal::KeysUnavailable(_))
            | Refusal::Authorizer(AuthorizerRefusal::NotAsked(_))
    )
}

fn not_asked(problem: &str) -> Refusal {
    AuthorizerRefusal::NotAsked(problem.to_owned()).into()
}
