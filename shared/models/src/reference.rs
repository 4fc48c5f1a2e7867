//! `$ref`: what one model says of another.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use json::{Node, write_string};
use percent_encoding::percent_decode_str;

/// The host of the URLs by which REST APIs name their models. (API Gateway developer guide, `models-mappings`.)
const MODELS_URL: &str = "https://apigateway.amazonaws.com/restapis/";

/// The name of the model that a reference is to: `Order` of `#/components/schemas/Order`, `#/definitions/Order` and
/// `https://apigateway.amazonaws.com/restapis/{id}/models/Order`.
pub fn model_name(reference: &str) -> Option<String> {
    if let Some(rest) = reference.strip_prefix(MODELS_URL) {
        let (_, name) = rest.split_once("/models/")?;
        return Some(decoded(name)).filter(|name| !name.is_empty() && !name.contains('/'));
    }
    let name = ["#/components/schemas/", "#/definitions/"].iter().find_map(|home| reference.strip_prefix(home))?;
    if name.is_empty() || name.contains('/') { None } else { Some(unescaped(&decoded(name))) }
}

/// `schema` as a text that stands alone: what it refers to elsewhere, and what that refers to, is written below its
/// `definitions`, each under the text that refers to it. [`Model::compile`](crate::Model::compile) finds it there.
///
/// What `resolve` does not find is left as it is.
pub fn bundle<'d>(schema: Node<'d>, resolve: &dyn Fn(&str) -> Option<Node<'d>>) -> String {
    let others = others(schema, resolve);
    let mut out = String::new();
    if others.is_empty() || schema.kind() != json::Kind::Object {
        schema.write(&mut out);
        return out;
    }
    let own = schema.get("definitions").into_iter().flat_map(Node::entries);
    let own = own.map(|(key, value)| (key.into_owned(), value));
    out.push('{');
    for (key, value) in schema.entries().filter(|(key, _)| key != "definitions") {
        write_entry(&key, value, &mut out);
        out.push(',');
    }
    out.push_str("\"definitions\":{");
    for (at, (key, value)) in own.chain(others).enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_entry(&key, value, &mut out);
    }
    out.push_str("}}");
    out
}

fn write_entry(key: &str, value: Node<'_>, out: &mut String) {
    write_string(key, out);
    out.push(':');
    value.write(out);
}

/// The models that `schema` needs, each with the text that refers to it.
fn others<'d>(schema: Node<'d>, resolve: &dyn Fn(&str) -> Option<Node<'d>>) -> Vec<(String, Node<'d>)> {
    let (mut others, mut seen, mut lookup) = (Vec::new(), HashSet::new(), Lookup::default());
    let mut bases = vec![schema];
    while let Some(base) = bases.pop() {
        for text in within(base).filter_map(|node| node.get("$ref")?.as_str()) {
            if !seen.contains(&*text)
                && lookup.local(base, &text).is_none()
                && let Some(model) = resolve(&text)
            {
                seen.insert(text.clone().into_owned());
                others.push((text.into_owned(), model));
                bases.push(model);
            }
        }
    }
    others
}

/// `root` and every value in it.
fn within(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut left = vec![root];
    std::iter::from_fn(move || {
        let node = left.pop()?;
        left.extend(node.items());
        left.extend(node.entries().map(|(_, value)| value));
        Some(node)
    })
}

/// Finds what references lead to. Large objects are searched by an index, made once: definitions have thousands of models
/// and as many references.
#[derive(Default)]
pub(crate) struct Lookup<'d> {
    keys: HashMap<(usize, usize), HashMap<Cow<'d, str>, Node<'d>>>,
    ids: HashMap<(usize, usize), HashMap<Cow<'d, str>, Node<'d>>>,
}

/// Objects of fewer keys are searched as they are.
const LARGE: usize = 16;

impl<'d> Lookup<'d> {
    /// What `reference`, a fragment, points to in the model `base`.
    pub(crate) fn local(&mut self, base: Node<'d>, reference: &str) -> Option<Node<'d>> {
        let fragment = decoded(reference.strip_prefix('#')?);
        if fragment.is_empty() {
            return Some(base);
        }
        let steps = fragment.strip_prefix('/')?.split('/');
        steps.map(unescaped).try_fold(base, |node, step| match node.kind() {
            json::Kind::Array => node.at(step.parse().ok()?),
            _ => self.get(node, &step),
        })
    }

    /// The value of an object's key.
    pub(crate) fn get(&mut self, object: Node<'d>, key: &str) -> Option<Node<'d>> {
        if object.len() < LARGE {
            return object.get(key);
        }
        self.keys.entry(object.place()).or_insert_with(|| object.entries().collect()).get(key).copied()
    }

    /// The schema in the model `base` whose `id` is `reference`.
    pub(crate) fn identified(&mut self, base: Node<'d>, reference: &str) -> Option<Node<'d>> {
        let ids = || within(base).filter_map(|node| Some((node.get("id")?.as_str()?, node))).collect();
        self.ids.entry(base.place()).or_insert_with(ids).get(reference).copied()
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A step of a JSON pointer. (RFC 6901, section 4.)
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_models_tell_their_names() {
        let check = |reference: &str, expected: Option<&str>| {
            assert_eq!(model_name(reference).as_deref(), expected, "{reference}");
        };
        check("#/components/schemas/Order", Some("Order"));
        check("#/definitions/a~1b%20c", Some("a/b c"));
        check("https://apigateway.amazonaws.com/restapis/a1b2c3/models/Order", Some("Order"));
        check("https://apigateway.amazonaws.com/restapis/a1b2c3/models/", None);
        check("https://apigateway.amazonaws.com/restapis/a1b2c3/resources/x", None);
        check("#/definitions/Order/properties/x", None);
        check("https://elsewhere.example/models/Order", None);
        check("#", None);
    }
}
