//! When two values are the same: numbers by value, objects in any order.

use std::hash::{DefaultHasher, Hash, Hasher};

use json::{Kind, Node, Number};

use crate::decimal::Decimal;

/// Whether two values are the same. Both are no deeper than a document may be.
pub(crate) fn equal(a: Node<'_>, b: Node<'_>) -> bool {
    if a.kind() != b.kind() || a.len() != b.len() {
        return false;
    }
    match a.kind() {
        Kind::Null => true,
        Kind::Bool => a.as_bool() == b.as_bool(),
        Kind::Number => a.as_number().zip(b.as_number()).is_some_and(|(a, b)| same_number(a, b)),
        Kind::String => a.as_str() == b.as_str(),
        Kind::Array => a.items().zip(b.items()).all(|(a, b)| equal(a, b)),
        Kind::Object => same_entries(a, b),
    }
}

/// Most often in the same order. Otherwise both are sorted: looking up each key would take time with the square of their
/// number.
fn same_entries(a: Node<'_>, b: Node<'_>) -> bool {
    let in_order = || a.entries().zip(b.entries()).all(|((key, _), (other, _))| key == other);
    if in_order() {
        return a.entries().zip(b.entries()).all(|((_, value), (_, other))| equal(value, other));
    }
    let mut first: Vec<_> = a.entries().collect();
    let mut second: Vec<_> = b.entries().collect();
    first.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    second.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    first.iter().zip(&second).all(|((key, a), (other, b))| key == other && equal(*a, *b))
}

pub(crate) fn same_number(a: Number<'_>, b: Number<'_>) -> bool {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a == b,
        _ => a.text() == b.text() || Decimal::of(a.text()) == Decimal::of(b.text()),
    }
}

/// Whether an array has an item twice. Time grows with its size, but for items of the same hash.
pub(crate) fn has_duplicates(array: Node<'_>) -> bool {
    if array.len() < 2 {
        return false;
    }
    let mut items: Vec<_> = array.items().map(|item| (hash(item), item)).collect();
    items.sort_unstable_by_key(|(hash, _)| *hash);
    items.chunk_by(|(a, _), (b, _)| a == b).any(|same| {
        same.iter().enumerate().any(|(at, (_, item))| same.iter().skip(at + 1).any(|(_, other)| equal(*item, *other)))
    })
}

/// The same for equal values.
fn hash(node: Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (node.kind() as u8).hash(&mut hasher);
    match node.kind() {
        Kind::Null => {}
        Kind::Bool => node.as_bool().hash(&mut hasher),
        Kind::Number => hash_number(node, &mut hasher),
        Kind::String => node.as_str().hash(&mut hasher),
        Kind::Array => node.items().for_each(|item| hash(item).hash(&mut hasher)),
        Kind::Object => {
            let entries = node.entries().map(|(key, value)| {
                let mut hasher = DefaultHasher::new();
                (key, hash(value)).hash(&mut hasher);
                hasher.finish()
            });
            entries.fold(0, u64::wrapping_add).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// A number's spelling must not matter: `1`, `1.0` and `10e-1` are one number.
fn hash_number(node: Node<'_>, hasher: &mut DefaultHasher) {
    if let Some(number) = node.as_number() {
        Decimal::of(number.text()).hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use json::Document;

    #[test]
    fn values_are_equal_by_value() {
        let check = |a: &str, b: &str, expected: bool| {
            let (first, second) = (Document::parse(a).unwrap(), Document::parse(b).unwrap());
            assert_eq!(equal(first.root(), second.root()), expected, "{a} {b}");
            let both = Document::parse(&format!("[{a},null,{b}]")).unwrap();
            assert_eq!(has_duplicates(both.root()), expected, "{a} {b}");
        };
        check("1", "1.0", true);
        check("1", "10e-1", true);
        check("1", "true", false);
        check("0", "false", false);
        check("0", "\"0\"", false);
        check("\"a\"", "\"\\u0061\"", true);
        check("{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true);
        check("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", false);
        check("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false);
        check("{\"a\":1}", "{\"a\":1,\"b\":2}", false);
        check("[1,2]", "[2,1]", false);
        check("[]", "{}", false);
        check("9007199254740993", "9007199254740992", false);
    }
}
