//! `+ - * / %` on numbers: integers stay integers, and a division of two of them drops the rest, as in Velocity 1.7.

use crate::{syntax::Operator, value::Value};

/// The result; nothing if an operand is no number, or for a division by zero.
pub(crate) fn calculate<'a>(operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    if let (Some(left), Some(right)) = (left.as_integer(), right.as_integer()) {
        return integers(operator, left, right);
    }
    match (left.as_double(), right.as_double()) {
        (Some(left), Some(right)) => doubles(operator, left, right).map_or(Value::Null, Value::Double),
        _ => Value::Null,
    }
}

/// Beyond 64 bits the result is a double.
fn integers<'a>(operator: Operator, left: i64, right: i64) -> Value<'a> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide | Operator::Remainder if right == 0 => return Value::Null,
        Operator::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    #[allow(clippy::cast_precision_loss, reason = "what does not fit into 64 bits is rounded")]
    let wide = || doubles(operator, left as f64, right as f64).map_or(Value::Null, Value::Double);
    result.map_or_else(wide, Value::Integer)
}

fn doubles(operator: Operator, left: f64, right: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(left + right),
        Operator::Subtract => Some(left - right),
        Operator::Multiply => Some(left * right),
        Operator::Divide if right != 0.0 => Some(left / right),
        Operator::Remainder if right != 0.0 => Some(left % right),
        _ => None,
    }
}
