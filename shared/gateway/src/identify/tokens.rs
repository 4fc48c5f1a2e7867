//! Tokens: those that the managed gateway verified for this very route, and those that the router verifies.

use definition::{Authorizer, TokenAuthorizer, TokenIssuers};
use identity::{Claims, KeyFetcher, KeySets, Principal};
use serde_json::{Map, Value, json};

use super::{Identified, cannot_ask, is_own_route};
use crate::{Refusal, exchange::Exchange};

/// Whose token the request carries.
///
/// # Errors
/// Why it is not accepted.
pub(super) async fn verify(
    exchange: &Exchange<'_>,
    name: &str,
    scopes: &[String],
    issuers: &KeySets<impl KeyFetcher>,
) -> Result<Identified, Refusal> {
    let Some(Authorizer::Token(authorizer)) = exchange.rest_api.authorizers.get(name) else {
        return Err(cannot_ask("the table has no such authorizer"));
    };
    if let Some(verified) = of_managed_gateway(exchange, authorizer) {
        return Ok(verified);
    }
    let rules = authorizer.rules(&exchange.request.stage.variables, scopes).map_err(identity::Refusal::from)?;
    let value = authorizer.source.value(exchange).unwrap_or_default();
    let now_ms = exchange.request.time_ms;
    let claims =
        identity::identify_token(&value, authorizer.validation.as_ref(), (&rules, scopes), issuers, now_ms).await?;
    let is_of_pool = matches!(authorizer.issuers, TokenIssuers::UserPools(_));
    let jwt = json!({"claims": texts(&claims, is_of_pool), "scopes": granted(&claims, scopes)});
    let authorizer = Map::from_iter([("jwt".to_owned(), jwt)]);
    let principal = Some(Principal::of_token(&claims));
    Ok(Identified { principal, authorizer: Some(authorizer), ..Identified::default() })
}

/// What the managed gateway found, if it was asked: it has authorizers of one issuer, and none of user pools.
fn of_managed_gateway(exchange: &Exchange<'_>, authorizer: &TokenAuthorizer) -> Option<Identified> {
    let was_asked = matches!(authorizer.issuers, TokenIssuers::Issuer { .. }) && is_own_route(exchange);
    let jwt = exchange.request.authorizer.get("jwt").filter(|_| was_asked)?.as_object()?;
    Some(Identified { principal: Some(Principal::of_managed_token(jwt)), ..Identified::default() })
}

/// The claims as texts, as events carry them. Of a list, HTTP APIs make `[a b]`, and REST APIs, whose authorizer a user
/// pool's is, `a,b`. REST APIs also write `exp` and `iat` as dates in words; here they stay numbers.
fn texts(claims: &Claims, is_of_pool: bool) -> Map<String, Value> {
    let principal = Principal::of_token(claims);
    let mut texts: Map<String, Value> =
        principal.claims.0.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    for (name, value) in claims.iter().filter(|_| is_of_pool) {
        if let Some(items) = value.as_array() {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.insert(name.to_owned(), items.join(",").into());
        }
    }
    texts
}

/// The token's scopes among those that the operation asks for; null where it asks for none.
fn granted(claims: &Claims, scopes: &[String]) -> Value {
    if scopes.is_empty() {
        return Value::Null;
    }
    claims.scopes().filter(|scope| scopes.iter().any(|asked| asked == scope)).collect()
}
