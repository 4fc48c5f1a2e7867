//! How the sides of a comparison are compared.

use std::{borrow::Cow, cmp::Ordering};

use json::{Kind, Node};

use super::{
    Found,
    ast::{Comparison, Literal},
};

/// A side of a comparison.
pub(super) enum Side<'f, 'd> {
    /// The path found nothing.
    Missing,
    One(Found<'d>),
    /// An array, or what an indefinite path found.
    Many(Vec<Found<'d>>),
    Literal(&'f Literal),
}

impl Side<'_, '_> {
    /// How much there is to compare.
    pub(super) fn weight(&self) -> usize {
        match self {
            Side::Many(items) => items.len(),
            Side::One(Found::Node(node)) => node.len() + node.as_str().map_or(0, |text| text.len()),
            _ => 0,
        }
    }
}

/// A value without its origin.
enum Plain<'a> {
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Plain<'a>>),
    Object(Node<'a>),
    Pattern(&'a crate::regex::Regex),
}

/// Whether a constant alone counts as a condition that holds.
pub(super) fn is_true(literal: &Literal) -> bool {
    !matches!(literal, Literal::Null | Literal::Bool(false))
}

/// Whether `left comparison right` holds.
pub(super) fn holds(left: &Side<'_, '_>, comparison: Comparison, right: &Side<'_, '_>) -> bool {
    let (left, right) = (plain_side(left), plain_side(right));
    match comparison {
        Comparison::Equal => equal(&left, &right),
        Comparison::NotEqual => !equal(&left, &right),
        Comparison::Same => same(&left, &right),
        Comparison::NotSame => !same(&left, &right),
        Comparison::Less => order(&left, &right) == Some(Ordering::Less),
        Comparison::LessOrEqual => order(&left, &right).is_some_and(Ordering::is_le),
        Comparison::Greater => order(&left, &right) == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order(&left, &right).is_some_and(Ordering::is_ge),
        Comparison::Matches => matches(&left, &right) || matches(&right, &left),
        Comparison::In => in_list(&left, &right),
        Comparison::NotIn => matches!(right, Plain::List(_)) && !in_list(&left, &right),
        Comparison::SubsetOf => every(&left, |item| in_list(item, &right)),
        Comparison::All => every(&right, |item| in_list(item, &left)),
        Comparison::AnyOf => some(&left, |item| in_list(item, &right)),
        Comparison::NoneOf => matches!(left, Plain::List(_)) && !some(&left, |item| in_list(item, &right)),
        Comparison::Contains => match (&left, &right) {
            (Plain::Text(text), Plain::Text(part)) => text.contains(&**part),
            (Plain::List(_), _) => in_list(&right, &left),
            _ => false,
        },
        Comparison::Size => size(&left).is_some_and(|size| equal(&Plain::Number(size), &right_size(&right))),
        Comparison::Empty => match (size(&left), &right) {
            (Some(size), Plain::Bool(wanted)) => (size == 0.0) == *wanted,
            _ => false,
        },
    }
}

/// A number, or the size of a list on the right of `size`.
fn right_size<'a>(right: &Plain<'a>) -> Plain<'a> {
    match right {
        Plain::Number(number) => Plain::Number(*number),
        Plain::Text(text) => text.parse().map_or(Plain::Missing, Plain::Number),
        other => size(other).map_or(Plain::Missing, Plain::Number),
    }
}

#[allow(clippy::cast_precision_loss, reason = "no body has 2^52 items")]
fn size(value: &Plain<'_>) -> Option<f64> {
    match value {
        Plain::List(items) => Some(items.len() as f64),
        Plain::Text(text) => Some(crate::java::length(text) as f64),
        Plain::Object(node) => Some(node.len() as f64),
        _ => None,
    }
}

fn plain_side<'a>(side: &'a Side<'_, '_>) -> Plain<'a> {
    match side {
        Side::Missing => Plain::Missing,
        Side::One(found) => plain(found),
        Side::Many(items) => Plain::List(items.iter().map(plain).collect()),
        Side::Literal(literal) => plain_literal(literal),
    }
}

fn plain_literal(literal: &Literal) -> Plain<'_> {
    match literal {
        Literal::Null => Plain::Null,
        Literal::Bool(value) => Plain::Bool(*value),
        Literal::Number(value) => Plain::Number(*value),
        Literal::Text(text) => Plain::Text(Cow::Borrowed(text)),
        Literal::List(items) => Plain::List(items.iter().map(plain_literal).collect()),
        Literal::Pattern(regex) => Plain::Pattern(regex),
    }
}

#[allow(clippy::cast_precision_loss, reason = "Jayway compares numbers by value; so large ones are no counts")]
fn plain<'a>(found: &'a Found<'_>) -> Plain<'a> {
    match found {
        Found::Node(node) => plain_node(*node),
        Found::Integer(value) => Plain::Number(*value as f64),
        Found::Double(value) => Plain::Number(*value),
        Found::Text(text) => Plain::Text(Cow::Borrowed(text)),
        Found::List(items) => Plain::List(items.iter().map(plain).collect()),
        Found::Object(_) => Plain::Missing,
    }
}

fn plain_node(node: Node<'_>) -> Plain<'_> {
    match node.kind() {
        Kind::Null => Plain::Null,
        Kind::Bool => Plain::Bool(node.as_bool() == Some(true)),
        Kind::Number => node.as_number().and_then(json::Number::as_f64).map_or(Plain::Missing, Plain::Number),
        Kind::String => node.as_str().map_or(Plain::Missing, Plain::Text),
        Kind::Array => Plain::List(node.items().map(plain_node).collect()),
        Kind::Object => Plain::Object(node),
    }
}

/// A number equals the text that reads as it, as in Jayway.
fn equal(left: &Plain<'_>, right: &Plain<'_>) -> bool {
    match (left, right) {
        (Plain::Number(number), Plain::Text(text)) | (Plain::Text(text), Plain::Number(number)) => {
            text.parse::<f64>().is_ok_and(|text| text == *number)
        }
        (left, right) => same(left, right),
    }
}

fn same(left: &Plain<'_>, right: &Plain<'_>) -> bool {
    match (left, right) {
        (Plain::Missing, Plain::Missing) | (Plain::Null, Plain::Null) => true,
        (Plain::Bool(left), Plain::Bool(right)) => left == right,
        (Plain::Number(left), Plain::Number(right)) => left == right,
        (Plain::Text(left), Plain::Text(right)) => left == right,
        (Plain::List(left), Plain::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Plain::Object(left), Plain::Object(right)) => {
            let (mut one, mut other) = (String::new(), String::new());
            left.write(&mut one);
            right.write(&mut other);
            one == other
        }
        _ => false,
    }
}

fn order(left: &Plain<'_>, right: &Plain<'_>) -> Option<Ordering> {
    match (left, right) {
        (Plain::Number(left), Plain::Number(right)) => left.partial_cmp(right),
        (Plain::Text(left), Plain::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Whether the pattern on the left matches the whole text on the right, or one of the texts.
fn matches(pattern: &Plain<'_>, value: &Plain<'_>) -> bool {
    match (pattern, value) {
        (Plain::Pattern(regex), Plain::Text(text)) => regex.matches_whole(text).unwrap_or(false),
        (Plain::Pattern(regex), Plain::Number(number)) => regex.matches_whole(&number.to_string()).unwrap_or(false),
        (Plain::Pattern(_), Plain::List(items)) => {
            items.iter().any(|item| !matches!(item, Plain::List(_)) && matches(pattern, item))
        }
        _ => false,
    }
}

fn in_list(value: &Plain<'_>, list: &Plain<'_>) -> bool {
    some(list, |item| equal(value, item))
}

fn every(list: &Plain<'_>, holds: impl Fn(&Plain<'_>) -> bool) -> bool {
    matches!(list, Plain::List(items) if items.iter().all(holds))
}

fn some(list: &Plain<'_>, holds: impl Fn(&Plain<'_>) -> bool) -> bool {
    matches!(list, Plain::List(items) if items.iter().any(holds))
}
