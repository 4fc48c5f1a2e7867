//! Equality and order of values, as Velocity 1.7 compares them and AWS does.

use std::cmp::Ordering;

use crate::{heap::Heap, print::Printing, syntax::Operator, value::Value};

/// Whether two values are equal. Nothing equals nothing and the empty text (recorded on AWS); numbers are compared by
/// value, values of different kinds by their texts.
pub(crate) fn equal<'a>(heap: &Heap<'a>, left: &Value<'a>, right: &Value<'a>) -> Printing<bool> {
    Ok(match (left, right) {
        (left, right) if left.is_null() && right.is_null() => true,
        (Value::Text(text), other) | (other, Value::Text(text)) if other.is_null() => text.is_empty(),
        (left, right) if left.is_null() || right.is_null() => false,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (left, right) => match order(left, right) {
            Some(order) => order == Ordering::Equal,
            None => heap.to_text(left)? == heap.to_text(right)?,
        },
    })
}

/// How two numbers compare; none for anything else, which Velocity calls false.
pub(crate) fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (left, right) => left.as_double()?.partial_cmp(&right.as_double()?),
    }
}

/// Whether `left operator right` holds, for the operators that compare.
pub(crate) fn holds<'a>(heap: &Heap<'a>, operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Printing<bool> {
    let order = || order(left, right);
    Ok(match operator {
        Operator::Equal => equal(heap, left, right)?,
        Operator::NotEqual => !equal(heap, left, right)?,
        Operator::Less => order() == Some(Ordering::Less),
        Operator::LessOrEqual => order().is_some_and(Ordering::is_le),
        Operator::Greater => order() == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
        _ => false,
    })
}
