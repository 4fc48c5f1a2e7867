//! Arrays: `items`, `additionalItems`, `minItems`, `maxItems`, `uniqueItems`.

use json::Node;

use super::{Evaluation, above, below, explain::Faults, length};
use crate::{
    equal::has_duplicates,
    schema::{Additional, ArrayRules, Items, SchemaId},
};

impl<'m> Evaluation<'m> {
    pub(super) fn fits_array(&mut self, rules: &'m ArrayRules, array: Node<'_>) -> bool {
        let count = length(array.len());
        !below(count, rules.min_items)
            && !above(count, rules.max_items)
            && !rules.surplus(array)
            && self.is_unique(rules, array)
            && self.fit_items(rules, array)
    }

    fn fit_items(&mut self, rules: &'m ArrayRules, array: Node<'_>) -> bool {
        if matches!(rules.items, Items::Any) {
            return true;
        }
        array.items().enumerate().all(|(at, item)| rules.schema_of(at).is_none_or(|id| self.accepts(id, item)))
    }

    fn is_unique(&mut self, rules: &ArrayRules, array: Node<'_>) -> bool {
        if !rules.unique {
            return true;
        }
        self.spend(array.size());
        !self.gave_up && !has_duplicates(array)
    }

    pub(super) fn explain_array(&mut self, rules: &'m ArrayRules, array: Node<'_>, faults: &mut Faults) {
        let count = length(array.len());
        if let Items::List(items) = &rules.items
            && rules.surplus(array)
        {
            let allowed = items.len();
            let message = format!("schema only allows {allowed} elements in array but instance has {count} elements");
            faults.add("additionalItems", message);
        }
        if let Some(most) = rules.max_items.filter(|most| count > *most) {
            let message =
                format!("array is too long: must have at most {most} elements but instance has {count} elements");
            faults.add("maxItems", message);
        }
        if let Some(least) = rules.min_items.filter(|least| count < *least) {
            let message =
                format!("array is too short: must have at least {least} elements but instance has {count} elements");
            faults.add("minItems", message);
        }
        if !self.is_unique(rules, array) {
            faults.add("uniqueItems", "array must not contain duplicate elements".to_owned());
        }
    }
}

impl ArrayRules {
    /// Whether there are items beyond the list of `items` where there may be none.
    fn surplus(&self, array: Node<'_>) -> bool {
        let Items::List(items) = &self.items else { return false };
        self.additional == Additional::None && array.len() > items.len()
    }

    /// The schema of the item at `at`.
    pub(super) fn schema_of(&self, at: usize) -> Option<SchemaId> {
        match (&self.items, self.additional) {
            (Items::Any, _) => None,
            (Items::Each(id), _) => Some(*id),
            (Items::List(list), Additional::Schema(more)) => Some(list.get(at).copied().unwrap_or(more)),
            (Items::List(list), _) => list.get(at).copied(),
        }
    }
}
