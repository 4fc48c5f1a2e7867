//! What must hold of a request besides who calls what.
//! (IAM user guide, `reference_policies_elements_condition_operators`, `reference_policies_multi-value-conditions`.)

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{PolicyRequest, address::AddressRange, date, pattern::Pattern, resource::ArnPattern};

/// One key of one condition operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Condition {
    /// The condition key, in lower case.
    pub(crate) key: String,
    /// How many of the key's values must pass.
    pub(crate) quantifier: Quantifier,
    /// `…IfExists`: an absent key passes.
    pub(crate) if_exists: bool,
    /// `…Not…`: passes a value that none of the policy's values matches.
    pub(crate) negated: bool,
    /// What one value is compared with.
    pub(crate) test: Test,
}

/// How many of a key's values must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Quantifier {
    /// The key has one value. Of several, which AWS does not define, each must pass.
    One,
    /// `ForAnyValue:`.
    Any,
    /// `ForAllValues:`.
    All,
}

/// What one value is compared with; any of them is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Test {
    /// `StringEquals`, `StringLike`.
    Text(Vec<Pattern>),
    /// `StringEqualsIgnoreCase`.
    TextIgnoringCase(Vec<Pattern>),
    /// `ArnEquals`, `ArnLike`.
    Arn(Vec<ArnTest>),
    /// `IpAddress`.
    Address(Vec<AddressRange>),
    /// `Bool`.
    Bool(Vec<bool>),
    /// `Date…`, in milliseconds since 1970.
    Date(Comparison, Vec<i64>),
    /// `Numeric…`.
    Number(Comparison, Vec<Number>),
    /// `Null`: whether the key is absent.
    Absent(Vec<bool>),
}

/// What an ARN is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ArnTest {
    /// Part by part.
    Parts(ArnPattern),
    /// As a whole: `*`, or a variable that stands for an ARN.
    Whole(Pattern),
}

/// How a value stands to the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Comparison {
    /// `…Equals`.
    Equal,
    /// `…LessThan`.
    Less,
    /// `…LessThanEquals`.
    LessOrEqual,
    /// `…GreaterThan`.
    Greater,
    /// `…GreaterThanEquals`.
    GreaterOrEqual,
}

/// A number that equals itself.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub(crate) struct Number(f64);

impl Eq for Number {}

impl Number {
    /// Reads a finite number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number)
    }
}

impl Condition {
    /// Whether it holds of the request.
    pub(crate) fn holds(&self, request: &PolicyRequest<'_>) -> bool {
        let mut values = request.values(&self.key);
        if let Test::Absent(expected) = &self.test {
            return expected.contains(&values.is_empty());
        }
        if self.quantifier != Quantifier::One {
            // An empty text is no value where a set of values is asked about.
            values.retain(|value| !value.is_empty());
        }
        if values.is_empty() {
            return match self.quantifier {
                _ if self.if_exists => true,
                Quantifier::All => true,
                Quantifier::Any => false,
                Quantifier::One => self.negated,
            };
        }
        let passes = |value: &Cow<'_, str>| self.test.matches(value, request) != self.negated;
        match self.quantifier {
            Quantifier::One | Quantifier::All => values.iter().all(passes),
            Quantifier::Any => values.iter().any(passes),
        }
    }

    /// The condition keys that it asks for.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let in_values: Box<dyn Iterator<Item = &str>> = match &self.test {
            Test::Text(patterns) | Test::TextIgnoringCase(patterns) => {
                Box::new(patterns.iter().flat_map(Pattern::keys))
            }
            Test::Arn(patterns) => Box::new(patterns.iter().flat_map(ArnTest::keys)),
            _ => Box::new(std::iter::empty()),
        };
        std::iter::once(self.key.as_str()).chain(in_values)
    }
}

impl Test {
    fn matches(&self, value: &str, request: &PolicyRequest<'_>) -> bool {
        match self {
            Test::Text(patterns) => patterns.iter().any(|pattern| pattern.matches(value, request)),
            Test::TextIgnoringCase(patterns) => {
                patterns.iter().any(|pattern| pattern.matches_ignoring_case(value, request))
            }
            Test::Arn(patterns) => patterns.iter().any(|pattern| pattern.matches(value, request)),
            Test::Address(ranges) => ranges.iter().any(|range| range.contains(value)),
            Test::Bool(expected) => {
                let value = [true, false].into_iter().find(|known| value.eq_ignore_ascii_case(&known.to_string()));
                value.is_some_and(|value| expected.contains(&value))
            }
            Test::Date(comparison, dates) => {
                date::parse(value).is_some_and(|value| dates.iter().any(|date| comparison.holds(&value, date)))
            }
            Test::Number(comparison, numbers) => {
                Number::parse(value).is_some_and(|value| numbers.iter().any(|number| comparison.holds(&value, number)))
            }
            Test::Absent(expected) => expected.contains(&false),
        }
    }
}

impl ArnTest {
    fn matches(&self, value: &str, request: &PolicyRequest<'_>) -> bool {
        match self {
            ArnTest::Parts(pattern) => pattern.matches(value, request),
            ArnTest::Whole(pattern) => pattern.matches(value, request),
        }
    }

    fn keys(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            ArnTest::Parts(pattern) => Box::new(pattern.keys()),
            ArnTest::Whole(pattern) => Box::new(pattern.keys()),
        }
    }
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: &T, policy: &T) -> bool {
        match self {
            Comparison::Equal => value == policy,
            Comparison::Less => value < policy,
            Comparison::LessOrEqual => value <= policy,
            Comparison::Greater => value > policy,
            Comparison::GreaterOrEqual => value >= policy,
        }
    }
}
