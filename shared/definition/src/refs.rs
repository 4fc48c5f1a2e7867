//! `$ref`: to elsewhere in the document, and to a REST API's models.

use percent_encoding::percent_decode_str;

use crate::{
    document::{Node, Value},
    reader::Reader,
    strays::is_data,
};

/// How far references may lead from one to the next: nobody writes more, and a circle is longer.
const MAX_STEPS: usize = 32;

/// The document that references point into.
#[derive(Clone, Copy)]
pub(crate) struct Refs<'d> {
    pub(crate) root: &'d Node,
}

impl<'d> Refs<'d> {
    /// What `node` is or refers to; `None` after a problem.
    pub(crate) fn resolve(self, reader: &mut Reader, node: &'d Node) -> Option<&'d Node> {
        let mut found = node;
        for _ in 0..MAX_STEPS {
            let Some(reference) = found.get("$ref") else { return Some(found) };
            let text = reader.text(reference, "$ref")?;
            match self.target(text) {
                Ok(target) => found = target,
                Err((message, remedy)) => {
                    reader.problem(reference.place, message, remedy);
                    return None;
                }
            }
        }
        reader.problem(node.place, "this reference leads round in a circle", "write the value out");
        None
    }

    /// Names every reference in the document that leads nowhere.
    pub(crate) fn check(self, reader: &mut Reader) {
        self.check_below(reader, self.root, &mut Vec::new());
    }

    fn check_below(self, reader: &mut Reader, node: &'d Node, path: &mut Vec<&'d str>) {
        match &node.value {
            Value::Scalar { .. } => {}
            Value::List(items) => {
                path.push("*");
                items.iter().for_each(|item| self.check_below(reader, item, path));
                path.pop();
            }
            Value::Map(map) => {
                for entry in map.entries.iter().filter(|entry| !is_data(&entry.key, path)).collect::<Vec<_>>() {
                    match entry.value.text().filter(|_| entry.key == "$ref") {
                        Some(text) => {
                            if let Err((message, remedy)) = self.target(text) {
                                reader.problem(entry.value.place, message, remedy);
                            }
                        }
                        None => {
                            path.push(&entry.key);
                            self.check_below(reader, &entry.value, path);
                            path.pop();
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn target(self, text: &str) -> Result<&'d Node, (String, String)> {
        let missing = || {
            let remedy = "declare it, or write the name of something that is declared";
            (format!("{text:?} refers to nothing in this document"), remedy.to_owned())
        };
        if let Some(name) = model_name(text) {
            let schemas = self.root.get("components").and_then(|components| components.get("schemas"));
            let models = schemas.or_else(|| self.root.get("definitions"));
            return models.and_then(|models| models.get(name)).ok_or_else(missing);
        }
        let Some(pointer) = text.strip_prefix('#') else {
            let remedy = "copy what it refers to into this document, and write #/components/…";
            return Err((format!("{text:?} refers to another document"), remedy.to_owned()));
        };
        let steps = pointer
            .split('/')
            .skip(1)
            .map(|step| percent_decode_str(step).decode_utf8_lossy().replace("~1", "/").replace("~0", "~"));
        steps.into_iter().try_fold(self.root, |node, step| child(node, &step)).ok_or_else(missing)
    }
}

fn child<'d>(node: &'d Node, step: &str) -> Option<&'d Node> {
    node.get(step).or_else(|| node.items()?.get(step.parse::<usize>().ok()?))
}

/// The model in `https://apigateway.amazonaws.com/restapis/{id}/models/{name}`, as REST APIs name models to each other.
/// (API Gateway developer guide, `models-mappings`.)
fn model_name(text: &str) -> Option<&str> {
    let (host, rest) = text.strip_prefix("https://")?.split_once("/restapis/")?;
    let (_, name) = rest.split_once("/models/")?;
    let named = host.starts_with("apigateway.") && !name.is_empty() && !name.contains('/');
    named.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    const SOURCE: &str = "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {type: object}, C: {$ref: '#/components/schemas/C'}}}\n\
                          list: [{$ref: 'https://apigateway.amazonaws.com/restapis/abc/models/B'}, {$ref: '#/list/0'}]\n\
                          odd: {a/b: {c~d: found}}\n";

    fn resolve(reference: &str) -> String {
        let document = Document::parse(&format!("{SOURCE}use: {{$ref: {reference:?}}}\n")).unwrap();
        let mut reader = Reader::default();
        let refs = Refs { root: &document.root };
        let found = refs.resolve(&mut reader, document.root.get("use").unwrap());
        match found {
            Some(node) => node.text().map_or(format!("line {}", node.place.line), str::to_owned),
            None => reader.problems[0].message.clone(),
        }
    }

    #[test]
    fn a_reference_is_followed_to_its_end() {
        assert_eq!(resolve("#/components/schemas/A"), "line 1");
        assert_eq!(resolve("#/list/1"), "line 1");
        assert_eq!(resolve("https://apigateway.amazonaws.com/restapis/abc/models/B"), "line 1");
        assert_eq!(resolve("#/odd/a~1b/c~0d"), "found");
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_named() {
        assert_eq!(resolve("#/nothing"), "\"#/nothing\" refers to nothing in this document");
        assert_eq!(resolve("other.yaml#/A"), "\"other.yaml#/A\" refers to another document");
        assert_eq!(resolve("#/components/schemas/C"), "this reference leads round in a circle");
    }
}
