//! Strings: `minLength`, `maxLength`, `pattern`, `format`.

use super::{Evaluation, above, below, explain::Faults, length};
use crate::{message::shortened, pattern::Pattern, schema::StringRules};

impl<'m> Evaluation<'m> {
    pub(super) fn fits_string(&mut self, rules: &'m StringRules, text: &str) -> bool {
        self.has_length(rules, text) && self.has_pattern(rules.pattern.as_ref(), text) && has_format(rules, text)
    }

    fn has_length(&mut self, rules: &StringRules, text: &str) -> bool {
        if rules.min_length.is_none() && rules.max_length.is_none() {
            return true;
        }
        let count = self.characters(text);
        !below(count, rules.min_length) && !above(count, rules.max_length)
    }

    fn characters(&mut self, text: &str) -> u64 {
        self.spend(text.len() / 64);
        length(text.chars().count())
    }

    fn has_pattern(&mut self, pattern: Option<&Pattern>, text: &str) -> bool {
        pattern.is_none_or(|pattern| self.finds(pattern, text))
    }

    pub(super) fn explain_string(&mut self, rules: &'m StringRules, text: &str, faults: &mut Faults) {
        let (count, shown) = (self.characters(text), shortened(text));
        if let Some(most) = rules.max_length.filter(|most| count > *most) {
            let message = format!("string \"{shown}\" is too long (length: {count}, maximum allowed: {most})");
            faults.add("maxLength", message);
        }
        if let Some(least) = rules.min_length.filter(|least| count < *least) {
            let message = format!("string \"{shown}\" is too short (length: {count}, required minimum: {least})");
            faults.add("minLength", message);
        }
        if let Some(pattern) = rules.pattern.as_ref().filter(|pattern| !self.finds(pattern, text)) {
            let source = &pattern.source;
            faults.add("pattern", format!("ECMA 262 regex \"{source}\" does not match input string \"{shown}\""));
        }
        if let Some(format) = rules.format.filter(|format| !format.fits(text)) {
            faults.add("format", format.message(&shown));
        }
    }
}

fn has_format(rules: &StringRules, text: &str) -> bool {
    rules.format.is_none_or(|format| format.fits(text))
}
