//! What the authorizer function asks at each of its doors: `doors.json` beside its `bootstrap`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Admits, Api, Asks, Authorizer, TokenAuthorizer};

/// What the authorizer function asks, door by door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doors {
    /// The issuers of tokens, by their name in the definition.
    pub tokens: BTreeMap<String, TokenAuthorizer>,
    /// A WebSocket API's `$connect`.
    pub connect: Connect,
    /// The routes of an HTTP API on which it asks for more than a key, by their keys: `GET /me`. An authorizer whose answers
    /// are kept by the API key alone asks for the key and is none of them.
    pub routes: BTreeMap<String, Admits>,
}

/// What a WebSocket handshake must show, and what is told of who showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// The alternatives: of those whose credentials are all shown, the one that asks for most is to be met.
    pub alternatives: Vec<Admits>,
    /// The claims that the rules of channels name.
    pub claims: Vec<String>,
}

impl Doors {
    /// The doors of `api`.
    pub fn of(api: &Api) -> Self {
        let claims = api.channels.attributes().into_iter().map(str::to_owned).collect();
        let connect = Connect { alternatives: api.websocket.clone(), claims };
        let routes: BTreeMap<String, Admits> =
            api.routes_asked_by_route().map(|route| (route.key(), route.admits.clone())).collect();
        let asked = connect.alternatives.iter().chain(routes.values()).filter_map(|admits| match &admits.asks {
            Asks::Token { authorizer, .. } => Some(authorizer),
            Asks::Nobody | Asks::Iam | Asks::Lambda { .. } => None,
        });
        let tokens = asked.filter_map(|name| match api.rest_api.authorizers.get(name)? {
            Authorizer::Token(token) => Some((name.clone(), token.clone())),
            Authorizer::Lambda(_) => None,
        });
        Doors { tokens: tokens.collect(), connect, routes }
    }

    /// The text that they are packed as.
    ///
    /// # Errors
    /// When they cannot be written down, which no API that [`compile`](crate::compile) gives can cause.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// Doors from the text that they are packed as.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn decode(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
