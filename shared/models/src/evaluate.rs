//! Whether a value is as a schema says.

mod array;
mod explain;
mod number;
mod object;
mod string;

use json::{Kind, Node};

use crate::{
    Model,
    pattern::{Pattern, TooComplex},
    schema::{Schema, SchemaId},
};

/// How deep schemas may be applied within each other. It takes less than a megabyte of stack, and bodies that people write
/// are not nested a hundred deep.
const MAX_DEPTH: u32 = 400;

/// How many steps a check may take for each value and key of a body, and to begin with. A step is a schema applied to a
/// value, or work of about that size. A model with 30 alternatives for each value takes 30; only those whose alternatives
/// multiply from level to level take more than these.
const STEPS_PER_VALUE: u64 = 64;
const STEPS_AT_LEAST: u64 = 100_000;

/// How many steps any check may take: some seconds. The largest body that Lambda takes, 6 MB, has half a million values and
/// keys as people write them, and this is a hundred for each.
const STEPS_AT_MOST: u64 = 50_000_000;

/// One check of one body.
pub(crate) struct Evaluation<'m> {
    model: &'m Model,
    steps_left: u64,
    depth: u32,
    /// It took too long, or went too deep: whatever it found out is not to be relied on.
    gave_up: bool,
}

impl<'m> Evaluation<'m> {
    pub(crate) fn of(model: &'m Model, body: Node<'_>) -> Self {
        let steps = STEPS_PER_VALUE.saturating_mul(body.size() as u64).saturating_add(STEPS_AT_LEAST);
        Evaluation { model, steps_left: steps.min(STEPS_AT_MOST), depth: 0, gave_up: false }
    }

    /// Whether `value` is as the schema says. Never, once it gave up.
    pub(crate) fn accepts(&mut self, id: SchemaId, value: Node<'_>) -> bool {
        let Some(schema) = self.enter(id) else { return false };
        let fits = self.fits(schema, value);
        self.depth -= 1;
        fits && !self.gave_up
    }

    /// The schema, or the one that it refers to; none when it is time to give up. Who gets one goes one level deeper, and
    /// comes up again by `depth -= 1`.
    fn enter(&mut self, id: SchemaId) -> Option<&'m Schema> {
        self.spend(1);
        if self.gave_up || self.depth >= MAX_DEPTH {
            self.gave_up = true;
            return None;
        }
        // References have been found not to lead round in a circle.
        let mut schema = self.model.schemas.get(id.0 as usize)?;
        while let Some(target) = schema.refers_to {
            schema = self.model.schemas.get(target.0 as usize)?;
        }
        self.depth += 1;
        Some(schema)
    }

    fn spend(&mut self, steps: usize) {
        match self.steps_left.checked_sub(steps as u64) {
            Some(left) => self.steps_left = left,
            None => self.gave_up = true,
        }
    }

    /// What is cheap comes first.
    fn fits(&mut self, schema: &'m Schema, value: Node<'_>) -> bool {
        schema.types.is_none_or(|types| types.allow(value))
            && self.is_enumerated(schema, value)
            && self.fits_kind(schema, value)
            && schema.all_of.iter().all(|id| self.accepts(*id, value))
            && (schema.any_of.is_empty() || schema.any_of.iter().any(|id| self.accepts(*id, value)))
            && (schema.one_of.is_empty() || self.matches(&schema.one_of, value, 2) == 1)
            && !schema.not.is_some_and(|id| self.accepts(id, value))
    }

    fn fits_kind(&mut self, schema: &'m Schema, value: Node<'_>) -> bool {
        match (value.kind(), schema) {
            (Kind::Number, Schema { number: Some(rules), .. }) => value.as_number().is_none_or(|it| rules.fit(it)),
            (Kind::String, Schema { string: Some(rules), .. }) => {
                value.as_str().is_none_or(|text| self.fits_string(rules, &text))
            }
            (Kind::Array, Schema { array: Some(rules), .. }) => self.fits_array(rules, value),
            (Kind::Object, Schema { object: Some(rules), .. }) => self.fits_object(rules, value),
            _ => true,
        }
    }

    fn is_enumerated(&mut self, schema: &'m Schema, value: Node<'_>) -> bool {
        let Some(enumeration) = &schema.enumeration else { return true };
        // Strings are looked up, other values compared one by one.
        if value.kind() != Kind::String {
            self.spend(enumeration.len());
        }
        enumeration.has(value)
    }

    /// How many of the schemas `value` is of, counted up to `enough`.
    fn matches(&mut self, schemas: &[SchemaId], value: Node<'_>, enough: usize) -> usize {
        schemas.iter().filter(|id| self.accepts(**id, value)).take(enough).count()
    }

    /// Whether `pattern` is found in `text`; not if the search does not come to an end, or is not worth beginning.
    fn finds(&mut self, pattern: &Pattern, text: &str) -> bool {
        self.spend(pattern.cost(text.len()));
        let found = if self.gave_up { Err(TooComplex) } else { pattern.is_in(text) };
        found.unwrap_or_else(|_| {
            self.gave_up = true;
            false
        })
    }
}

/// A length, as the keywords that bound it count.
fn length(count: usize) -> u64 {
    count as u64
}

fn below(count: u64, least: Option<u64>) -> bool {
    least.is_some_and(|least| count < least)
}

fn above(count: u64, most: Option<u64>) -> bool {
    most.is_some_and(|most| count > most)
}
