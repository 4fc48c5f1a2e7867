//! Template cases: what a mapping template prints, or how a request is refused whose template cannot be rendered.

use mapping::{Body, Inputs, Overrides, Params, RenderProblem, Template};
use serde_json::Value;

use crate::{
    Failure,
    case::TemplateCase,
    expectation::{check_text, quoted},
};

/// Renders the case's template.
///
/// # Errors
/// What differs, or why the case cannot be run.
pub(crate) fn run(case: &TemplateCase) -> Result<(), Failure> {
    let template = Template::parse(&case.template).map_err(|error| Failure::cannot("template", error))?;
    let rendered = render(&template, case);
    match (&case.expect_error, rendered) {
        (None, Ok(text)) => check_text("expect", case.expect.as_deref().unwrap_or_default(), Some(&text)),
        (None, Err(problem)) => Err(Failure::cannot("template", problem)),
        (Some(expected), Ok(text)) => {
            let got = format!("the text {}", quoted(text.as_bytes()));
            Err(Failure::differs("expectError.status", expected.status, got))
        }
        (Some(expected), Err(problem)) if expected.status == status(&problem) => Ok(()),
        (Some(expected), Err(problem)) => {
            let differs = Failure::differs("expectError.status", expected.status, status(&problem));
            Err(differs.because(Some(problem.to_string())))
        }
    }
}

fn render(template: &Template, case: &TemplateCase) -> Result<String, RenderProblem> {
    let input = &case.input;
    let inputs = Inputs {
        body: &Body::new(input.body.clone()),
        params: &Params {
            path: input.path.0.clone(),
            querystring: input.querystring.0.clone(),
            header: input.header.0.clone(),
        },
        context: &Value::Object(case.context.clone()),
        stage_variables: &case.stage_variables,
    };
    template.render(&inputs, &mut Overrides::default())
}

/// What the client gets when this is wrong with a request template.
fn status(problem: &RenderProblem) -> u16 {
    match problem {
        RenderProblem::Body(_) => 400,
        RenderProblem::Limit { .. } | RenderProblem::Failed { .. } => 500,
    }
}

#[cfg(test)]
mod tests;
