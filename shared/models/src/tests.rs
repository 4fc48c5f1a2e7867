mod hostile;
mod keywords;
mod messages;
mod properties;
mod references;

use json::Document;

use crate::{Model, ModelProblem, Violation};

fn document(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn compiled(schema: &str) -> Model {
    Model::compile(document(schema).root(), &|_| None).unwrap_or_else(|problems| panic!("{schema}: {problems:?}"))
}

fn problems(schema: &str) -> Vec<ModelProblem> {
    Model::compile(document(schema).root(), &|_| None).err().unwrap_or_else(|| panic!("{schema} is compiled"))
}

/// Whether `model` accepts `body`, which both ways must say.
fn accepts(model: &Model, body: &str) -> bool {
    let body_document = document(body);
    let accepted = model.accepts(body_document.root());
    match model.check(body_document.root()) {
        Ok(()) => assert!(accepted, "{body} is checked and not accepted"),
        Err(violations) => assert!(!accepted && !violations.is_empty(), "{body}: {violations:?}"),
    }
    accepted
}

fn violations(schema: &str, body: &str) -> Vec<Violation> {
    compiled(schema).check(document(body).root()).err().unwrap_or_else(|| panic!("{schema} accepts {body}"))
}

/// `schema` accepts each of `good` and none of `bad`.
fn check(schema: &str, good: &[&str], bad: &[&str]) {
    let model = compiled(schema);
    good.iter().for_each(|body| assert!(accepts(&model, body), "{schema} refuses {body}"));
    bad.iter().for_each(|body| assert!(!accepts(&model, body), "{schema} accepts {body}"));
}
