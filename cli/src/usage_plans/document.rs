//! A YAML or JSON document whose values know their places.

use definition::{MAX_DOCUMENT_BYTES, Place, Problem};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Deeper than any list of plans.
const MAX_DEPTH: usize = 32;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Value {
    /// A scalar's text; without quotes around it, it may be a number or nothing.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// An object: each key, where it stands, and its value.
    Map(Vec<(String, Place, Node)>),
}

impl Node {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(name, ..)| name == key).map(|(.., value)| value).filter(|value| !value.is_null())
    }

    fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if ["", "~", "null"].contains(&text.as_str()))
    }
}

/// Reads one document.
///
/// # Errors
/// The first thing that is no YAML or JSON, or that no list of plans has.
pub(crate) fn parse(source: &str) -> Result<Node, Problem> {
    if source.len() > MAX_DOCUMENT_BYTES {
        let place = Place { line: 1, column: 1 };
        return Err(problem(place, "the document is larger than 6 MB", "split it into smaller ones"));
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut builder = Builder { open: Vec::new(), root: None };
    for event in Parser::new_from_str(source) {
        match event {
            Ok((event, span)) => builder.take(event, place(span))?,
            Err(error) => {
                let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
                let message = format!("this is not YAML or JSON: {}", error.info());
                return Err(problem(place, &message, "correct the syntax here, or what leads up to it"));
            }
        }
    }
    let empty =
        || problem(Place { line: 1, column: 1 }, "the document is empty", "write usagePlans: and a list of plans");
    builder.root.ok_or_else(empty)
}

pub(crate) fn problem(place: Place, message: &str, remedy: &str) -> Problem {
    Problem { place, message: message.to_owned(), remedy: remedy.to_owned() }
}

fn place(span: Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}

/// Builds the tree with a stack of its own, so that depth is a limit and not a crash.
struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
}

struct Open {
    node: Node,
    key: Option<(String, Place)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, ..) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.put(Node { place, value })
            }
            Event::SequenceStart(..) => self.start(Node { place, value: Value::List(Vec::new()) }),
            Event::MappingStart(..) => self.start(Node { place, value: Value::Map(Vec::new()) }),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { node, .. }) => self.put(node),
                None => Ok(()),
            },
            Event::Alias(_) => Err(problem(place, "an alias stands here", "write the value itself")),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(problem(place, "a second document begins here", "keep one document in a file"))
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, node: Node) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(problem(node.place, "values are nested too deep here", "write a list of usage plans"));
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn put(&mut self, node: Node) -> Result<(), Problem> {
        let Some(Open { node: parent, key }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut parent.value, key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(entries), Some((name, at))) => {
                if entries.iter().any(|(other, ..)| *other == name) {
                    return Err(problem(at, &format!("{name} stands here a second time"), "keep one of them"));
                }
                entries.push((name, at, node));
            }
            (Value::Map(_), None) => match node.value {
                Value::Scalar { text, .. } => *key = Some((text, node.place)),
                _ => return Err(problem(node.place, "a key is no text", "write a name here")),
            },
            (Value::Scalar { .. }, _) => {}
        }
        Ok(())
    }
}
