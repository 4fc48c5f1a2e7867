//! Authorizers as the router asks them: tokens that it verifies, and functions that it invokes.
//! (API Gateway developer guide, `api-gateway-swagger-extensions-authorizer`.)

use std::collections::{BTreeMap, BTreeSet};

use identity::{
    AuthorizerKind, AuthorizerRefusal, IdentitySource, JwtRules, LambdaAuthorizer, TokenUse, TrustedIssuer,
    ValidationExpression,
};
use serde::{Deserialize, Serialize};

use crate::{
    JwtAuthorizer, Part, Text,
    document::{Entry, Node},
    reader::Reader,
    request_authorizer::text,
};

/// Who says who is calling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authorizer {
    /// Issuers of tokens, which the router verifies.
    Token(TokenAuthorizer),
    /// A function of the user's, which the router invokes.
    Lambda(FunctionAuthorizer),
}

/// Authorizers of type `jwt` and `cognito_user_pools`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAuthorizer {
    /// Where the token stands, behind `Bearer ` perhaps.
    pub source: IdentitySource,
    /// Whose tokens are taken.
    pub issuers: TokenIssuers,
    /// What a token must look like, before it is read.
    pub validation: Option<ValidationExpression>,
}

/// Whose tokens are taken, and which of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenIssuers {
    /// `jwt`: those of this issuer, for one of the audience. Its keys are where its discovery document says.
    Issuer {
        /// What `iss` says.
        issuer: String,
        /// One of these is in `aud`, or in Cognito's `client_id`.
        audience: Vec<String>,
    },
    /// `cognito_user_pools`: those of these pools, by their ARNs, for any of their clients; access tokens where the
    /// operation asks for scopes, else id tokens. (Developer guide, `apigateway-integrate-with-cognito`.)
    UserPools(Vec<Text>),
}

/// Authorizers of type `token` and `request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionAuthorizer {
    /// The function: an ARN, with a version or alias or without.
    pub function: Text,
    /// The role to call it with, if it is not to be the router's.
    pub credentials: Option<Text>,
    /// What it is asked, and how it answers.
    pub rules: LambdaAuthorizer,
}

impl Authorizer {
    /// What HTTP APIs have not of it, if anything: such an authorizer is asked by the router alone.
    pub(crate) fn needs_router(&self) -> Option<&'static str> {
        match self {
            Authorizer::Token(TokenAuthorizer { issuers: TokenIssuers::UserPools(_), .. }) => {
                Some("HTTP APIs have no authorizers of type cognito_user_pools")
            }
            Authorizer::Token(_) => None,
            Authorizer::Lambda(authorizer) => match authorizer.rules.kind {
                AuthorizerKind::Token => Some("HTTP APIs have no authorizers of type token"),
                AuthorizerKind::Request => Some("HTTP APIs ask no request authorizer in a REST API's manner"),
                AuthorizerKind::HttpV1 | AuthorizerKind::HttpV2 | AuthorizerKind::HttpV2Simple => None,
            },
        }
    }

    /// The stage variables that it uses.
    pub(crate) fn stage_variables(&self) -> impl Iterator<Item = &str> {
        let (texts, role) = match self {
            Authorizer::Token(token) => (token.pools(), None),
            Authorizer::Lambda(authorizer) => {
                (std::slice::from_ref(&authorizer.function), authorizer.credentials.as_ref())
            }
        };
        texts.iter().chain(role).flat_map(Text::stage_variables)
    }

    /// A token authorizer of the managed gateway, asked by the router where a request came by another door.
    pub(crate) fn of_jwt(reader: &mut Reader, node: &Node, jwt: &JwtAuthorizer) -> Option<Self> {
        let source = source(reader, node, &jwt.identity_source)?;
        let issuers = TokenIssuers::Issuer { issuer: jwt.issuer.clone(), audience: jwt.audience.clone() };
        Some(Authorizer::Token(TokenAuthorizer { source, issuers, validation: None }))
    }
}

impl TokenAuthorizer {
    fn pools(&self) -> &[Text] {
        match &self.issuers {
            TokenIssuers::UserPools(pools) => pools,
            TokenIssuers::Issuer { .. } => &[],
        }
    }

    /// The stage variables by which it names user pools.
    pub fn stage_variables(&self) -> impl Iterator<Item = &str> {
        self.pools().iter().flat_map(Text::stage_variables)
    }

    /// Which tokens are taken where these scopes are asked for, on a stage with these variables.
    ///
    /// # Errors
    /// [`AuthorizerRefusal::NotAsked`] when the stage does not say which pool it is.
    pub fn rules(
        &self,
        variables: &BTreeMap<String, String>,
        scopes: &[String],
    ) -> Result<JwtRules, AuthorizerRefusal> {
        let pools = match &self.issuers {
            TokenIssuers::Issuer { issuer, audience } => {
                return Ok(JwtRules { audience: audience.clone(), ..JwtRules::of_issuer(issuer) });
            }
            TokenIssuers::UserPools(pools) => pools,
        };
        let issuer = |pool: &Text| {
            let arn = pool.fill(variables, |_| None);
            let arn = arn.map_err(|unresolved| AuthorizerRefusal::NotAsked(unresolved.to_string()))?;
            let none = || AuthorizerRefusal::NotAsked("a provider's ARN is not a user pool's".to_owned());
            TrustedIssuer::of_user_pool(&arn).ok_or_else(none)
        };
        let issuers = pools.iter().map(issuer).collect::<Result<_, _>>()?;
        let token_use = if scopes.is_empty() { TokenUse::Id } else { TokenUse::Access };
        Ok(JwtRules { issuers, token_use: Some(token_use), ..JwtRules::of_issuer("") })
    }
}

const USER_POOLS_PROPERTIES: [&str; 5] =
    ["type", "providerARNs", "identitySource", "identityValidationExpression", "authorizerResultTtlInSeconds"];

/// Reads the `x-amazon-apigateway-authorizer` of a `cognito_user_pools` authorizer, which stands in `scheme`.
pub(crate) fn read_user_pools(
    reader: &mut Reader,
    node: &Node,
    scheme: &Node,
    known: Option<&BTreeSet<String>>,
) -> Option<Authorizer> {
    refuse_others(reader, node, &USER_POOLS_PROPERTIES, "a cognito_user_pools authorizer");
    let remedy =
        "write providerARNs: [arn:aws:cognito-idp:REGION:ACCOUNT:userpool/POOL]; stage variables may stand in it";
    let Some(list) = node.get("providerARNs") else {
        reader.problem(node.place, "the cognito_user_pools authorizer has no providerARNs", remedy);
        return None;
    };
    if reader.is_unresolved(list) {
        return None;
    }
    let mut pools = Vec::new();
    for item in list.items().unwrap_or_default() {
        let pool = text(reader, item, "a provider's ARN", known)?;
        if !is_pool(&pool) {
            let message = format!("{:?} is not a user pool's ARN", item.text().unwrap_or_default());
            reader.problem(item.place, message, remedy);
        }
        pools.push(pool);
    }
    if pools.is_empty() {
        reader.problem(list.place, "the cognito_user_pools authorizer names no user pool", remedy);
    }
    let source = token_source(reader, node, scheme)?;
    let validation = validation(reader, node);
    Some(Authorizer::Token(TokenAuthorizer { source, issuers: TokenIssuers::UserPools(pools), validation }))
}

fn is_pool(text: &Text) -> bool {
    match text.0.as_slice() {
        [Part::StageVariable(_)] => true,
        [Part::Literal(arn), ..] => arn.starts_with("arn:") && arn.contains(":cognito-idp:"),
        _ => false,
    }
}

/// Where the token of a REST API's authorizer stands: its `identitySource`, or the header that the scheme names.
pub(crate) fn token_source(reader: &mut Reader, node: &Node, scheme: &Node) -> Option<IdentitySource> {
    if let Some(written) = node.get("identitySource") {
        let text = reader.literal(written, "identitySource")?;
        return source(reader, written, text);
    }
    let is_header = scheme.get("in").and_then(Node::text).is_none_or(|place| place.eq_ignore_ascii_case("header"));
    match scheme.get("name").and_then(Node::text).filter(|name| is_header && !name.is_empty()) {
        Some(name) => Some(IdentitySource::Header(name.to_owned())),
        None => {
            let message = "nothing says which header the token stands in";
            reader.problem(node.place, message, "write name: Authorization and in: header in the security scheme");
            None
        }
    }
}

/// `identityValidationExpression`.
pub(crate) fn validation(reader: &mut Reader, node: &Node) -> Option<ValidationExpression> {
    let written = node.get("identityValidationExpression")?;
    let text = reader.literal(written, "identityValidationExpression")?;
    match ValidationExpression::parse(text) {
        Ok(expression) => Some(expression),
        Err(problem) => {
            // The parser draws a picture of several lines; its last says what is wrong.
            let problem = problem.lines().last().unwrap_or_default().to_owned();
            let message = format!("identityValidationExpression is no regular expression: {problem}");
            reader.problem(written.place, message, "write one, such as ^Bearer [-0-9a-zA-Z._]*$");
            None
        }
    }
}

/// One identity source, written at `node`.
pub(crate) fn source(reader: &mut Reader, node: &Node, text: &str) -> Option<IdentitySource> {
    match IdentitySource::parse(text) {
        Ok(source) => Some(source),
        Err((message, remedy)) => {
            reader.problem(node.place, message, remedy);
            None
        }
    }
}

/// Refuses properties of an authorizer that are not its own.
pub(crate) fn refuse_others(reader: &mut Reader, node: &Node, known: &[&str], what: &str) {
    for Entry { key, place, .. } in reader.object(node, "x-amazon-apigateway-authorizer") {
        if !known.contains(&key.as_str()) {
            reader.problem(*place, format!("{key:?} is not a property of {what}"), "leave it out");
        }
    }
}

#[cfg(test)]
mod tests;
