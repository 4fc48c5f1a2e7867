//! Reads the values of keywords.

use std::collections::HashSet;

use json::{Kind, Node};

use super::{Compiler, Place, kind};
use crate::{
    decimal::Decimal,
    pattern::Pattern,
    schema::{Bound, SchemaId},
};

impl<'d> Compiler<'d, '_> {
    /// A count: a whole number, not below zero.
    pub(super) fn count(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> Option<u64> {
        match value.as_number().filter(|number| number.is_integer() && !number.text().starts_with('-')) {
            // No body has more than that.
            Some(number) => Some(number.text().parse().unwrap_or(u64::MAX)),
            None => {
                let message = format!("{keyword} is a whole number from 0, this is {}", kind(value));
                self.problem(place, &[keyword], message, "write a number such as 1");
                None
            }
        }
    }

    pub(super) fn bound(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> Option<Bound> {
        let Some(number) = value.as_number() else {
            self.problem(
                place,
                &[keyword],
                format!("{keyword} is a number, this is {}", kind(value)),
                "write a number",
            );
            return None;
        };
        Some(Bound {
            value: Decimal::of(number.text()),
            whole: number.as_i64(),
            text: number.text().into(),
            exclusive: false,
        })
    }

    pub(super) fn flag(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> bool {
        value.as_bool().unwrap_or_else(|| {
            let message = format!("{keyword} is true or false, this is {}", kind(value));
            self.problem(place, &[keyword], message, remedy_of_flag(keyword));
            false
        })
    }

    pub(super) fn pattern(&mut self, place: &Place<'d>, steps: &[&str], source: &str) -> Option<Pattern> {
        match Pattern::compile(source) {
            Ok(pattern) => Some(pattern),
            Err(reason) => {
                let message = format!("{source:?} cannot be searched for: {reason}");
                self.problem(place, steps, message, "write a regular expression of ECMA 262, such as ^[a-z]+$");
                None
            }
        }
    }

    /// A list of names, each kept once.
    pub(super) fn names(&mut self, place: &Place<'d>, steps: &[&str], value: Node<'d>) -> Vec<Box<str>> {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        let mut bad = value.kind() != Kind::Array;
        for item in value.items() {
            match item.as_str() {
                Some(name) if seen.insert(name.clone()) => names.push(name.into()),
                Some(_) => {}
                None => bad = true,
            }
        }
        if bad {
            let message = "here is a list of names of properties to be";
            self.problem(place, steps, message, "write the list in the schema of the object: [\"id\", \"name\"]");
        }
        names
    }

    /// A schema that is the value of `keyword`.
    pub(super) fn one(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> SchemaId {
        self.part(place, &[keyword], value)
    }

    /// A list of schemas, one at least.
    pub(super) fn schemas(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> Vec<SchemaId> {
        if value.kind() != Kind::Array || value.is_empty() {
            let message = format!("{keyword} is a list of schemas, one at least");
            self.problem(place, &[keyword], message, "write the schemas in brackets");
        }
        let items = value.items().enumerate();
        items.map(|(at, item)| self.part(place, &[keyword, &at.to_string()], item)).collect()
    }

    /// A map whose values are schemas.
    pub(super) fn map(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) -> Vec<(String, SchemaId)> {
        self.expect_object(place, keyword, value);
        let entries = value.entries();
        entries.map(|(key, schema)| (key.to_string(), self.part(place, &[keyword, &key], schema))).collect()
    }

    pub(super) fn expect_object(&mut self, place: &Place<'d>, keyword: &str, value: Node<'d>) {
        if value.kind() != Kind::Object {
            let message = format!("{keyword} is an object, this is {}", kind(value));
            self.problem(place, &[keyword], message, "write an object whose keys are names");
        }
    }
}

fn remedy_of_flag(keyword: &str) -> &'static str {
    match keyword {
        "exclusiveMinimum" => "in draft 4 the number is minimum's: write minimum and exclusiveMinimum: true",
        "exclusiveMaximum" => "in draft 4 the number is maximum's: write maximum and exclusiveMaximum: true",
        _ => "write true or false",
    }
}
