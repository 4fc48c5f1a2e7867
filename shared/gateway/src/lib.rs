//! What happens to one request: parse, match, identify, admit, validate, call, respond.
//!
//! Each step is a function from values to values in a module of its own; the steps that must wait take a port
//! ([`Backends`], [`identity::KeyLookup`], [`identity::KeyFetcher`], [`Admit`]). [`Gateway::answer`] puts them in order and reads like the sentence.

mod accept;
mod action_call;
mod actions;
mod admit;
mod aggregate;
mod answer;
mod backends;
mod binary;
mod called;
mod changes;
mod context;
mod exchange;
mod gateway_response;
mod http_proxy;
mod identify;
mod incoming;
mod integration;
mod lambda_answer;
mod lambda_event;
mod lambda_proxy;
mod mapped;
mod matching;
mod mock;
mod outgoing;
mod path;
mod policy;
mod prepared;
mod refusal;
mod request;
mod response;
mod service_call;
mod trace;
mod url;
mod validate;

pub use actions::{
    Action, ActionAnswer, ActionCall, BusEvent, ConfigurationName, DeleteItem, Execution, Expressions, GetItem,
    MessageAttribute, MessageAttributes, Publish, PutItem, Query, Returned, SqsReceive, SqsSend, StreamRecord,
    UpdateItem,
};
pub use admit::{Admit, NoPlans};
pub use aggregate::PartFailure;
pub use answer::{Gateway, Outcome};
pub use backends::{
    Backends, CallProblem, FunctionAnswer, FunctionCall, HttpAnswer, HttpCall, Invocation, MAX_PAYLOAD_BYTES,
    ServiceCall, Tls,
};
pub use exchange::template_inputs;
pub use identify::NoIssuers;
pub use path::{PathProblem, RequestPath};
pub use refusal::{FieldError, Refusal};
pub use request::{ApiIdentity, GatewayRequest, Headers, Stage, query_pairs};
pub use response::GatewayResponse;
