//! Models: each schema that bodies are checked against becomes one JSON text that refers to nothing outside itself.
//! (API Gateway developer guide, `models-mappings`.)

use std::{collections::BTreeMap, fmt::Write as _};

use json::Document;
use models::{Model, ModelProblem};

use crate::{
    document::{Node, Value},
    reader::Reader,
    refs::Refs,
};

/// How deep a schema may be nested: as deep as a document.
const MAX_DEPTH: usize = 100;

/// All models that operations use, each once.
#[derive(Default)]
pub(crate) struct Models {
    texts: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl Models {
    /// Adds the model that `schema` is; its place. `None` after a problem.
    pub(crate) fn add(&mut self, reader: &mut Reader, refs: Refs<'_>, schema: &Node) -> Option<u32> {
        let text = Bundle::of(refs, schema)?;
        if let Some(place) = self.places.get(&text) {
            return Some(*place);
        }
        let place = u32::try_from(self.texts.len()).ok()?;
        check(reader, schema, &text);
        self.places.insert(text.clone(), place);
        self.texts.push(text);
        Some(place)
    }

    /// All of them, in order.
    pub(crate) fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

/// Names what is no schema, at its place if it stands in this model, at the model's where it stands in another.
fn check(reader: &mut Reader, schema: &Node, text: &str) {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            reader.problem(schema.place, format!("the model cannot be read: {}", error.message), "make it smaller");
            return;
        }
    };
    let compiled = Model::compile(document.root(), &|_| None);
    for ModelProblem { pointer, message, remedy } in compiled.err().into_iter().flatten() {
        let own = pointer.strip_prefix("/allOf/0").unwrap_or(&pointer);
        reader.problem(schema.at_pointer(own).place, format!("the model: {message}"), remedy);
    }
}

/// A schema with all that it refers to under its `definitions`.
struct Bundle<'d> {
    refs: Refs<'d>,
    /// What is referred to, by the text of the reference, and its name here.
    names: BTreeMap<String, String>,
    /// What is referred to and not written yet.
    waiting: Vec<(String, &'d Node)>,
}

impl<'d> Bundle<'d> {
    /// `None` where a reference leads nowhere, which [`Refs::check`] has said.
    fn of(refs: Refs<'d>, schema: &'d Node) -> Option<String> {
        let mut bundle = Bundle { refs, names: BTreeMap::new(), waiting: Vec::new() };
        let mut text = String::new();
        bundle.write(schema, 0, &mut text)?;
        let mut definitions = String::new();
        while let Some((name, node)) = bundle.waiting.pop() {
            let _ = write!(definitions, "{}{}:", if definitions.is_empty() { "" } else { "," }, quoted(&name));
            bundle.write(node, 0, &mut definitions)?;
        }
        if definitions.is_empty() {
            return Some(text);
        }
        Some(format!("{{\"allOf\":[{text}],\"definitions\":{{{definitions}}}}}"))
    }

    fn write(&mut self, node: &'d Node, depth: usize, text: &mut String) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match &node.value {
            Value::Scalar { .. } => text.push_str(&node.json().to_string()),
            Value::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    self.write(item, depth + 1, text)?;
                }
                text.push(']');
            }
            Value::Map(map) => {
                if let Some(reference) = node.get("$ref").and_then(Node::text) {
                    let name = self.name(reference)?;
                    let _ = write!(text, "{{\"$ref\":{}}}", quoted(&format!("#/definitions/{name}")));
                    return Some(());
                }
                text.push('{');
                for (index, entry) in map.entries.iter().enumerate() {
                    let _ = write!(text, "{}{}:", if index > 0 { "," } else { "" }, quoted(&entry.key));
                    self.write(&entry.value, depth + 1, text)?;
                }
                text.push('}');
            }
        }
        Some(())
    }

    /// What the target of `reference` is called here.
    fn name(&mut self, reference: &str) -> Option<String> {
        if let Some(name) = self.names.get(reference) {
            return Some(name.clone());
        }
        let target = self.refs.target(reference).ok()?;
        let last = reference.rsplit('/').next().unwrap_or_default();
        // A name that needs no escape in a pointer.
        let wanted = last.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let taken = self.names.values().any(|name| *name == wanted);
        let name = if taken { format!("{wanted}-{}", self.names.len()) } else { wanted };
        self.names.insert(reference.to_owned(), name.clone());
        self.waiting.push((name.clone(), target));
        Some(name)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
