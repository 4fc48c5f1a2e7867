//! Template cases: what a mapping template prints.

use crate::{Failure, case::TemplateCase};

/// Renders the case's template.
///
/// # Errors
/// What differs, or why the case cannot be run.
pub(crate) fn run(case: &TemplateCase) -> Result<(), Failure> {
    let _ = (&case.template, &case.input.body, &case.input.path, &case.input.querystring, &case.input.header.0);
    let _ = (&case.context, &case.stage_variables, &case.expect, case.expect_error.as_ref().map(|it| it.status));
    Err(Failure::cannot("template", "mapping templates are not supported"))
}
