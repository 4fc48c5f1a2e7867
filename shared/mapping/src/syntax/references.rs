//! Everything that begins with `$`.

use super::{
    Expression, Reference, Step,
    parser::{Parsed, Parser},
};
use crate::JsonPath;

impl Parser<'_, '_> {
    /// A reference behind `escapes` backslashes, if one is here. If none is, the cursor stands where it stood or behind
    /// what cannot begin one.
    pub(super) fn reference(&mut self, escapes: usize) -> Parsed<Option<Reference>> {
        let start = self.cursor.offset();
        let at = self.cursor.place();
        let Some(braced) = self.opening() else {
            return Ok(None);
        };
        let Some(name) = self.cursor.name(true) else {
            return Ok(None);
        };
        let slot = self.symbols.slot(name);
        let steps = self.steps()?;
        if braced && !self.cursor.eat("}") {
            return Err(self.error("a } is expected here, at the end of ${…}"));
        }
        let escaped = (escapes % 2 == 1).then(|| self.cursor.since(start).into());
        Ok(Some(Reference { slot, steps, prefix: "\\".repeat(escapes / 2).into(), escaped, at }))
    }

    /// `$`, `$!`, `${` or `$!{`, if a name follows: whether there is a brace.
    fn opening(&mut self) -> Option<bool> {
        let rest = self.cursor.rest().strip_prefix('$')?;
        let (quiet, rest) = rest.strip_prefix('!').map_or((0, rest), |rest| (1, rest));
        let (braced, rest) = rest.strip_prefix('{').map_or((0, rest), |rest| (1, rest));
        rest.bytes().next().filter(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
        self.cursor.advance(1 + quiet + braced);
        Some(braced == 1)
    }

    /// The reference that must be here.
    pub(super) fn expected_reference(&mut self, otherwise: &str) -> Parsed<Reference> {
        match self.reference(0)? {
            Some(reference) => Ok(reference),
            None => Err(self.error(otherwise)),
        }
    }

    /// A variable without steps, which must be here.
    pub(super) fn variable(&mut self, otherwise: &str) -> Parsed<usize> {
        let start = self.cursor.offset();
        let reference = self.expected_reference(otherwise)?;
        if reference.steps.is_empty() { Ok(reference.slot) } else { Err(self.error_at(start, otherwise)) }
    }

    fn steps(&mut self) -> Parsed<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let dotted = self.cursor.peek() == Some(b'.')
                && self.cursor.peek_at(1).is_some_and(|byte| byte.is_ascii_alphabetic());
            if dotted {
                self.cursor.advance(1);
                let name = self.cursor.name(true).unwrap_or_default();
                steps.push(self.property_or_method(name)?);
            } else if self.cursor.peek() == Some(b'[') {
                self.cursor.advance(1);
                let index = self.expression()?;
                self.cursor.skip_space();
                if !self.cursor.eat("]") {
                    return Err(self.error("a ] is expected here, at the end of an index"));
                }
                steps.push(Step::Index(index));
            } else {
                return Ok(steps);
            }
        }
    }

    fn property_or_method(&mut self, name: &str) -> Parsed<Step> {
        if !self.cursor.eat("(") {
            return Ok(Step::Property(name.into()));
        }
        let arguments = self.list(")", "arguments")?;
        let path = match (name, arguments.first()) {
            ("json" | "path", Some(Expression::Text(text))) => JsonPath::parse(text).ok(),
            _ => None,
        };
        Ok(Step::Method { name: name.into(), arguments, path })
    }

    /// Expressions between commas, up to `end`.
    pub(super) fn list(&mut self, end: &str, what: &str) -> Parsed<Vec<Expression>> {
        let mut items = Vec::new();
        self.cursor.skip_space();
        if self.cursor.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            self.cursor.skip_space();
            if self.cursor.eat(end) {
                return Ok(items);
            }
            if !self.cursor.eat(",") {
                return Err(self.error(format!("a comma or {end} is expected here, between or behind {what}")));
            }
        }
    }
}
