//! The keywords of one schema. (draft-fge-json-schema-validation-00, which is draft 4.)

use std::collections::HashMap;

use json::{Document, Kind, Node};

use super::{Compiler, Place, kind};
use crate::{
    decimal::{Decimal, Divisor},
    format::Format,
    schema::{
        Additional, ArrayRules, Dependency, Enumeration, Items, Key, NumberRules, ObjectRules, Schema, StringRules,
        Types,
    },
};

/// Keywords that would forbid something and are not checked: those of later drafts and of OpenAPI, and the two that the
/// developer guide says are not supported (`api-gateway-known-issues`).
const UNCHECKED: [&str; 17] = [
    "$dynamicRef",
    "const",
    "contains",
    "contentEncoding",
    "dependentRequired",
    "dependentSchemas",
    "discriminator",
    "else",
    "if",
    "nullable",
    "prefixItems",
    "propertyNames",
    "readOnly",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "writeOnly",
];

/// Compiles the schema at `place`.
pub(super) fn schema<'d>(compiler: &mut Compiler<'d, '_>, place: &Place<'d>) -> Schema {
    let mut schema = Schema::default();
    if place.node.kind() != Kind::Object {
        let message = format!("a schema is an object, this is {}", kind(place.node));
        compiler.problem(place, &[], message, "write an object; {} allows any value");
        return schema;
    }
    if let Some(reference) = place.node.get("$ref") {
        reference_to(compiler, place, reference, &mut schema);
        return schema;
    }
    Keywords { compiler, place, schema: &mut schema }.read();
    schema
}

fn reference_to<'d>(compiler: &mut Compiler<'d, '_>, place: &Place<'d>, reference: Node<'d>, schema: &mut Schema) {
    let target = reference.as_str().and_then(|text| compiler.referred(place, &text));
    if target.is_none() {
        let text = reference.as_str().unwrap_or_default();
        let message = format!("there is no model {text:?} to refer to");
        let remedy = "refer to #/definitions/Name within the model, or to another model of this API by \
                      #/components/schemas/Name or https://apigateway.amazonaws.com/restapis/{id}/models/Name";
        compiler.problem(place, &["$ref"], message, remedy);
    }
    schema.refers_to = target;
}

struct Keywords<'c, 'd, 'r> {
    compiler: &'c mut Compiler<'d, 'r>,
    place: &'c Place<'d>,
    schema: &'c mut Schema,
}

impl<'d> Keywords<'_, 'd, '_> {
    fn read(&mut self) {
        for (keyword, value) in self.place.node.entries() {
            self.general(&keyword, value);
            self.number(&keyword, value);
            self.string(&keyword, value);
            self.array(&keyword, value);
            self.object(&keyword, value);
            if UNCHECKED.contains(&&*keyword) && value.as_bool() != Some(false) {
                let pointer = super::below(&self.place.pointer, &[&keyword]).to_string();
                self.compiler.unchecked.push(pointer);
            }
        }
        self.exclusive();
    }

    fn general(&mut self, keyword: &str, value: Node<'d>) {
        let (compiler, place) = (&mut *self.compiler, self.place);
        match keyword {
            "type" => self.types(value),
            "enum" => self.enumeration(value),
            "allOf" => self.schema.all_of = compiler.schemas(place, keyword, value),
            "anyOf" => self.schema.any_of = compiler.schemas(place, keyword, value),
            "oneOf" => self.schema.one_of = compiler.schemas(place, keyword, value),
            "not" => self.schema.not = Some(compiler.one(place, keyword, value)),
            _ => {}
        }
    }

    fn number(&mut self, keyword: &str, value: Node<'d>) {
        if !["minimum", "maximum", "multipleOf"].contains(&keyword) {
            return;
        }
        let rules = self.schema.number.get_or_insert_with(Box::<NumberRules>::default);
        match keyword {
            "minimum" => rules.minimum = self.compiler.bound(self.place, keyword, value),
            "maximum" => rules.maximum = self.compiler.bound(self.place, keyword, value),
            _ => {
                let number = value.as_number();
                let divisor = number.and_then(|number| Divisor::of(&Decimal::of(number.text())));
                rules.multiple_of = divisor.zip(number.map(|number| number.text().into()));
                if divisor.is_none() {
                    let message = "multipleOf is a number above 0 with no more than 18 digits";
                    self.compiler.problem(self.place, &[keyword], message, "write a number such as 0.01");
                }
            }
        }
    }

    /// `exclusiveMinimum` and `exclusiveMaximum`: they say something of a bound, if there is one.
    fn exclusive(&mut self) {
        for keyword in ["exclusiveMinimum", "exclusiveMaximum"] {
            let Some(value) = self.place.node.get(keyword) else { continue };
            let exclusive = self.compiler.flag(self.place, keyword, value);
            let rules = self.schema.number.as_mut();
            let bound = rules.and_then(|rules| match keyword {
                "exclusiveMinimum" => rules.minimum.as_mut(),
                _ => rules.maximum.as_mut(),
            });
            if let Some(bound) = bound {
                bound.exclusive = exclusive;
            }
        }
    }

    fn string(&mut self, keyword: &str, value: Node<'d>) {
        if !["minLength", "maxLength", "pattern", "format"].contains(&keyword) {
            return;
        }
        let rules = self.schema.string.get_or_insert_with(Box::<StringRules>::default);
        let (compiler, place) = (&mut *self.compiler, self.place);
        match (keyword, value.as_str()) {
            ("minLength", _) => rules.min_length = compiler.count(place, keyword, value),
            ("maxLength", _) => rules.max_length = compiler.count(place, keyword, value),
            ("format", Some(name)) => rules.format = Format::find(&name),
            ("pattern", Some(source)) => rules.pattern = compiler.pattern(place, &[keyword], &source),
            _ => {
                let message = format!("{keyword} is a string, this is {}", kind(value));
                compiler.problem(place, &[keyword], message, "write it in quotes");
            }
        }
    }

    fn array(&mut self, keyword: &str, value: Node<'d>) {
        if !["items", "additionalItems", "minItems", "maxItems", "uniqueItems"].contains(&keyword) {
            return;
        }
        let additional = if keyword == "additionalItems" { self.additional(keyword, value) } else { Additional::Any };
        let rules = self.schema.array.get_or_insert_with(Box::<ArrayRules>::default);
        let (compiler, place) = (&mut *self.compiler, self.place);
        match keyword {
            "items" if value.kind() == Kind::Array => {
                let items = value.items().enumerate();
                let items = items.map(|(at, item)| compiler.part(place, &[keyword, &at.to_string()], item));
                rules.items = Items::List(items.collect());
            }
            "items" => rules.items = Items::Each(compiler.one(place, keyword, value)),
            "minItems" => rules.min_items = compiler.count(place, keyword, value),
            "maxItems" => rules.max_items = compiler.count(place, keyword, value),
            "uniqueItems" => rules.unique = compiler.flag(place, keyword, value),
            _ => rules.additional = additional,
        }
    }

    fn object(&mut self, keyword: &str, value: Node<'d>) {
        let (compiler, place) = (&mut *self.compiler, self.place);
        match keyword {
            "minProperties" => self.schema.object().min_properties = compiler.count(place, keyword, value),
            "maxProperties" => self.schema.object().max_properties = compiler.count(place, keyword, value),
            "required" => {
                let names = compiler.names(place, &[keyword], value);
                let rules = self.schema.object();
                names.iter().for_each(|name| rules.key(name).required = true);
                rules.required = names;
            }
            "properties" => {
                for (name, id) in compiler.map(place, keyword, value) {
                    self.schema.object().key(&name).property = Some(id);
                }
            }
            "patternProperties" => {
                for (source, id) in compiler.map(place, keyword, value) {
                    let pattern = compiler.pattern(place, &[keyword, &source], &source);
                    self.schema.object().patterns.extend(pattern.map(|pattern| (pattern, id)));
                }
            }
            "additionalProperties" => self.schema.object().additional = self.additional(keyword, value),
            "dependencies" => self.dependencies(value),
            _ => {}
        }
    }

    fn types(&mut self, value: Node<'d>) {
        let names: Vec<_> = if value.kind() == Kind::Array { value.items().collect() } else { vec![value] };
        let mut types = Types::default();
        for name in &names {
            match name.as_str().and_then(|name| types.with(&name)) {
                Some(more) => types = more,
                None => {
                    let name = name.as_str().unwrap_or(kind(*name).into());
                    let message = format!("there is no type {name}");
                    let remedy = "the types are array, boolean, integer, null, number, object and string";
                    self.compiler.problem(self.place, &["type"], message, remedy);
                }
            }
        }
        if names.is_empty() {
            self.compiler.problem(self.place, &["type"], "this list allows no type", "name one, or leave the list out");
        }
        self.schema.types = Some(types);
    }

    fn enumeration(&mut self, value: Node<'d>) {
        let mut text = String::new();
        value.write(&mut text);
        match Document::parse(&text) {
            Ok(values) if values.root().kind() == Kind::Array && !values.root().is_empty() => {
                self.schema.enumeration = Some(Enumeration::of(values).into());
            }
            _ => {
                let message = "enum is a list of values, one at least";
                self.compiler.problem(self.place, &["enum"], message, "write the values in brackets");
            }
        }
    }

    /// `additionalItems` or `additionalProperties`: a boolean or a schema.
    fn additional(&mut self, keyword: &str, value: Node<'d>) -> Additional {
        match value.as_bool() {
            Some(true) => Additional::Any,
            Some(false) => Additional::None,
            None => Additional::Schema(self.compiler.one(self.place, keyword, value)),
        }
    }

    fn dependencies(&mut self, value: Node<'d>) {
        self.compiler.expect_object(self.place, "dependencies", value);
        for (key, dependency) in value.entries() {
            let steps = ["dependencies", &*key];
            let dependency = match dependency.kind() {
                Kind::Array => Dependency::Properties(self.compiler.names(self.place, &steps, dependency)),
                _ => Dependency::Schema(self.compiler.part(self.place, &steps, dependency)),
            };
            self.schema.object().dependencies.push((key.into(), dependency));
        }
    }
}

impl Schema {
    fn object(&mut self) -> &mut ObjectRules {
        self.object.get_or_insert_with(Box::<ObjectRules>::default)
    }
}

impl ObjectRules {
    fn key(&mut self, name: &str) -> &mut Key {
        let keys: &mut HashMap<Box<str>, Key> = &mut self.keys;
        keys.entry(name.into()).or_default()
    }
}
