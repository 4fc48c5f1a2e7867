//! What a token says of its bearer.

use std::fmt;

use serde_json::{Map, Value};

/// The claims of a token.
#[derive(Clone, Default, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) fn new(claims: Map<String, Value>) -> Self {
        Claims(claims)
    }

    /// A claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The token's scopes: `scope`, a text with spaces between them, or `scp`, the same or a list.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let texts = ["scope", "scp"].into_iter().filter_map(|name| self.get(name)).flat_map(texts);
        texts.flat_map(|text| text.split(' ')).filter(|scope| !scope.is_empty())
    }

    /// A claim that is a time: seconds since 1970, with or without a fraction.
    pub(crate) fn time_s(&self, name: &'static str) -> Result<Option<f64>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(name),
        }
    }
}

/// The texts of a claim that is one or a list of them.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    let several = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(several)
}

/// Shows how many there are: what they say is the caller's.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({} of them)", self.0.len())
    }
}
