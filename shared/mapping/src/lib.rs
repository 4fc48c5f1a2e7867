//! Mapping templates as API Gateway renders them: VTL (Apache Velocity 1.7's language) over JSONPath (Jayway's dialect),
//! with AWS's own variables `$input`, `$util`, `$context` and `$stageVariables`.
//!
//! A [`Template`] is parsed once and rendered often; [`Template::render`] takes values and gives a text, and writes what
//! the template sets under `$context.requestOverride` and `$context.responseOverride` into [`Overrides`].
//!
//! Sources: the developer guide's `models-mappings`, `api-gateway-mapping-template-reference` and
//! `apigateway-override-request-response-parameters`; the Velocity 1.7 user guide. Where AWS and stock Velocity differ,
//! AWS wins: a reference without a value prints nothing, and equals both `$null` and `""`.
//!
//! Known from neither, and decided here:
//! - `#set` with a right side that is nothing empties the left side. Stock Velocity 1.7 would leave it as it was; but on AWS
//!   nothing equals the empty text, which only a value that is assigned can do.
//! - A parameter that the request lacks is an empty text to its methods and nothing to `#if`.
//! - `$input.json` of a definite path without a value gives `""`; `$input.path` on an empty body gives nothing, while
//!   `$input.body` and `$input.json('$')` give `{}`.
//! - Lists that come from JSON print as JSON; lists made in the template print as Java prints them: `[a, b]`.
//! - A list's or map's text does not escape `/`; `$util.escapeJavaScript` does, as Commons Lang's method of that name.
//! - Macros get their arguments by value; an argument that is a bare variable takes the parameter's last value back.
//! - An escaped reference (`\$x`) prints `$x` if it has a value, else it stays as it is written.

mod arithmetic;
mod compare;
mod heap;
mod inputs;
mod java;
pub mod jsonpath;
mod limits;
mod methods;
mod overrides;
mod print;
mod problem;
mod regex;
mod render;
mod selection;
mod syntax;
mod template;
mod value;

pub use inputs::{Body, Inputs, Params};
pub use jsonpath::JsonPath;
pub use limits::{
    Limits, MAX_ALLOCATED_BYTES, MAX_FOREACH_ITERATIONS, MAX_NESTING, MAX_OUTPUT_BYTES, MAX_RENDER_DEPTH, MAX_STEPS,
    MAX_TEMPLATE_BYTES,
};
pub use overrides::Overrides;
pub use problem::{RenderProblem, TemplateError};
pub use selection::SelectionPattern;
pub use template::Template;

#[cfg(test)]
mod tests;
