//! A model, and what a body does that it must not.

use json::Node;

use crate::{
    compile,
    evaluate::Evaluation,
    schema::{Schema, SchemaId},
};

/// How many violations a check tells.
pub const MAX_VIOLATIONS: usize = 20;

/// A compiled model.
#[derive(Debug)]
pub struct Model {
    /// The first is the model itself.
    pub(crate) schemas: Vec<Schema>,
    pub(crate) unchecked: Vec<String>,
}

/// What is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelProblem {
    /// Where: a JSON pointer into the model. In another model that it refers to, after that reference's text.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

/// What a body does that its model forbids.
///
/// It repeats what the body says, and belongs into an answer that asks for it, not into a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON pointer into the body, `/items/0/quantity`.
    pub pointer: String,
    /// The keyword that forbids it, `minimum`.
    pub keyword: &'static str,
    /// What is wrong, in API Gateway's words.
    pub message: String,
}

impl Model {
    /// Compiles `schema`. `resolve` finds other models by the text that refers to them:
    /// `#/components/schemas/Order`, `#/definitions/Order` or
    /// `https://apigateway.amazonaws.com/restapis/{id}/models/Order`; [`model_name`](crate::model_name) tells their names.
    /// A text that [`bundle`](crate::bundle) made needs none.
    ///
    /// # Errors
    /// Every problem: a keyword whose value is none, a pattern that is none, a reference that leads nowhere or round in a
    /// circle.
    pub fn compile<'d>(
        schema: Node<'d>,
        resolve: &dyn Fn(&str) -> Option<Node<'d>>,
    ) -> Result<Model, Vec<ModelProblem>> {
        compile::compile(schema, resolve)
    }

    /// Checks `body` and tells what is wrong, as far as API Gateway would: what is within a value is looked at only while
    /// nothing is wrong outside, and of alternatives (`anyOf`, …) only that none fits.
    ///
    /// # Errors
    /// The first [`MAX_VIOLATIONS`] violations, at least one.
    pub fn check(&self, body: Node<'_>) -> Result<(), Vec<Violation>> {
        if self.accepts(body) { Ok(()) } else { Err(Evaluation::of(self, body).explain(ROOT, body)) }
    }

    /// Whether `body` is as the model says. It stops at the first violation.
    ///
    /// Time is bounded by the body's size, whatever the model: a check that takes more steps than a body of that size
    /// needs, or meets a pattern that does not come to an end, refuses the body.
    pub fn accepts(&self, body: Node<'_>) -> bool {
        Evaluation::of(self, body).accepts(ROOT, body)
    }

    /// Where the model says something of a body that is not checked, as JSON pointers: keywords that are not in draft 4
    /// (`const`, `if`, OpenAPI's `nullable`, …) or that the developer guide says are not supported (`discriminator`,
    /// `readOnly`).
    pub fn unchecked(&self) -> &[String] {
        &self.unchecked
    }
}

/// The schema that is the model itself.
const ROOT: SchemaId = SchemaId(0);
