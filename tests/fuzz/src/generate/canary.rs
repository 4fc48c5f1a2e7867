//! Something in a definition that nobody knows: it must be refused by its name, wherever it stands.

use super::{
    Choices, Tree,
    tree::{plain, text},
};

/// The name of what nobody knows.
pub const CANARY: &str = "x-amazon-apigateway-canary";

/// A part of a definition that is its own: what is in other extensions is theirs.
fn is_ours(key: &str) -> bool {
    !key.starts_with("x-") || key == "x-amazon-apigateway-any-method"
}

/// Puts it into one of the maps of `tree`.
pub(super) fn plant(choices: &mut Choices<'_>, tree: &mut Tree) {
    let place = choices.below(256) * 256 + choices.below(256);
    let mut left = place % count(tree).max(1);
    let value = if choices.chance(1, 2) { plain(1) } else { text("a") };
    plant_at(tree, &mut left, &value);
}

/// How many maps there are to choose from.
fn count(tree: &Tree) -> usize {
    match tree {
        Tree::Plain(_) | Tree::Text(_) => 0,
        Tree::List(items) => items.iter().map(count).sum(),
        Tree::Map(entries) => {
            1 + entries
                .iter()
                .map(|(key, value)| if is_ours(key) { count(value) } else { integrations(key) })
                .sum::<usize>()
        }
    }
}

/// An integration is a place as well, but not what is in it: there, keys are content types and patterns.
fn integrations(key: &str) -> usize {
    usize::from(key == "x-amazon-apigateway-integration")
}

fn plant_at(tree: &mut Tree, left: &mut usize, value: &Tree) -> bool {
    match tree {
        Tree::Plain(_) | Tree::Text(_) => false,
        Tree::List(items) => items.iter_mut().any(|item| plant_at(item, left, value)),
        Tree::Map(entries) => {
            if *left == 0 {
                entries.push((CANARY.to_owned(), value.clone()));
                return true;
            }
            *left -= 1;
            entries.iter_mut().any(|(key, inner)| {
                if is_ours(key) {
                    return plant_at(inner, left, value);
                }
                if integrations(key) == 0 {
                    return false;
                }
                if *left > 0 {
                    *left -= 1;
                    return false;
                }
                inner.put(CANARY, value.clone());
                true
            })
        }
    }
}
