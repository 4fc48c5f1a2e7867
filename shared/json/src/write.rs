//! Writes a value without white space.

use std::borrow::Cow;

use crate::{Node, document::Shape, escape::write_string};

/// A container that is being written.
struct Level<'d> {
    rest: Rest<'d>,
    first: bool,
}

enum Rest<'d> {
    Items(Box<dyn Iterator<Item = Node<'d>> + 'd>),
    Entries(Box<dyn Iterator<Item = (Cow<'d, str>, Node<'d>)> + 'd>),
}

/// Appends `node`. Its depth is bounded, and costs memory, not stack.
pub(crate) fn write(node: Node<'_>, out: &mut String) {
    let mut levels = Vec::new();
    begin(node, &mut levels, out);
    while let Some(level) = levels.last_mut() {
        match level.next(out) {
            Some(next) => begin(next, &mut levels, out),
            None => {
                levels.pop();
            }
        }
    }
}

/// A scalar whole, a container's opening bracket.
fn begin<'d>(node: Node<'d>, levels: &mut Vec<Level<'d>>, out: &mut String) {
    match node.shape() {
        Shape::Array => {
            out.push('[');
            levels.push(Level { rest: Rest::Items(Box::new(node.items())), first: true });
        }
        Shape::Object => {
            out.push('{');
            levels.push(Level { rest: Rest::Entries(Box::new(node.entries())), first: true });
        }
        Shape::Escaped => write_string(&node.as_str().unwrap_or_default(), out),
        Shape::Plain => {
            out.push('"');
            out.push_str(node.raw().unwrap_or_default());
            out.push('"');
        }
        _ => out.push_str(node.raw().unwrap_or_default()),
    }
}

impl<'d> Level<'d> {
    /// What stands before its next value, and that value; at its end the closing bracket.
    fn next(&mut self, out: &mut String) -> Option<Node<'d>> {
        let comma = if self.first { "" } else { "," };
        self.first = false;
        match &mut self.rest {
            Rest::Items(items) => {
                let item = items.next();
                out.push_str(if item.is_some() { comma } else { "]" });
                item
            }
            Rest::Entries(entries) => {
                let Some((key, value)) = entries.next() else {
                    out.push('}');
                    return None;
                };
                out.push_str(comma);
                write_string(&key, out);
                out.push(':');
                Some(value)
            }
        }
    }
}
