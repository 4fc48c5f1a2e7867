//! `java.lang.Integer`, `Long` and `Double`: their own methods, and the static ones that templates reach through a number,
//! as in `#set($Integer = 0)$Integer.parseInt("12")`.

use std::cmp::Ordering;

use crate::{
    compare, java,
    render::{Rendered, Renderer},
    value::Value,
};

impl<'a> Renderer<'a> {
    pub(super) fn number_method(
        &mut self,
        number: &Value<'a>,
        name: &str,
        arguments: &[Value<'a>],
    ) -> Rendered<Value<'a>> {
        Ok(match (name, arguments) {
            ("intValue", []) => wrapped(number, |value| i64::from(truncated_i32(value))),
            ("longValue", []) => wrapped(number, |value| value),
            ("shortValue", []) => wrapped(number, |value| i64::from(low_half(value))),
            ("doubleValue" | "floatValue", []) => number.as_double().map_or(Value::Null, Value::Double),
            ("isNaN", []) => Value::Bool(number.as_double().is_some_and(f64::is_nan)),
            ("isInfinite", []) => Value::Bool(number.as_double().is_some_and(f64::is_infinite)),
            ("compareTo", [other]) => sign(compare::order(number, other)),
            ("compare", [left, right]) => sign(compare::order(left, right)),
            ("max", [left, right]) => larger(left, right, Ordering::Greater),
            ("min", [left, right]) => larger(left, right, Ordering::Less),
            ("sum", [left, right]) => crate::arithmetic::calculate(crate::syntax::Operator::Add, left, right),
            ("abs", [Value::Integer(value)]) => Value::Integer(value.wrapping_abs()),
            ("abs", [Value::Double(value)]) => Value::Double(value.abs()),
            ("signum", [value]) => sign(compare::order(value, &Value::Integer(0))),
            ("toString", [value]) => Value::Text(self.text_of(value)?),
            ("toString", [Value::Integer(value), Value::Integer(radix)]) => in_radix(*value, *radix),
            ("toHexString", [Value::Integer(value)]) => Value::text(format!("{value:x}")),
            ("toBinaryString", [Value::Integer(value)]) => Value::text(format!("{value:b}")),
            ("toOctalString", [Value::Integer(value)]) => Value::text(format!("{value:o}")),
            ("valueOf" | "parseInt" | "parseLong" | "parseDouble" | "parseFloat" | "parseShort", _) => {
                return self.parsed(number, name, arguments);
            }
            _ => Value::Null,
        })
    }

    /// Texts as numbers; what is no number is refused, as Java throws.
    fn parsed(&mut self, number: &Value<'a>, name: &str, arguments: &[Value<'a>]) -> Rendered<Value<'a>> {
        let (text, radix) = match arguments {
            [text] => (self.text_of(text)?, 10),
            [text, Value::Integer(radix)] => (self.text_of(text)?, u32::try_from(*radix).unwrap_or(0)),
            _ => return Ok(Value::Null),
        };
        let double =
            matches!(name, "parseDouble" | "parseFloat") || (name == "valueOf" && matches!(number, Value::Double(_)));
        let parsed = if double {
            java::trim(&text).parse().ok().map(Value::Double)
        } else if (2..=36).contains(&radix) {
            i64::from_str_radix(&text, radix).ok().map(Value::Integer)
        } else {
            None
        };
        let fits = |value: &i64| match name {
            "parseInt" => i32::try_from(*value).is_ok(),
            "parseShort" => i16::try_from(*value).is_ok(),
            _ => true,
        };
        match parsed {
            Some(Value::Integer(value)) if !fits(&value) => {
                Err(self.failed(format!("{value} is too large for {name}")))
            }
            Some(value) => Ok(value),
            None => {
                let shown: String = text.chars().take(40).collect();
                Err(self.failed(format!("{name}: \"{shown}\" is no number")))
            }
        }
    }
}

/// A number as an integer: a double loses its fraction.
fn wrapped<'a>(number: &Value<'a>, narrow: impl Fn(i64) -> i64) -> Value<'a> {
    #[allow(clippy::cast_possible_truncation, reason = "Java narrows the same way: what is beyond is the nearest")]
    let whole = number.as_integer().or_else(|| number.as_double().map(|double| double as i64));
    whole.map_or(Value::Null, |value| Value::Integer(narrow(value)))
}

#[allow(clippy::cast_possible_truncation, reason = "Java's intValue keeps the lower 32 bits")]
fn truncated_i32(value: i64) -> i32 {
    value as i32
}

#[allow(clippy::cast_possible_truncation, reason = "Java's shortValue keeps the lower 16 bits")]
fn low_half(value: i64) -> i16 {
    value as i16
}

fn sign<'a>(order: Option<Ordering>) -> Value<'a> {
    order.map_or(Value::Null, |order| Value::Integer(order as i64))
}

fn larger<'a>(left: &Value<'a>, right: &Value<'a>, wanted: Ordering) -> Value<'a> {
    match compare::order(left, right) {
        Some(order) if order == wanted => left.clone(),
        Some(_) => right.clone(),
        None => Value::Null,
    }
}

fn in_radix<'a>(value: i64, radix: i64) -> Value<'a> {
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix)).unwrap_or(10);
    let mut digits = Vec::new();
    let mut rest = value.unsigned_abs();
    loop {
        let digit = u32::try_from(rest % u64::from(radix)).unwrap_or(0);
        digits.extend(char::from_digit(digit, radix));
        rest /= u64::from(radix);
        if rest == 0 {
            break;
        }
    }
    let sign = if value < 0 { "-" } else { "" };
    Value::text(format!("{sign}{}", digits.iter().rev().collect::<String>()))
}
