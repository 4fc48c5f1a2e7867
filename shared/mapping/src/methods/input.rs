//! `$input`: the body and the parameters (`api-gateway-mapping-template-reference`).

use json::Document;

use crate::{
    RenderProblem,
    jsonpath::{Found, JsonPath, Matches},
    regex::COMPILING_STEPS,
    render::{Rendered, Renderer},
    value::Value,
};

impl<'a> Renderer<'a> {
    pub(super) fn input_method(&mut self, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        match (name, arguments) {
            ("params", []) => Ok(Value::Params),
            ("params", [name]) => {
                let name = self.text_of(name)?;
                Ok(self.parameter(&name))
            }
            ("getBody", []) => Ok(Value::text(self.heap.inputs.body.text_or_object())),
            ("json" | "path", [path]) => {
                let text = self.text_of(path)?;
                self.spend(text.len() / 8 + text.matches("=~").count() * COMPILING_STEPS)?;
                match JsonPath::parse(&text) {
                    Ok(path) => self.found(name, &path),
                    Err(error) => Err(self.failed(format!("$input.{name}: {error}"))),
                }
            }
            _ => Ok(Value::Null),
        }
    }

    /// `$input.params(name)`: path, query, header, in that order.
    fn parameter(&self, name: &str) -> Value<'a> {
        let kinds = ["path", "querystring", "header"].into_iter();
        let mut groups = kinds.filter_map(|kind| self.heap.parameters(kind));
        groups.find_map(|group| group.get(name)).map_or(Value::Missing, Value::text)
    }

    /// `$input.path(path)` or `$input.json(path)`.
    pub(crate) fn found(&mut self, method: &str, path: &JsonPath) -> Rendered<Value<'a>> {
        let body = self.heap.inputs.body;
        let document: &'a Document = body.json().map_err(|error| RenderProblem::Body(error.clone()))?;
        if method == "path" && body.text().is_empty() {
            return Ok(Value::Null);
        }
        let mut visits = 0;
        let matches = path.search(document.root(), &mut visits);
        self.spend(visits / 4)?;
        let matches = matches.map_err(|error| self.failed(error.to_string()))?;
        if method == "path" { self.matched(matches) } else { self.json_of(matches) }
    }

    fn json_of(&mut self, matches: Matches<'a>) -> Rendered<Value<'a>> {
        let value = match matches {
            Matches::Definite(None) => return Ok(Value::text("\"\"")),
            Matches::Definite(Some(Found::Node(node))) => {
                if self.heap.changed.is_empty() {
                    let mut out = String::new();
                    node.write(&mut out);
                    return self.made_text(out);
                }
                Value::of_node(node)
            }
            matches => self.matched(matches)?,
        };
        let mut out = String::new();
        let written = self.heap.json(&value, &mut out, 0);
        self.printed(written)?;
        self.made_text(out)
    }

    /// What a path found, as a value: an indefinite path gives a list.
    fn matched(&mut self, matches: Matches<'a>) -> Rendered<Value<'a>> {
        Ok(match matches {
            Matches::Definite(None) => Value::Null,
            Matches::Definite(Some(found)) => self.found_value(found),
            Matches::Indefinite(all) => {
                let items: Vec<_> = all.into_iter().map(|found| self.found_value(found)).collect();
                self.heap.list(items, true)
            }
        })
    }

    fn found_value(&mut self, found: Found<'a>) -> Value<'a> {
        match found {
            Found::Node(node) => self.heap.current(Value::of_node(node)),
            Found::Integer(value) => Value::Integer(value),
            Found::Double(value) => Value::Double(value),
            Found::Text(text) => Value::text(text),
            Found::Object(entries) => {
                let entries: Vec<_> =
                    entries.into_iter().map(|(key, node)| (key.into(), Value::of_node(node))).collect();
                self.heap.map(entries)
            }
            Found::List(items) => {
                let items: Vec<_> = items.into_iter().map(|found| self.found_value(found)).collect();
                self.heap.list(items, true)
            }
        }
    }
}
