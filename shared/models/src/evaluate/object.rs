//! Objects: `properties`, `required`, `dependencies` and their kin.

use json::Node;

use super::{Evaluation, above, below, explain::Faults, length};
use crate::{
    message::{list, sorted},
    schema::{Additional, Dependency, Key, ObjectRules, SchemaId},
};

impl<'m> Evaluation<'m> {
    pub(super) fn fits_object(&mut self, rules: &'m ObjectRules, object: Node<'_>) -> bool {
        let count = object.len();
        !below(length(count), rules.min_properties)
            && !above(length(count), rules.max_properties)
            && rules.required.len() <= count
            && self.fit_properties(rules, object)
            && rules.dependencies.iter().all(|(key, dependency)| self.fits_dependency(key, dependency, object))
    }

    /// Each key is looked up once: that it is required, what its value must be, and whether it may be there.
    fn fit_properties(&mut self, rules: &'m ObjectRules, object: Node<'_>) -> bool {
        if rules.keys.is_empty() && rules.patterns.is_empty() && rules.additional == Additional::Any {
            return true;
        }
        let mut required = 0;
        for (key, value) in object.entries() {
            let known = rules.known(&key);
            required += usize::from(known.required);
            if !self.fits_property(rules, known.property, &key, value) {
                return false;
            }
        }
        required == rules.required.len()
    }

    fn fits_property(
        &mut self,
        rules: &'m ObjectRules,
        property: Option<SchemaId>,
        key: &str,
        value: Node<'_>,
    ) -> bool {
        if property.is_some_and(|id| !self.accepts(id, value)) {
            return false;
        }
        let mut has_schema = property.is_some();
        for (pattern, id) in &rules.patterns {
            if self.finds(pattern, key) {
                has_schema = true;
                if !self.accepts(*id, value) {
                    return false;
                }
            }
        }
        match rules.additional {
            _ if has_schema => true,
            Additional::Any => true,
            Additional::None => false,
            Additional::Schema(id) => self.accepts(id, value),
        }
    }

    fn fits_dependency(&mut self, key: &str, dependency: &'m Dependency, object: Node<'_>) -> bool {
        if !self.has(object, key) {
            return true;
        }
        match dependency {
            Dependency::Properties(keys) => keys.iter().all(|key| self.has(object, key)),
            Dependency::Schema(id) => self.accepts(*id, object),
        }
    }

    fn has(&mut self, object: Node<'_>, key: &str) -> bool {
        self.spend(1 + object.len() / 16);
        object.get(key).is_some()
    }

    pub(super) fn explain_object(&mut self, rules: &'m ObjectRules, object: Node<'_>, faults: &mut Faults) {
        let count = length(object.len());
        if let Some(most) = rules.max_properties.filter(|most| count > *most) {
            let message = format!("object has too many properties (found {count} but schema requires at most {most})");
            faults.add("maxProperties", message);
        }
        if let Some(least) = rules.min_properties.filter(|least| count < *least) {
            let message = format!("object has too few properties (found {count} but schema requires at least {least})");
            faults.add("minProperties", message);
        }
        let missing: Vec<&str> = rules.required.iter().map(|key| &**key).filter(|key| !self.has(object, key)).collect();
        if !missing.is_empty() {
            faults.add("required", format!("object has missing required properties ({})", list(sorted(missing))));
        }
        if rules.additional == Additional::None {
            self.explain_additional(rules, object, faults);
        }
        for (key, dependency) in &rules.dependencies {
            self.explain_dependency(key, dependency, object, faults);
        }
    }

    fn explain_additional(&mut self, rules: &'m ObjectRules, object: Node<'_>, faults: &mut Faults) {
        let has_schema = |key: &str, it: &mut Self| {
            rules.known(key).property.is_some() || rules.patterns.iter().any(|(pattern, _)| it.finds(pattern, key))
        };
        let unwanted: Vec<_> = object.entries().map(|(key, _)| key).filter(|key| !has_schema(key, self)).collect();
        if !unwanted.is_empty() {
            let unwanted = list(sorted(unwanted.iter().map(|key| &**key).collect()));
            let unwanted = crate::message::shortened(&unwanted);
            let message = format!("object instance has properties which are not allowed by the schema: {unwanted}");
            faults.add("additionalProperties", message);
        }
    }

    fn explain_dependency(&mut self, key: &str, dependency: &'m Dependency, object: Node<'_>, faults: &mut Faults) {
        let Dependency::Properties(keys) = dependency else { return };
        if !self.has(object, key) {
            return;
        }
        let all = || keys.iter().map(|key| &**key);
        let missing: Vec<&str> = all().filter(|key| !self.has(object, key)).collect();
        if !missing.is_empty() {
            let (required, missing) = (list(sorted(all().collect())), list(sorted(missing)));
            faults.add(
                "dependencies",
                format!(
                    "property \"{key}\" of object has missing property dependencies \
                 (schema requires {required}; missing: {missing})"
                ),
            );
        }
    }

    /// The schemas that the value of a key must be of.
    pub(super) fn schemas_of(&mut self, rules: &'m ObjectRules, key: &str) -> Vec<SchemaId> {
        let property = rules.known(key).property;
        let patterns = rules.patterns.iter().filter(|(pattern, _)| self.finds(pattern, key)).map(|(_, id)| *id);
        let own: Vec<SchemaId> = property.into_iter().chain(patterns).collect();
        match rules.additional {
            Additional::Schema(id) if own.is_empty() => vec![id],
            _ => own,
        }
    }
}

impl ObjectRules {
    fn known(&self, key: &str) -> Key {
        self.keys.get(key).copied().unwrap_or_default()
    }
}
