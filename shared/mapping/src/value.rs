//! What a template works with.

use std::{
    borrow::{Borrow, Cow},
    collections::BTreeMap,
    hash::{Hash, Hasher},
    ops::Deref,
    rc::Rc,
};

use json::{Kind, Node, Number};

use crate::syntax::Define;

/// A value. Those of the body and of `$context` are read where they are; lists and maps that are made or changed live in
/// the rendering's [`crate::heap::Heap`].
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Null,
    /// A parameter that the request lacks: nothing, but a text to its methods.
    Missing,
    Bool(bool),
    Integer(i64),
    Double(f64),
    Text(Text<'a>),
    /// An array or object of the body.
    Node(Node<'a>),
    /// An array or object of `$context`.
    Json(&'a serde_json::Value),
    /// Parameters of one kind.
    Pairs(Pairs<'a>),
    Variables(&'a BTreeMap<String, String>),
    List(usize),
    Map(usize),
    /// A key with its value, of `entrySet()`.
    Entry(usize),
    Iterator(usize),
    /// `$foreach` of the loop this deep.
    Loop(usize),
    Define(&'a Define),
    Input,
    Params,
    Util,
    Context,
}

/// Parameters of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a> {
    pub(crate) pairs: &'a [(String, String)],
    /// Whether a name is found without regard to case.
    pub(crate) fold_case: bool,
}

impl<'a> Pairs<'a> {
    /// The last value of a name.
    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        let exact = self.pairs.iter().rfind(|(key, _)| key == name);
        let found =
            exact.or_else(|| self.pairs.iter().rfind(|(key, _)| self.fold_case && key.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.as_str())
    }
}

/// A text that is shared, never copied.
#[derive(Clone, Debug)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text::Borrowed(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text::Shared(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Text::Borrowed(text),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: impl Into<Text<'a>>) -> Self {
        Value::Text(text.into())
    }

    /// A count or index.
    pub(crate) fn count(count: usize) -> Self {
        Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A value of the body.
    pub(crate) fn of_node(node: Node<'a>) -> Self {
        match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
            Kind::Number => node.as_number().map_or(Value::Null, Self::of_number),
            Kind::String => node.as_str().map_or(Value::Null, Value::text),
            Kind::Array | Kind::Object => Value::Node(node),
        }
    }

    /// A number; an integer beyond 64 bits is the text of its digits, which is how it prints.
    fn of_number(number: Number<'a>) -> Self {
        match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(double)) if !number.is_integer() => Value::Double(double),
            _ => Value::text(number.text()),
        }
    }

    /// A value of `$context`.
    pub(crate) fn of_json(value: &'a serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Value::Integer(integer),
                (None, Some(double)) => Value::Double(double),
                (None, None) => Value::text(number.to_string()),
            },
            Json::String(text) => Value::text(text.as_str()),
            Json::Array(_) | Json::Object(_) => Value::Json(value),
        }
    }

    /// Whether it is nothing.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Value::Null | Value::Missing)
    }

    /// What `#if` makes of it: nothing and `false` are false, everything else is true, as in Velocity 1.7.
    pub(crate) fn is_true(&self) -> bool {
        !matches!(self, Value::Null | Value::Missing | Value::Bool(false))
    }

    /// An integer.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// A number.
    pub(crate) fn as_double(&self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "Java widens long to double the same way")]
            Value::Integer(integer) => Some(*integer as f64),
            Value::Double(double) => Some(*double),
            _ => None,
        }
    }
}
