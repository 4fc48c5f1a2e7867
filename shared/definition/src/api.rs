//! The compiled API: what the router needs to know of each operation, and nothing else.

use std::collections::BTreeMap;

use channels::Rules;
use identity::{Requirement, TenantRule};
use plans::Throttle;
use serde::{Deserialize, Serialize};

use crate::{
    ActionValue, Aggregate, Changes, Managed, Mapped, ParameterMapping, RestApi, Server, Source, Text, Validation,
    path_template::DEFAULT_ROUTE,
};

/// A checked API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// All routes, by path, then method.
    pub routes: Vec<Route>,
    /// What the managed gateway is told of the API as a whole.
    pub managed: Managed,
    /// What the router is told of the API as a whole.
    pub rest_api: RestApi,
    /// The models that bodies are checked against, each a JSON text that refers to nothing outside itself.
    pub models: Vec<String>,
    /// `x-tollgate-channels`: who may do what on which WebSocket channel.
    pub channels: Rules,
    /// `x-tollgate-websocket`: what a WebSocket handshake must show, one of these.
    pub websocket: Vec<Admits>,
}

impl Api {
    /// The router's operations, in the order of its table. Native routes are among them: requests that come by another door
    /// (a load balancer, a Function URL, a path that API Gateway reads otherwise) must find them with their guard, and not
    /// fall through to a less guarded sibling.
    pub fn operations(&self) -> impl Iterator<Item = Operation> {
        self.routes.iter().map(|route| match &route.way {
            Way::Dispatched { operation, .. } => operation.clone(),
            Way::Native(integration) => Operation {
                path: route.path.clone(),
                method: route.method.clone(),
                admits: route.admits.clone(),
                limits: Limits { throttle: route.throttle, units: None },
                validation: Validation::default(),
                integration: integration.clone(),
            },
        })
    }
}

/// One method of one path, and the way its requests take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path as the document writes it: `/carts/{cartId}`.
    pub path: String,
    /// `GET`, …, or `ANY`.
    pub method: String,
    /// Who is let in.
    pub guard: Guard,
    /// The same for who asks: the router, or the authorizer function.
    pub admits: Admits,
    /// Where a request goes then.
    pub way: Way,
    /// `x-tollgate-throttle`: how many requests a second are let through, by the managed gateway on a native route, else
    /// by the router.
    pub throttle: Option<Throttle>,
}

impl Route {
    /// `GET /carts/{cartId}`, or `$default`: AWS's route key.
    pub fn key(&self) -> String {
        route_key(&self.method, &self.path)
    }

    /// Whether it is the route `$default`.
    pub fn is_default(&self) -> bool {
        self.path == DEFAULT_ROUTE
    }
}

/// Who is let in to a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Everybody.
    Open,
    /// Who shows an API key: the authorizer function says, or the router.
    ApiKey,
    /// Who signs with IAM: the managed gateway says.
    Iam,
    /// Whom a Lambda authorizer of the user's lets in: the managed gateway asks it on native routes, else the router.
    Request {
        /// The authorizer's name in the document.
        authorizer: String,
    },
    /// Who shows a token: the managed gateway says, or the router where the gateway has no such authorizer.
    Jwt {
        /// The authorizer's name in the document.
        authorizer: String,
        /// The scopes, one of which the token must have; none: any token will do.
        scopes: Vec<String>,
    },
    /// Whom the other lets in, if they show an API key as well.
    WithKey(Box<Guard>),
}

impl Guard {
    /// Whom the router lets in where this guards a route.
    pub fn admits(&self) -> Admits {
        let asks = match self {
            Guard::Open => Asks::Nobody,
            Guard::ApiKey => return Admits { api_key: true, ..Admits::default() },
            Guard::Iam => Asks::Iam,
            Guard::Jwt { authorizer, scopes } => Asks::Token { authorizer: authorizer.clone(), scopes: scopes.clone() },
            Guard::Request { authorizer } => Asks::Lambda { authorizer: authorizer.clone() },
            Guard::WithKey(other) => return Admits { api_key: true, ..other.admits() },
        };
        Admits { asks, ..Admits::default() }
    }

    /// The guard without the API key that it asks for as well.
    pub fn without_key(&self) -> &Guard {
        if let Guard::WithKey(other) = self { other } else { self }
    }

    /// The authorizer's name in the document, if one is asked.
    pub fn authorizer(&self) -> Option<&str> {
        match self {
            Guard::Jwt { authorizer, .. } | Guard::Request { authorizer } => Some(authorizer),
            Guard::WithKey(other) => other.authorizer(),
            Guard::Open | Guard::ApiKey | Guard::Iam => None,
        }
    }
}

/// The way of a route's requests. (`tollgate plan` shows it.)
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one a route, in the compiler alone")]
pub enum Way {
    /// From the managed gateway straight to the backend.
    Native(Integration),
    /// Through the router.
    Dispatched {
        /// What the router does.
        operation: Operation,
        /// Why the managed gateway cannot do it by itself.
        because: String,
    },
}

/// What the router knows of one method of one path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The path as the document writes it: `/carts/{cartId}`.
    pub path: String,
    /// `GET`, …, or `ANY`.
    pub method: String,
    /// Who is let in.
    pub admits: Admits,
    /// How much it may be called.
    pub limits: Limits,
    /// What a request must have before anything is called.
    pub validation: Validation,
    /// What is called.
    pub integration: Integration,
}

/// How much an operation may be called, and what a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// `x-tollgate-throttle`: a token bucket for all callers together.
    pub throttle: Option<Throttle>,
    /// `x-tollgate-units`: what one call costs of its key's quota; without it, one unit.
    pub units: Option<u32>,
}

/// Whom the router lets in to an operation: who meets all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admits {
    /// Who says who is calling.
    pub asks: Asks,
    /// Whether an API key must be shown.
    pub api_key: bool,
    /// `x-tollgate-tenant`: what names the tenant where no API key does.
    pub tenant: Option<TenantRule>,
    /// `x-tollgate-requires`: what the caller must have.
    pub requires: Vec<Requirement>,
}

/// Who says who is calling, beside an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asks {
    /// Nobody: everybody may.
    #[default]
    Nobody,
    /// The managed gateway, which checked the request's signature on this very route. A request that came by another route
    /// was not asked for it, and the router cannot check it.
    Iam,
    /// An authorizer of tokens: the managed gateway on this very route, else the router.
    Token {
        /// Its name among the API's authorizers.
        authorizer: String,
        /// The scopes, one of which the token must have; none: any token will do.
        scopes: Vec<String>,
    },
    /// A function of the user's, which the router invokes.
    Lambda {
        /// Its name among the API's authorizers.
        authorizer: String,
    },
}

impl Operation {
    /// `GET /carts/{cartId}`: AWS's route key.
    pub fn route_key(&self) -> String {
        route_key(&self.method, &self.path)
    }
}

fn route_key(method: &str, path: &str) -> String {
    if path == DEFAULT_ROUTE { "$default".to_owned() } else { format!("{method} {path}") }
}

/// What an operation calls. (API Gateway developer guide, `api-gateway-swagger-extensions-integration`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Integration {
    /// `aws_proxy`: a Lambda function that takes the request as an event.
    Lambda(LambdaProxy),
    /// `http_proxy`: an HTTP backend that takes the request as it is.
    Http(HttpProxy),
    /// `aws`, `http` and `mock`: a backend, or none, behind mappings of request and answer.
    Mapped(Mapped),
    /// One that AWS takes and answers with a 500 whenever it is called, and why. Only
    /// [`Options::as_aws_imports`](crate::Options) lets it be.
    Faulty(String),
    /// `aws_proxy` with an `integrationSubtype`: one action of an AWS service.
    Service(ServiceAction),
    /// `x-tollgate-aggregate`: several of these at once.
    Aggregate(Aggregate),
}

/// One action of an AWS service, by its `integrationSubtype`: the ten that HTTP APIs call by themselves, and ours.
/// (API Gateway developer guide, `http-api-develop-integrations-aws-services`.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAction {
    /// `SQS-SendMessage`, `DynamoDB-GetItem`, ….
    pub subtype: String,
    /// Whether HTTP APIs have it; else the router alone calls it.
    pub native: bool,
    /// The action's parameters by name, `Region` perhaps among them.
    pub parameters: BTreeMap<String, ActionValue>,
    /// The role to call it with, which HTTP APIs must have, and a router does without: it has one of its own.
    pub credentials: Option<Text>,
    /// How long it may take, 50 to 30,000 ms.
    pub timeout_ms: u32,
}

impl Integration {
    /// The stage variables that it uses.
    pub fn stage_variables(&self) -> Vec<&str> {
        match self {
            Integration::Lambda(proxy) => {
                let changed = proxy.changes.sources().filter_map(Source::stage_variable);
                let texts = [&proxy.function].into_iter().chain(&proxy.credentials);
                texts.flat_map(Text::stage_variables).chain(changed).collect()
            }
            Integration::Http(proxy) => {
                let mapped = proxy.parameters.iter().map(|mapping| &mapping.from).chain(proxy.changes.sources());
                let texts = proxy.server.texts().into_iter().flat_map(Text::stage_variables);
                texts.chain(mapped.filter_map(Source::stage_variable)).collect()
            }
            Integration::Mapped(mapped) => mapped.stage_variables(),
            Integration::Faulty(_) => Vec::new(),
            Integration::Aggregate(aggregate) => aggregate.stage_variables(),
            Integration::Service(action) => {
                let named =
                    action.parameters.values().flat_map(ActionValue::sources).filter_map(Source::stage_variable);
                action.credentials.iter().flat_map(Text::stage_variables).chain(named).collect()
            }
        }
    }

    /// The stage variables that its templates refer to.
    pub fn template_variables(&self) -> Vec<&str> {
        match self {
            Integration::Mapped(mapped) => mapped.template_variables().collect(),
            Integration::Aggregate(aggregate) => aggregate.template_variables(),
            Integration::Lambda(_) | Integration::Http(_) | Integration::Service(_) | Integration::Faulty(_) => {
                Vec::new()
            }
        }
    }
}

/// An `aws_proxy` integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LambdaProxy {
    /// The function: an ARN, with a version or alias or without, or a name.
    pub function: Text,
    /// The shape of the event and of the answer.
    pub payload: PayloadFormat,
    /// Whether `isBase64Encoded` in an answer makes its body bytes. HTTP APIs, whose exports name a
    /// `payloadFormatVersion`, decode it; REST APIs, whose exports name none, hand the text on unless a binary media type
    /// matches (recorded).
    pub decodes_base64: bool,
    /// The role to call it with, if it is not to be the router's.
    pub credentials: Option<Text>,
    /// REST's `requestParameters` for the headers `X-Amz-Invocation-Type` and `X-Amz-Tenant-Id`, which say how the function is
    /// invoked. What else is mapped there, AWS does not apply: a function gets the whole request.
    pub parameters: Vec<ParameterMapping>,
    /// What an HTTP API's parameter mapping changes.
    pub changes: Changes,
    /// How long the function may take, 50 to 29,000 ms.
    pub timeout_ms: u32,
}

/// The version of a Lambda proxy event. (API Gateway developer guide, `http-api-develop-integrations-lambda`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PayloadFormat {
    /// 1.0, the REST API's: `multiValueHeaders`, `requestContext.identity`, `resource`.
    V1,
    /// 2.0, the HTTP API's: `rawPath`, `cookies`, `requestContext.http`.
    V2,
}

/// An `http_proxy` integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpProxy {
    /// The backend.
    pub server: Server,
    /// What of the request becomes which parameter of the backend's; path parameters of the same name are among them.
    pub parameters: Vec<ParameterMapping>,
    /// What an HTTP API's parameter mapping changes.
    pub changes: Changes,
    /// How long the backend may take, 50 to 29,000 ms.
    pub timeout_ms: u32,
}
