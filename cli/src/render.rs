//! `tollgate render`: what a mapping template makes of an event, without a deployment.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use definition::{Place, Problem, show};
use mapping::{Body, Inputs, Overrides, Params, RenderProblem, Template, TemplateError};
use runtime::event::{HttpEvent, Surroundings};
use serde_json::Value;

/// Show what a mapping template makes of an event.
///
/// The text goes to the standard output. What the template sets under `$context.requestOverride` and
/// `$context.responseOverride` goes to the standard error, a line each.
#[derive(Args)]
pub(crate) struct Render {
    /// The template, in VTL.
    template: PathBuf,
    /// The request: an event of an HTTP API, a REST API, a load balancer or a Function URL, as JSON. Its `pathParameters`
    /// and `stageVariables` count.
    #[arg(long)]
    event: PathBuf,
    /// The backend's answer: then the template is a response's, and `$input` reads this body.
    #[arg(long)]
    response: Option<PathBuf>,
}

/// What went wrong, for people, and the status to exit with.
struct Failed(String, u8);

impl Render {
    /// Renders. 0: done; 1: the template failed; 2: a file could not be read, or the event is none.
    pub(crate) fn run(self) -> ExitCode {
        match self.render() {
            Ok((text, overrides)) => {
                crate::out(&text);
                crate::tell(&overrides);
                ExitCode::SUCCESS
            }
            Err(Failed(message, status)) => {
                crate::tell(&message);
                ExitCode::from(status)
            }
        }
    }

    fn render(&self) -> Result<(String, String), Failed> {
        let source = read(&self.template)?;
        let shown = self.template.display().to_string();
        let template = Template::parse(&source).map_err(|TemplateError { line, column, message }| {
            Failed(at(&shown, &source, (line, column), &message, "mend the template"), 1)
        })?;
        let scene = Scene::read(&self.event)?;
        let (body_file, body) = match &self.response {
            Some(file) => (file, Body::new(read(file)?)),
            None => (&self.event, Body::new(scene.body)),
        };
        let inputs = Inputs {
            body: &body,
            params: &scene.params,
            context: &scene.context,
            stage_variables: &scene.stage_variables,
        };
        let mut overrides = Overrides::default();
        match template.render(&inputs, &mut overrides) {
            Ok(text) => Ok((text, told(&overrides))),
            Err(problem) => Err(Failed(explain(&problem, (&shown, &source), (body_file, body.text())), 1)),
        }
    }
}

/// What an event gives a template.
struct Scene {
    body: String,
    params: Params,
    context: Value,
    stage_variables: BTreeMap<String, String>,
}

impl Scene {
    fn read(file: &Path) -> Result<Self, Failed> {
        let text = read(file)?;
        let wrong =
            |why: &str| Failed(format!("{}: {why}\nwrite an event such as those in events/router", file.display()), 2);
        let value: Value = serde_json::from_str(&text).map_err(|error| wrong(&format!("it is not JSON: {error}")))?;
        let texts = |name: &str| -> BTreeMap<String, String> {
            let entries = value.get(name).and_then(Value::as_object).into_iter().flatten();
            entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        };
        let parameters = texts("pathParameters");
        let route = value.get("routeKey").and_then(Value::as_str).and_then(|key| key.split(' ').nth(1));
        let resource = value.get("resource").and_then(Value::as_str).or(route);
        let event: HttpEvent = serde_json::from_value(value.clone()).map_err(|error| wrong(&error.to_string()))?;
        let surroundings = Surroundings { now_ms: runtime::clock_ms(), ..Surroundings::default() };
        let (request, _) = event.into_request(&surroundings).map_err(|problem| wrong(&problem.to_string()))?;
        let (params, context) = gateway::template_inputs(&request, resource, &parameters);
        let body = String::from_utf8_lossy(&request.body).into_owned();
        Ok(Scene { body, params, context, stage_variables: request.stage.variables })
    }
}

fn read(file: &Path) -> Result<String, Failed> {
    fs::read_to_string(file).map_err(|error| Failed(format!("{} cannot be read: {error}", file.display()), 2))
}

/// The place of a failure with its line, and the value at fault.
fn explain(problem: &RenderProblem, (template, source): (&str, &str), (body_file, body): (&Path, &str)) -> String {
    match problem {
        RenderProblem::Body(error) => {
            let file = format!("{} (the body)", body_file.display());
            let remedy = "the template reads the body as JSON: send JSON, or use $input.body";
            at(&file, body, (error.line, error.column), &format!("the body is not JSON: {}", error.message), remedy)
        }
        RenderProblem::Limit { line, column, what } => {
            at(template, source, (*line, *column), what, "make the template do less, or the body smaller")
        }
        RenderProblem::Failed { line, column, message } => {
            at(template, source, (*line, *column), message, "check the value before it is used, with #if")
        }
    }
}

fn at(file: &str, source: &str, (line, column): (usize, usize), message: &str, remedy: &str) -> String {
    let place = Place { line, column };
    show(file, source, &[Problem { place, message: message.to_owned(), remedy: remedy.to_owned() }])
}

/// What the template overrides, a line each.
fn told(overrides: &Overrides) -> String {
    let mut text = String::new();
    for (name, value) in overrides.request_headers() {
        let _ = writeln!(text, "request header {name}: {value}");
    }
    for (name, value) in overrides.request_querystring() {
        let _ = writeln!(text, "request query {name}={value}");
    }
    for (name, value) in overrides.request_path() {
        let _ = writeln!(text, "request path {{{name}}} = {value}");
    }
    if let Some(status) = overrides.response_status() {
        let _ = writeln!(text, "response status {status}");
    }
    for (name, value) in overrides.response_headers() {
        let _ = writeln!(text, "response header {name}: {value}");
    }
    text
}
