//! Where templates and mappings read the answers of parts: `$context.aggregate.NAME`.

use crate::{
    Place,
    document::{Node, Value},
};

const CONTEXT: &str = "context.aggregate";

/// The name of a part that is read, and the place of the text that reads it; no name where none follows.
pub(super) type Use<'n> = (&'n str, Place);

/// Every use in the texts of `node`, wherever they stand in it.
pub(super) fn of<'n>(node: &'n Node) -> Vec<Use<'n>> {
    let mut found = Vec::new();
    gather(node, &mut found);
    found
}

fn gather<'n>(node: &'n Node, found: &mut Vec<Use<'n>>) {
    match &node.value {
        Value::Scalar { text, .. } => found.extend(in_text(text).map(|name| (name, node.place))),
        Value::List(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Map(map) => map.entries.iter().for_each(|entry| gather(&entry.value, found)),
    }
}

fn in_text(text: &str) -> impl Iterator<Item = &str> {
    text.split(CONTEXT).skip(1).map(|rest| {
        let name = rest.strip_prefix('.').unwrap_or_default();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        name.get(..end).unwrap_or_default()
    })
}

/// Whether `name` stands in a text of `node` as a word of its own.
pub(super) fn mentions(node: &Node, name: &str) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => {
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
        }
        Value::List(items) => items.iter().any(|item| mentions(item, name)),
        Value::Map(map) => map.entries.iter().any(|entry| mentions(&entry.value, name)),
    }
}

/// Whether a text of `node` takes the joined answer as a whole, or by a path that may lead anywhere in it.
pub(super) fn takes_all(node: &Node) -> bool {
    const WHOLE: [&str; 8] = ["$input.body", "${input.body", "'$'", "\"$\"", "$..", "$.*", "$[", "response.body"];
    match &node.value {
        Value::Scalar { text, .. } => WHOLE.iter().any(|whole| text.contains(whole)),
        Value::List(items) => items.iter().any(takes_all),
        Value::Map(map) => map.entries.iter().any(|entry| takes_all(&entry.value)),
    }
}
