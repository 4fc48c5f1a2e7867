//! Expressions.

use super::{Rendered, Renderer};
use crate::{
    MAX_FOREACH_ITERATIONS, arithmetic, compare,
    syntax::{Chain, Expression, Operator},
    value::Value,
};

/// The longest range: long enough for a `#foreach` to say that it goes round too often.
const MAX_RANGE: u64 = MAX_FOREACH_ITERATIONS as u64 * 100;

impl<'a> Renderer<'a> {
    /// An expression's value.
    pub(super) fn value(&mut self, expression: &'a Expression) -> Rendered<Value<'a>> {
        Ok(match expression {
            Expression::True => Value::Bool(true),
            Expression::False => Value::Bool(false),
            Expression::Integer(value) => Value::Integer(*value),
            Expression::Double(value) => Value::Double(*value),
            Expression::Text(text) => Value::text(&**text),
            Expression::Interpolated(block) => {
                let mut out = String::new();
                self.block(block, &mut out)?;
                self.made_text(out)?
            }
            Expression::Reference(reference) => self.reference(reference)?,
            Expression::List(items) => {
                let items = self.values(items)?;
                self.heap.list(items, false)
            }
            Expression::Map(entries) => self.map(entries)?,
            Expression::Range(ends) => self.range(&ends.0, &ends.1)?,
            Expression::Not(inner) => Value::Bool(!self.value(inner)?.is_true()),
            Expression::Chain(chain) => self.chain(chain)?,
        })
    }

    /// Several values in order.
    pub(super) fn values(&mut self, expressions: &'a [Expression]) -> Rendered<Vec<Value<'a>>> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    /// A text that was made here.
    pub(crate) fn made_text(&mut self, text: String) -> Rendered<Value<'a>> {
        self.checked(&text)?;
        self.heap.charge(text.len());
        self.step()?;
        Ok(Value::text(text))
    }

    fn map(&mut self, entries: &'a [(Expression, Expression)]) -> Rendered<Value<'a>> {
        let mut made = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.value(key)?;
            let key = self.text_of(&key)?;
            made.push((key, self.value(value)?));
        }
        Ok(self.heap.map(made))
    }

    /// `[1..5]`, upwards or downwards; nothing if an end is no integer.
    fn range(&mut self, first: &'a Expression, last: &'a Expression) -> Rendered<Value<'a>> {
        let (first, last) = (self.value(first)?, self.value(last)?);
        let (Some(first), Some(last)) = (first.as_integer(), last.as_integer()) else {
            return Ok(Value::Null);
        };
        if first.abs_diff(last) > MAX_RANGE {
            return Err(self.limit("a range has more than 100,000 numbers"));
        }
        let items: Vec<_> = if first <= last {
            (first..=last).map(Value::Integer).collect()
        } else {
            (last..=first).rev().map(Value::Integer).collect()
        };
        self.spend(items.len())?;
        Ok(self.heap.list(items, false))
    }

    fn chain(&mut self, chain: &'a Chain) -> Rendered<Value<'a>> {
        self.step()?;
        let mut left = self.value(&chain.first)?;
        for (operator, right) in &chain.rest {
            left = match operator {
                Operator::Or => Value::Bool(left.is_true() || self.value(right)?.is_true()),
                Operator::And => Value::Bool(left.is_true() && self.value(right)?.is_true()),
                operator => {
                    let right = self.value(right)?;
                    self.operated(*operator, left, right)?
                }
            };
        }
        Ok(left)
    }

    fn operated(&mut self, operator: Operator, left: Value<'a>, right: Value<'a>) -> Rendered<Value<'a>> {
        let (left, right) = (self.settled(left)?, self.settled(right)?);
        match operator {
            Operator::Add if matches!((&left, &right), (Value::Text(_), _) | (_, Value::Text(_))) => {
                let (left, right) = (self.text_of(&left)?, self.text_of(&right)?);
                self.made_text(format!("{}{}", &*left, &*right))
            }
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                Ok(arithmetic::calculate(operator, &left, &right))
            }
            operator => {
                let holds = compare::holds(&self.heap, operator, &left, &right);
                self.printed(holds).map(Value::Bool)
            }
        }
    }

    /// A value, or the text that a definition gives.
    fn settled(&mut self, value: Value<'a>) -> Rendered<Value<'a>> {
        match value {
            Value::Define(_) => Ok(Value::Text(self.text_of(&value)?)),
            value => Ok(value),
        }
    }
}
