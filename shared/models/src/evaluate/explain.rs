//! What is wrong with a value, in the order and as far as API Gateway's checker looks.
//!
//! The keywords of one schema go in alphabetical order, `format` last. Items and properties are looked at only while nothing
//! is wrong yet, the properties in alphabetical order; each of them is then asked for its own keywords.

use std::fmt::Write as _;

use json::{Kind, Node};

use super::Evaluation;
use crate::{
    MAX_VIOLATIONS, Violation,
    message::{json, wrong_type},
    schema::{Dependency, Schema, SchemaId, name_of},
};

/// What is wrong with a value by the keywords of one schema.
#[derive(Default)]
pub(super) struct Faults(Vec<(&'static str, String)>);

impl Faults {
    pub(super) fn add(&mut self, keyword: &'static str, message: String) {
        self.0.push((keyword, message));
    }

    /// In the order in which they are told.
    fn ordered(mut self) -> Vec<(&'static str, String)> {
        self.0.sort_by_key(|(keyword, _)| (*keyword == "format", *keyword));
        self.0
    }
}

/// The way to a value.
#[derive(Clone, Copy)]
struct Path<'p> {
    before: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Item(usize),
    Property(&'p str),
}

impl<'m> Evaluation<'m> {
    /// The violations of a body that is not accepted: one at least.
    pub(crate) fn explain(mut self, id: SchemaId, body: Node<'_>) -> Vec<Violation> {
        let mut violations = Vec::new();
        self.tell(id, body, Path { before: None, step: Step::Root }, &mut violations);
        if violations.is_empty() || self.gave_up {
            let message = "instance is too complex to be checked against the schema".to_owned();
            violations.push(Violation { pointer: String::new(), keyword: "", message });
        }
        violations.truncate(MAX_VIOLATIONS);
        violations
    }

    fn tell(&mut self, id: SchemaId, value: Node<'_>, path: Path<'_>, violations: &mut Vec<Violation>) {
        let Some(schema) = self.enter(id) else { return };
        self.tell_own(schema, value, path, violations);
        if violations.is_empty() {
            match value.kind() {
                Kind::Array => self.tell_items(schema, value, path, violations),
                Kind::Object => self.tell_properties(schema, value, path, violations),
                _ => {}
            }
        }
        self.depth -= 1;
    }

    fn tell_own(&mut self, schema: &'m Schema, value: Node<'_>, path: Path<'_>, violations: &mut Vec<Violation>) {
        let mut faults = Faults::default();
        self.explain_kind(schema, value, &mut faults);
        self.explain_choices(schema, value, &mut faults);
        let mut faults = faults.ordered();
        let after = faults.split_off(faults.partition_point(|(keyword, _)| *keyword <= "dependencies"));
        let violation = |(keyword, message)| Violation { pointer: path.pointer(), keyword, message };
        violations.extend(faults.into_iter().map(violation));
        self.tell_dependencies(schema, value, path, violations);
        violations.extend(after.into_iter().map(violation));
    }

    fn explain_kind(&mut self, schema: &'m Schema, value: Node<'_>, faults: &mut Faults) {
        match (value.kind(), schema) {
            (Kind::Number, Schema { number: Some(rules), .. }) => {
                value.as_number().into_iter().for_each(|number| rules.explain(number, faults));
            }
            (Kind::String, Schema { string: Some(rules), .. }) => {
                value.as_str().into_iter().for_each(|text| self.explain_string(rules, &text, faults));
            }
            (Kind::Array, Schema { array: Some(rules), .. }) => self.explain_array(rules, value, faults),
            (Kind::Object, Schema { object: Some(rules), .. }) => self.explain_object(rules, value, faults),
            _ => {}
        }
        if let Some(types) = schema.types.filter(|types| !types.allow(value)) {
            faults.add("type", wrong_type(name_of(value), types));
        }
        if let Some(enumeration) = schema.enumeration.as_ref().filter(|_| !self.is_enumerated(schema, value)) {
            let (value, possible) = (json(value), enumeration.text());
            faults.add("enum", format!("instance value ({value}) not found in enum (possible values: {possible})"));
        }
    }

    fn explain_choices(&mut self, schema: &'m Schema, value: Node<'_>, faults: &mut Faults) {
        let mut count = |schemas: &[SchemaId]| (self.matches(schemas, value, usize::MAX), schemas.len());
        let (matched, all) = count(&schema.all_of);
        if matched < all {
            let message =
                format!("instance failed to match all required schemas (matched only {matched} out of {all})");
            faults.add("allOf", message);
        }
        if let (0, all @ 1..) = count(&schema.any_of) {
            faults.add("anyOf", format!("instance failed to match at least one required schema among {all}"));
        }
        let (matched, all) = count(&schema.one_of);
        if all > 0 && matched != 1 {
            let message = format!("instance failed to match exactly one schema (matched {matched} out of {all})");
            faults.add("oneOf", message);
        }
        if schema.not.is_some_and(|id| self.accepts(id, value)) {
            faults.add("not", "instance matched a schema which it should not have".to_owned());
        }
    }

    /// The schemas that an object must be of because of a property it has.
    fn tell_dependencies(
        &mut self,
        schema: &'m Schema,
        value: Node<'_>,
        path: Path<'_>,
        violations: &mut Vec<Violation>,
    ) {
        let Some(rules) = &schema.object else { return };
        for (key, dependency) in &rules.dependencies {
            if let Dependency::Schema(id) = dependency
                && value.get(key).is_some()
            {
                self.tell(*id, value, path, violations);
            }
        }
    }

    fn tell_items(&mut self, schema: &'m Schema, array: Node<'_>, path: Path<'_>, violations: &mut Vec<Violation>) {
        let Some(rules) = &schema.array else { return };
        for (at, item) in array.items().enumerate() {
            if violations.len() >= MAX_VIOLATIONS || self.gave_up {
                return;
            }
            if let Some(id) = rules.schema_of(at) {
                self.tell(id, item, Path { before: Some(&path), step: Step::Item(at) }, violations);
            }
        }
    }

    fn tell_properties(
        &mut self,
        schema: &'m Schema,
        object: Node<'_>,
        path: Path<'_>,
        violations: &mut Vec<Violation>,
    ) {
        let Some(rules) = &schema.object else { return };
        let mut entries: Vec<_> = object.entries().collect();
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (key, value) in &entries {
            if violations.len() >= MAX_VIOLATIONS || self.gave_up {
                return;
            }
            for id in self.schemas_of(rules, key) {
                self.tell(id, *value, Path { before: Some(&path), step: Step::Property(key) }, violations);
            }
        }
    }
}

impl Path<'_> {
    /// As a JSON pointer. (RFC 6901.)
    fn pointer(self) -> String {
        let mut steps = vec![self.step];
        let mut before = self.before;
        while let Some(path) = before {
            steps.push(path.step);
            before = path.before;
        }
        let mut pointer = String::new();
        for step in steps.into_iter().rev() {
            let _ = match step {
                Step::Root => Ok(()),
                Step::Item(at) => write!(pointer, "/{at}"),
                Step::Property(key) => write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1")),
            };
        }
        pointer
    }
}
