//! `Condition`: `{operator: {key: value or values}}`.

use serde_json::Value;

use super::{Reader, pointer};
use crate::policy::{
    address::AddressRange,
    condition::{ArnTest, Comparison, Condition, Number, Quantifier, Test},
    date,
    pattern::{Pattern, Syntax},
    resource::{ArnPattern, write_variable},
};

/// What an operator compares, and how.
#[derive(Clone, Copy)]
enum Operator {
    Text { wildcards: bool },
    TextIgnoringCase,
    Arn,
    Address,
    Bool,
    Date(Comparison),
    Number(Comparison),
    Null,
}

/// An operator with what stands around its name.
struct Qualified {
    operator: Operator,
    negated: bool,
    quantifier: Quantifier,
    if_exists: bool,
}

impl Reader {
    /// Reads all conditions of a statement.
    pub(super) fn conditions(&mut self, condition: &Value, at: &str) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (name, keys) in self.object(condition, at, "the condition").into_iter().flatten() {
            let at = pointer(at, name);
            let Some(operator) = qualified(name) else {
                let message = format!("there is no condition operator {name:?} for calls to an API");
                self.problem(&at, message, "write IpAddress, StringEquals, StringLike, ArnLike, Bool, … ");
                continue;
            };
            for (key, values) in self.object(keys, &at, "the operator's keys").into_iter().flatten() {
                let at = pointer(&at, key);
                if key.split_once(':').is_none_or(|(service, name)| service.is_empty() || name.is_empty()) {
                    self.problem(&at, format!("{key:?} is no condition key"), "write aws:SourceIp, say");
                }
                let values = self.values(values, &at);
                let test = self.test(operator.operator, &values);
                let Qualified { negated, quantifier, if_exists, .. } = operator;
                conditions.push(Condition { key: key.to_ascii_lowercase(), quantifier, if_exists, negated, test });
            }
        }
        conditions
    }

    /// The values of a key, each with its place. Numbers and booleans stand for their texts.
    fn values(&mut self, value: &Value, at: &str) -> Vec<(String, String)> {
        let several: Vec<(String, &Value)> = match value {
            Value::Array(values) => values.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), value)).collect(),
            one => vec![(at.to_owned(), one)],
        };
        if several.is_empty() {
            self.problem(at, "the condition compares with nothing", "write one value at least");
        }
        let mut texts = Vec::new();
        for (at, value) in several {
            match value {
                Value::String(text) => texts.push((at, text.clone())),
                Value::Bool(_) | Value::Number(_) => texts.push((at, value.to_string())),
                _ => self.problem(&at, "this is no condition's value", "write a text, a number or a boolean"),
            }
        }
        texts
    }

    fn test(&mut self, operator: Operator, values: &[(String, String)]) -> Test {
        let variables = self.variables;
        let pattern = |wildcards| {
            move |text: &str| {
                Pattern::parse(text, Syntax { wildcards, variables }).map_err(|problem| (problem, write_variable()))
            }
        };
        match operator {
            Operator::Text { wildcards } => Test::Text(self.each(values, pattern(wildcards))),
            Operator::TextIgnoringCase => Test::TextIgnoringCase(self.each(values, pattern(false))),
            Operator::Arn => Test::Arn(self.each(values, |text| arn(text, variables))),
            Operator::Address => Test::Address(self.each(values, |text| {
                let known = AddressRange::parse(text).ok_or_else(|| format!("{text:?} is no range of addresses"));
                known.map_err(|problem| (problem, "write 192.0.2.0/24 or 2001:db8::/32".to_owned()))
            })),
            Operator::Bool => Test::Bool(self.each(values, boolean)),
            Operator::Null => Test::Absent(self.each(values, boolean)),
            Operator::Date(comparison) => Test::Date(
                comparison,
                self.each(values, |text| {
                    let known = date::parse(text).ok_or_else(|| format!("{text:?} is no date"));
                    known.map_err(|problem| (problem, "write 2026-01-31T12:00:00Z".to_owned()))
                }),
            ),
            Operator::Number(comparison) => Test::Number(
                comparison,
                self.each(values, |text| {
                    let known = Number::parse(text).ok_or_else(|| format!("{text:?} is no number"));
                    known.map_err(|problem| (problem, "write a number".to_owned()))
                }),
            ),
        }
    }

    fn each<T>(&mut self, values: &[(String, String)], read: impl Fn(&str) -> Result<T, (String, String)>) -> Vec<T> {
        let mut all = Vec::new();
        for (at, text) in values {
            match read(text) {
                Ok(value) => all.push(value),
                Err((message, remedy)) => self.problem(at, message, remedy),
            }
        }
        all
    }
}

fn boolean(text: &str) -> Result<bool, (String, String)> {
    let known = [true, false].into_iter().find(|known| text.eq_ignore_ascii_case(&known.to_string()));
    known.ok_or_else(|| (format!("{text:?} is neither true nor false"), "write true or false".to_owned()))
}

/// An ARN with its parts is compared part by part; `*`, or a variable that stands for a whole ARN, as one text.
fn arn(text: &str, variables: bool) -> Result<ArnTest, (String, String)> {
    let syntax = Syntax { wildcards: true, variables };
    if text.starts_with("arn:") {
        return ArnPattern::parse(text, syntax).map(ArnTest::Parts);
    }
    Pattern::parse(text, syntax).map(ArnTest::Whole).map_err(|problem| (problem, write_variable()))
}

fn qualified(name: &str) -> Option<Qualified> {
    let (quantifier, name) = match name.split_once(':') {
        None => (Quantifier::One, name),
        Some(("ForAnyValue", name)) => (Quantifier::Any, name),
        Some(("ForAllValues", name)) => (Quantifier::All, name),
        Some(_) => return None,
    };
    let (name, if_exists) = match name.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (operator, negated) = operator(name)?;
    // The presence of a key is asked of the key, not of its values.
    let plain = quantifier == Quantifier::One && !if_exists;
    (plain || !matches!(operator, Operator::Null)).then_some(Qualified { operator, negated, quantifier, if_exists })
}

fn operator(name: &str) -> Option<(Operator, bool)> {
    let known = match name {
        "StringEquals" => (Operator::Text { wildcards: false }, false),
        "StringNotEquals" => (Operator::Text { wildcards: false }, true),
        "StringLike" => (Operator::Text { wildcards: true }, false),
        "StringNotLike" => (Operator::Text { wildcards: true }, true),
        "StringEqualsIgnoreCase" => (Operator::TextIgnoringCase, false),
        "StringNotEqualsIgnoreCase" => (Operator::TextIgnoringCase, true),
        "ArnEquals" | "ArnLike" => (Operator::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Operator::Arn, true),
        "IpAddress" => (Operator::Address, false),
        "NotIpAddress" => (Operator::Address, true),
        "Bool" => (Operator::Bool, false),
        "Null" => (Operator::Null, false),
        _ => {
            if let Some(rest) = name.strip_prefix("Date") {
                let (comparison, negated) = comparison(rest)?;
                return Some((Operator::Date(comparison), negated));
            }
            let (comparison, negated) = comparison(name.strip_prefix("Numeric")?)?;
            (Operator::Number(comparison), negated)
        }
    };
    Some(known)
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    Some(match name {
        "Equals" => (Comparison::Equal, false),
        "NotEquals" => (Comparison::Equal, true),
        "LessThan" => (Comparison::Less, false),
        "LessThanEquals" => (Comparison::LessOrEqual, false),
        "GreaterThan" => (Comparison::Greater, false),
        "GreaterThanEquals" => (Comparison::GreaterOrEqual, false),
        _ => return None,
    })
}
