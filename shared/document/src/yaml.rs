//! YAML 1.2, event by event.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{Document, Entry, MAX_ALIASED, MAX_DEPTH, MAX_NODES, Map, Node, Value, remedy_of_syntax, unresolved};
use crate::{Lines, Place, Problem};

/// Reads one document.
pub(super) fn parse(source: &str) -> Result<Document, Vec<Problem>> {
    let lines = Lines::of(source);
    // The parser's own columns may lie behind a line's end, and what is missing at the end it finds a line later.
    let place = |marker: &Marker| lines.within(Place { line: marker.line(), column: marker.col() + 1 });
    let mut builder = Builder::default();
    for event in Parser::new_from_str(source) {
        match event {
            Ok((event, span)) => builder.take(event, place(&span.start)).map_err(|problem| vec![problem])?,
            Err(error) => {
                let message = format!("this is not YAML or JSON: {}", error.info());
                let place = place(error.marker());
                return Err(vec![Problem::new(place, message, remedy_of_syntax(lines.line(place.line)))]);
            }
        }
    }
    match builder.root {
        Some(root) if builder.problems.is_empty() => Ok(Document { root, unresolved: builder.unresolved }),
        Some(_) => Err(builder.problems),
        None => {
            let place = Place { line: 1, column: 1 };
            Err(vec![Problem::new(place, "the document is empty", "write what it is to say")])
        }
    }
}

/// Builds the tree from the parser's events with a stack of its own, so that depth is a limit and not a crash.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    aliased: usize,
    documents: usize,
    root: Option<Node>,
    problems: Vec<Problem>,
    unresolved: Vec<Problem>,
}

/// A list or map that is not closed yet.
struct Open {
    place: Place,
    anchor: usize,
    /// The tag, if it is one of CloudFormation's.
    function: Option<String>,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, keys: BTreeSet<String>, key: Option<(String, Place)> },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let message = "a second document begins here";
                    return Err(Problem::new(place, message, "keep one document in a file"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                let function = function(tag.as_deref());
                self.add_tagged(Node { place, value }, anchor, function)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(place, anchor, function(tag.as_deref()), Content::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Map { entries: Vec::new(), keys: BTreeSet::new(), key: None };
                self.open(place, anchor, function(tag.as_deref()), content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(anchor) => {
                self.aliased += self.anchors.get(&anchor).map(size).unwrap_or_default();
                if self.aliased > MAX_ALIASED {
                    let message = format!("aliases stand for more than {MAX_ALIASED} values");
                    return Err(Problem::new(place, message, "use fewer aliases, or a $ref"));
                }
                let Some(Node { value, .. }) = self.anchors.get(&anchor).cloned() else {
                    let message = "this alias refers to a value that contains it";
                    return Err(Problem::new(place, message, "write the value out"));
                };
                self.add(Node { place, value }, 0)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Adds a value with a tag as if it were written without: `!Sub x` as `{"!Sub": x}`.
    fn add_tagged(&mut self, node: Node, anchor: usize, function: Option<String>) -> Result<(), Problem> {
        let Some(key) = function else { return self.add(node, anchor) };
        let place = node.place;
        self.unresolved.push(unresolved(&key, place));
        let value = Value::Map(Map::new(vec![Entry { key, place, value: node }]));
        self.add(Node { place, value }, anchor)
    }

    fn open(&mut self, place: Place, anchor: usize, function: Option<String>, content: Content) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} deep here");
            return Err(Problem::new(place, message, "nest them less"));
        }
        self.open.push(Open { place, anchor, function, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(Open { place, anchor, function, content }) = self.open.pop() else { return Ok(()) };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(Map::new(entries)),
        };
        self.add_tagged(Node { place, value }, anchor, function)
    }

    /// Counts values before they are there.
    fn count(&mut self, more: usize, place: Place) -> Result<(), Problem> {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            let message = format!("the document has more than {MAX_NODES} values");
            return Err(Problem::new(place, message, "split it into smaller ones, or use fewer anchors"));
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.count(1, node.place)?;
        if anchor > 0 {
            // What an alias may stand for is kept beside the document, and counts as well.
            self.count(size(&node), node.place)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, keys, key }) => match key.take() {
                Some((key, place)) => entries.push(Entry { key, place, value: node }),
                None => {
                    let Value::Scalar { text, .. } = node.value else {
                        let message = format!("{} stands where a key is expected", node.kind());
                        return Err(Problem::new(node.place, message, "write a text as the key"));
                    };
                    if !keys.insert(text.clone()) {
                        let message = format!("the key {text:?} is here a second time");
                        self.problems.push(Problem::new(
                            node.place,
                            message,
                            "write each key once; merge the two values",
                        ));
                    }
                    *key = Some((text, node.place));
                }
            },
        }
        Ok(())
    }
}

/// `!Sub`, `!Ref` and their kind belong to CloudFormation, which has not run yet: their text is not their value.
fn function(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    let name = format!("{}{}", tag.handle, tag.suffix);
    Some(if name.starts_with('!') { name } else { format!("!{name}") })
}

/// How many values a value is. Long texts count for what they weigh, so that copies of one do not exhaust the memory either.
fn size(node: &Node) -> usize {
    let weight = |text: &str| text.len() / 64;
    match &node.value {
        Value::Scalar { text, .. } => 1 + weight(text),
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(map) => 1 + map.entries.iter().map(|entry| weight(&entry.key) + size(&entry.value)).sum::<usize>(),
    }
}
