//! Who shows what they show, where this is asked.

use std::collections::BTreeMap;

use definition::{Admits, Asks, Doors};
use identity::{
    AuthorizerRefusal, KeyFetcher, KeyLookup, KeySets, Principal, Refusal, identify, identify_token, settle,
};

use crate::event::Shown;

/// What it takes to find out who is calling, kept between events.
pub struct Desk<K, F> {
    /// What is asked where.
    pub doors: Doors,
    /// The API keys.
    pub keys: K,
    /// The keys of issuers, fetched when a token first needs them.
    pub issuers: KeySets<F>,
    /// Stage variables, by which the definition names user pools.
    pub stage_variables: BTreeMap<String, String>,
}

impl<K: KeyLookup, F: KeyFetcher> Desk<K, F> {
    /// Who meets one of `alternatives`. Those count that ask for nothing which is not shown, and of them those that ask for
    /// most: who shows a token is not let in by their key alone, however bad the token is.
    ///
    /// # Errors
    /// Why nobody does: what the last that counted says, or the first of all where none counted.
    pub(crate) async fn any_of(
        &self,
        alternatives: &[Admits],
        shown: Shown<'_>,
        now_ms: u64,
    ) -> Result<Principal, Refusal> {
        let counted = || alternatives.iter().filter(|admits| shown.has_all_of(admits));
        let most = counted().map(credentials).max();
        let mut refusal = Err(not_asked("no credential is asked for"));
        for admits in counted().filter(|admits| Some(credentials(admits)) == most) {
            refusal = self.all_of(admits, shown, now_ms).await;
            if matches!(refusal, Ok(_) | Err(Refusal::Undecided(_))) {
                return refusal;
            }
        }
        match (most, alternatives.first()) {
            (None, Some(first)) => self.all_of(first, shown, now_ms).await,
            _ => refusal,
        }
    }

    /// Who shows all that is asked for: the token first, as the router does.
    ///
    /// # Errors
    /// Why they are not let in.
    pub(crate) async fn all_of(&self, admits: &Admits, shown: Shown<'_>, now_ms: u64) -> Result<Principal, Refusal> {
        let by_token = match &admits.asks {
            Asks::Nobody => None,
            Asks::Token { authorizer, scopes } => Some(self.token(authorizer, scopes, shown, now_ms).await?),
            Asks::Iam | Asks::Lambda { .. } => return Err(not_asked("this function asks for keys and tokens alone")),
        };
        let principal = match (admits.api_key, by_token) {
            (false, by_token) => by_token,
            (true, None) => Some(identify(shown.key, &self.keys, now_ms).await?),
            (true, Some(principal)) => Some(principal.with_key(identify(shown.key, &self.keys, now_ms).await?)),
        };
        let settled = settle(principal, admits.tenant.as_ref(), &admits.requires, &self.keys, now_ms).await?;
        settled.ok_or_else(|| not_asked("nobody is asked who is calling"))
    }

    async fn token(
        &self,
        authorizer: &str,
        scopes: &[String],
        shown: Shown<'_>,
        now_ms: u64,
    ) -> Result<Principal, Refusal> {
        let authorizer = self.doors.tokens.get(authorizer);
        let authorizer = authorizer.ok_or_else(|| not_asked("the doors have no such authorizer"))?;
        let rules = authorizer.rules(&self.stage_variables, scopes)?;
        let value = shown.token.unwrap_or_default();
        let claims = identify_token(value, None, (&rules, scopes), &self.issuers, now_ms).await?;
        Ok(Principal::of_token(&claims))
    }
}

/// How many credentials are asked for.
fn credentials(admits: &Admits) -> usize {
    usize::from(admits.api_key) + usize::from(admits.asks != Asks::Nobody)
}

fn not_asked(problem: &str) -> Refusal {
    AuthorizerRefusal::NotAsked(problem.to_owned()).into()
}
