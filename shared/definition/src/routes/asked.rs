//! Where the managed gateway asks the authorizer function.

use identity::IdentitySource;

use super::names::coded;
use crate::{Admits, Api, Asks, Authorizer, Guard, RestApi, Route, Way};

/// One authorizer of the managed gateway that asks the authorizer function: all routes whose answers may be kept together.
///
/// API Gateway keeps an answer by the values of the identity sources, and uses it on every route of the authorizer; it asks
/// nothing where a source is missing, and answers 401. So all that decides is a source: the credentials, and the route where
/// what is asked differs by route. (API Gateway developer guide, `http-api-lambda-authorizer`.)
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    api_key: bool,
    /// `$request.header.Authorization`.
    token: Option<String>,
    by_route: bool,
}

impl Asked {
    /// What asks on this route, if the authorizer function is asked there. Where the router is behind it, it asks for the API
    /// key alone, and the router for what stands beside it.
    pub(super) fn on(api: &Api, route: &Route) -> Option<Self> {
        let Way::Native(_) = route.way else {
            let key = Asked { api_key: true, token: None, by_route: false };
            return (route.guard == Guard::ApiKey).then_some(key);
        };
        if !is_asked(&route.guard, &route.admits, &api.rest_api) {
            return None;
        }
        let token = match &route.admits.asks {
            Asks::Token { authorizer, .. } => token_source(&api.rest_api, authorizer),
            Asks::Nobody | Asks::Iam | Asks::Lambda { .. } => None,
        };
        let by_route = token.is_some() || !route.admits.requires.is_empty();
        Some(Asked { api_key: route.admits.api_key, token, by_route })
    }

    /// Whether what is asked differs by route.
    pub(super) fn is_by_route(&self) -> bool {
        self.by_route
    }

    /// The identity sources. By their number, the function tells an answer that is kept by the key alone from others.
    pub(super) fn sources(&self) -> Vec<String> {
        let key = self.api_key.then(|| "$request.header.x-api-key".to_owned());
        let route = self.by_route.then(|| "$context.routeKey".to_owned());
        key.into_iter().chain(self.token.clone()).chain(route).collect()
    }

    /// The authorizer's logical id.
    pub(super) fn id(&self) -> String {
        if !self.by_route {
            return "ApiKeyAuthorizer".to_owned();
        }
        let key = if self.api_key { "Key" } else { "" };
        coded(&format!("Principal{key}"), self.token.as_deref().unwrap_or_default())
    }
}

/// Whether the authorizer function says who calls a native route: it knows keys, tokens and tenants. A token that nothing
/// stands beside, the managed gateway verifies by itself, unless a user pool's authorizer asks for it.
pub(crate) fn is_asked(guard: &Guard, admits: &Admits, rest_api: &RestApi) -> bool {
    match guard.without_key() {
        Guard::ApiKey => true,
        Guard::Jwt { authorizer, .. } => {
            let alone = !admits.api_key && admits.tenant.is_none() && admits.requires.is_empty();
            let is_managed = rest_api.authorizers.get(authorizer).is_some_and(|token| token.needs_router().is_none());
            !(alone && is_managed) && token_source(rest_api, authorizer).is_some()
        }
        Guard::Open | Guard::Iam | Guard::Request { .. } | Guard::WithKey(_) => false,
    }
}

/// Where a token stands, as an HTTP API's identity source; nothing, if that is no part of the client's request.
fn token_source(rest_api: &RestApi, authorizer: &str) -> Option<String> {
    match rest_api.authorizers.get(authorizer)? {
        Authorizer::Token(token) => match &token.source {
            IdentitySource::Header(name) => Some(format!("$request.header.{name}")),
            IdentitySource::Query(name) => Some(format!("$request.querystring.{name}")),
            IdentitySource::StageVariable(_) | IdentitySource::Context(_) => None,
        },
        Authorizer::Lambda(_) => None,
    }
}

impl Api {
    /// Whether the managed gateway asks the authorizer function on a route, before a backend or the router is called.
    pub fn asks_authorizer_function(&self, route: &Route) -> bool {
        Asked::on(self, route).is_some()
    }

    /// How many authorizers the managed gateway has that ask the authorizer function, one at least.
    pub(crate) fn function_authorizers(&self) -> usize {
        let asked: std::collections::BTreeSet<Asked> =
            self.routes.iter().filter_map(|route| Asked::on(self, route)).collect();
        asked.len().max(1)
    }

    /// The routes on which the authorizer function is asked for more than a key, by their keys.
    pub(crate) fn routes_asked_by_route(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(|route| Asked::on(self, route).is_some_and(|asked| asked.is_by_route()))
    }
}
