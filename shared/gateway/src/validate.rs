//! Request validation: required parameters first, then the body against its model.
//! (API Gateway developer guide, `api-gateway-method-request-validation`; the messages are recorded.)

use std::sync::OnceLock;

use definition::{ParameterLocation, RequiredParameter, Table, Validation};
use models::Model;

use crate::{FieldError, Refusal, exchange::Exchange};

/// The API's models, each compiled when it is first used.
pub(crate) struct CompiledModels(Vec<(&'static str, OnceLock<Option<Model>>)>);

impl CompiledModels {
    /// Room for those of `table`.
    pub(crate) fn new(table: &Table<'static>) -> Self {
        CompiledModels(table.models().iter().map(|text| (*text, OnceLock::new())).collect())
    }

    fn get(&self, index: u32) -> Result<&Model, Refusal> {
        let entry = usize::try_from(index).ok().and_then(|index| self.0.get(index));
        let model = entry.and_then(|(text, slot)| slot.get_or_init(|| compile(text)).as_ref());
        model.ok_or_else(|| Refusal::Configuration(format!("the table's model {index} is not there or is none")))
    }
}

fn compile(text: &str) -> Option<Model> {
    let document = json::Document::parse(text).ok()?;
    Model::compile(document.root(), &|_| None).ok()
}

/// Checks a request.
///
/// # Errors
/// 400 for what is missing, or for a body that its model does not take.
pub(crate) fn check(validation: &Validation, exchange: &Exchange<'_>, models: &CompiledModels) -> Result<(), Refusal> {
    let missing: Vec<&RequiredParameter> =
        validation.parameters.iter().filter(|parameter| !is_there(parameter, exchange)).collect();
    if !missing.is_empty() {
        return Err(Refusal::MissingParameters(missing.iter().map(|parameter| parameter.name.clone()).collect()));
    }
    let media_type = exchange.request.media_type();
    let Some((_, model)) = validation.models.iter().find(|(kind, _)| *kind == media_type) else { return Ok(()) };
    let model = models.get(*model)?;
    // No body is not JSON either. (Recorded.)
    let text = std::str::from_utf8(&exchange.request.body).unwrap_or_default();
    if text.trim().is_empty() {
        let message = "there must be a body".to_owned();
        let field = FieldError { field: String::new(), rule: "required".to_owned(), message };
        return Err(refusal(validation, models::UNREADABLE.to_owned(), vec![field]));
    }
    let document = match exchange.body().json() {
        Ok(document) => document,
        Err(error) => {
            let field = FieldError { field: String::new(), rule: "json".to_owned(), message: error.to_string() };
            return Err(refusal(validation, models::UNREADABLE.to_owned(), vec![field]));
        }
    };
    if model.accepts(document.root()) {
        return Ok(());
    }
    let violations = model.check(document.root()).err().unwrap_or_default();
    let errors = models::validation_error_string(&violations);
    let fields = violations.into_iter().map(|violation| FieldError {
        field: violation.pointer,
        rule: violation.keyword.to_string(),
        message: violation.message,
    });
    Err(refusal(validation, errors, fields.collect()))
}

fn refusal(validation: &Validation, errors: String, fields: Vec<FieldError>) -> Refusal {
    Refusal::InvalidBody { errors, detail: validation.detailed.then_some(fields) }
}

/// Whether the parameter has a value that is not blank.
fn is_there(parameter: &RequiredParameter, exchange: &Exchange<'_>) -> bool {
    let RequiredParameter { location, name } = parameter;
    let has = |value: &str| !value.trim().is_empty();
    match location {
        ParameterLocation::Header => exchange.request.headers.all(name).any(has),
        ParameterLocation::Path => exchange.parameters.get(name).is_some_and(|value| has(value)),
        ParameterLocation::Query => {
            exchange.request.query_pairs().iter().any(|(other, value)| other == name && has(value))
        }
    }
}
