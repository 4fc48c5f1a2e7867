//! What an API is: an OpenAPI document with AWS's `x-amazon-apigateway-*` extensions, checked and compiled.
//!
//! The way of a document: [`Document`] keeps every value's line and column; [`compile`] checks it and
//! gives an [`Api`] or every [`Problem`] at once; [`encode`] packs the `Api` into the router's [`Table`], and
//! [`managed_routes`] writes what the managed HTTP API is to do in front of it, [`router_policy`] what the router must be
//! permitted; [`channel_rules`] writes who may do what on WebSocket channels, [`Doors`] what the
//! authorizer function asks.
//!
//! Nothing is dropped in silence: what is not understood is refused by name, with its line.

mod aggregate;
mod api;
mod authorizer;
mod channel_rules;
mod doors;
mod extensions;
mod integration;
mod limits;
mod managed;
mod mapping;
mod models;
mod openapi;
mod path_template;
mod paths;
mod permissions;
mod reader;
mod refs;
mod request_authorizer;
mod rest_api;
mod routes;
mod security;
mod strays;
mod table;
mod tenant;
mod text;
mod validation;
mod way;
mod websocket;

// The modules here name it as they name each other.
use ::document;

pub use ::document::{Document, Lines, MAX_DOCUMENT_BYTES, MAX_SHOWN, Place, Problem, show};
pub use aggregate::{Aggregate, AggregatePart, AggregateResponse, MAX_PARTS};
pub use api::{
    Admits, Api, Asks, Guard, HttpProxy, Integration, LambdaProxy, Limits, Operation, PayloadFormat, Route,
    ServiceAction, Way,
};
pub use authorizer::{Authorizer, FunctionAuthorizer, TokenAuthorizer, TokenIssuers};
pub use channel_rules::channel_rules;
pub use doors::{Connect, Doors};
pub use extensions::{EXTENSIONS, Extension, Fate, Home, compatibility};
pub use integration::{is_header_name, source::of_gateway_response as gateway_response_source};
pub use managed::{Cors, JwtAuthorizer, Managed};
pub use mapping::{
    ActionValue, Change, ChangeOperation, ChangeTarget, Changes, ContentHandling, Destination, IntegrationResponse,
    Mapped, ParameterMapping, Passthrough, Piece, RequestMapping, Server, Service, ServiceRequest, Source, Target,
    TlsConfig, VpcLink,
};
pub use openapi::{Options, compile, compile_with};
pub use path_template::{PathTemplate, Segment};
pub use permissions::router_policy;
pub use request_authorizer::RequestAuthorizer;
pub use rest_api::{ApiKeySource, GATEWAY_RESPONSE_TYPES, GatewayResponseSettings, RestApi};
pub use routes::{managed_routes, native_routes};
pub use table::{RouteEnd, RouteTree, Table, TableError, encode};
pub use text::{Part, Text, Unresolved};
pub use validation::{ParameterLocation, RequiredParameter, Validation};
