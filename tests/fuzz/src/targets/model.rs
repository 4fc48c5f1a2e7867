//! Any text as a model, and any text as a body.

use json::{Document, Node};
use models::{MAX_VIOLATIONS, Model, bundle, validation_error_string};

use crate::novelty;

/// Reads what is before the first NUL of `bytes` as a model and what is behind it as a body; without one, all of it as both.
///
/// # Panics
/// When a promise of the reader, of the compiler or of the check is broken.
pub fn model(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (schema, body) = text.split_once('\0').unwrap_or((&text, &text));
    let (Some(schema), Some(body)) = (read(schema), read(body)) else { return };
    let resolve = |reference: &str| if reference == "body" { Some(body.root()) } else { None };
    let Some(model) = compiled(schema.root(), &resolve) else { return };
    check(&model, body.root());
    check(&model, schema.root());
    let text = bundle(schema.root(), &resolve);
    let alone = Document::parse(&text).map(|alone| {
        let alone = Model::compile(alone.root(), &|_| None);
        alone.map(|alone| alone.accepts(body.root()))
    });
    assert_eq!(alone, Ok(Ok(model.accepts(body.root()))), "bundled, it says something else");
}

/// The text as `serde_json` reads it, or not at all.
fn read(text: &str) -> Option<Document> {
    let theirs = serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string());
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            novelty::note(error.message);
            assert!(theirs.is_err(), "refused: {error}");
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&error.line) && (1..=text.len() + 1).contains(&error.column), "{error}");
            return None;
        }
    };
    if let Err(error) = theirs {
        // Numbers that no f64 holds, and what is deeper than it goes.
        assert!(["out of range", "recursion limit"].iter().any(|it| error.contains(it)), "read in spite of {error}");
    }
    let once = written(document.root());
    let again = Document::parse(&once).map(|again| written(again.root()));
    assert_eq!(again.as_ref(), Ok(&once), "written twice");
    Some(document)
}

fn written(node: Node<'_>) -> String {
    let mut out = String::new();
    node.write(&mut out);
    out
}

fn compiled<'d>(schema: Node<'d>, resolve: &dyn Fn(&str) -> Option<Node<'d>>) -> Option<Model> {
    match Model::compile(schema, resolve) {
        Ok(model) => {
            novelty::note("a model");
            Some(model)
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(!problem.message.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
                novelty::note(&problem.remedy);
            }
            None
        }
    }
}

fn check(model: &Model, body: Node<'_>) {
    let accepted = model.accepts(body);
    match model.check(body) {
        Ok(()) => assert!(accepted, "checked, and not accepted"),
        Err(violations) => {
            assert!(!accepted, "accepted, and refused");
            assert!((1..=MAX_VIOLATIONS).contains(&violations.len()), "{} violations", violations.len());
            violations.iter().for_each(|violation| novelty::note(violation.keyword));
            assert!(validation_error_string(&violations).starts_with('['));
        }
    }
}
