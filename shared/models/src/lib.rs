//! What a body must look like: models, which are JSON Schema draft 4.
//!
//! [`Model::compile`] reads a model once, [`Model::accepts`] and [`Model::check`] compare a [`json`] value with it. A body
//! is parsed once for this and for the mapping templates. [`bundle`] makes of a model and those that it refers to one text.
//!
//! All keywords of draft 4 are checked (API Gateway developer guide, `models-mappings`; the drafts are
//! draft-zyp-json-schema-04 and draft-fge-json-schema-validation-00). Beside a `$ref` other keywords count for nothing. The
//! guide's notes (`api-gateway-known-issues`) say that a REST API does not support `discriminator`, `example`, `readOnly`
//! and the formats `int32`, `int64` and `decimal`, and neither are they checked here. The notes also say that
//! `exclusiveMinimum` is not supported, and that an import leaves `minItems` and `maxItems` out of what is validated;
//! these are checked here, for a model says them in so many words. That OpenAPI's `nullable` has a meaning for a REST
//! API is nowhere said, and draft 4 does not know it: a property that may be null is of `type: [string, "null"]`.
//! [`Model::unchecked`] tells where a model says what is not checked.

mod compile;
mod decimal;
mod equal;
mod evaluate;
mod format;
mod message;
mod model;
mod pattern;
mod reference;
mod schema;

pub use message::{UNREADABLE, validation_error_string};
pub use model::{MAX_VIOLATIONS, Model, ModelProblem, Violation};
pub use reference::{bundle, model_name};

#[cfg(test)]
mod tests;
