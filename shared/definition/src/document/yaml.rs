//! YAML 1.2, event by event.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::{Document, Entry, FOR_CLOUDFORMATION, MAX_DEPTH, MAX_NODES, Node, Value, problem};
use crate::{Place, Problem};

/// Reads one document.
pub(super) fn parse(source: &str) -> Result<Document, Vec<Problem>> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(source) {
        match event {
            Ok((event, span)) => builder.take(event, place(span)).map_err(|problem| vec![problem])?,
            Err(error) => {
                let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
                let place = place.min(end(source));
                let message = format!("this is not YAML or JSON: {}", error.info());
                return Err(vec![problem(place, message, "correct the syntax here, or what leads up to it")]);
            }
        }
    }
    match builder.root {
        Some(root) if builder.problems.is_empty() => Ok(Document { root }),
        Some(_) => Err(builder.problems),
        None => {
            let place = Place { line: 1, column: 1 };
            Err(vec![problem(place, "the document is empty".to_owned(), "write an OpenAPI document")])
        }
    }
}

fn place(span: Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}

/// Where a source ends: what is missing there is reported a line later.
fn end(source: &str) -> Place {
    let source = source.replace("\r\n", "\n");
    let lines = source.split(['\n', '\r']);
    let last = lines.clone().next_back().unwrap_or_default();
    Place { line: lines.count(), column: last.chars().count() + 1 }
}

/// Builds the tree from the parser's events with a stack of its own, so that depth is a limit and not a crash.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
    problems: Vec<Problem>,
}

/// A list or map that is not closed yet.
struct Open {
    place: Place,
    anchor: usize,
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
                    let message = "a second document begins here".to_owned();
                    return Err(problem(place, message, "write one API a file"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), place);
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.add(Node { place, value }, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), place);
                self.open(place, anchor, Content::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), place);
                let content = Content::Map { entries: Vec::new(), keys: BTreeSet::new(), key: None };
                self.open(place, anchor, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let message = "this alias refers to a value that contains it".to_owned();
                    return Err(problem(place, message, "write the value out"));
                };
                self.nodes += size(&node);
                self.add(Node { place, ..node }, 0)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// `!Sub`, `!Ref` and their kind belong to CloudFormation, which has not run yet: their text is not their value.
    fn refuse_tag(&mut self, tag: Option<&Tag>, place: Place) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            let message = format!("CloudFormation's {}{} is not resolved here", tag.handle, tag.suffix);
            self.problems.push(problem(place, message, FOR_CLOUDFORMATION));
        }
    }

    fn open(&mut self, place: Place, anchor: usize, content: Content) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} deep here");
            return Err(problem(place, message, "nest them less"));
        }
        self.open.push(Open { place, anchor, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(Open { place, anchor, content }) = self.open.pop() else { return Ok(()) };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(entries),
        };
        self.add(Node { place, value }, anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the document has more than {MAX_NODES} values");
            return Err(problem(node.place, message, "use fewer aliases"));
        }
        if anchor > 0 {
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
                        return Err(problem(node.place, message, "write a text as the key"));
                    };
                    if !keys.insert(text.clone()) {
                        let message = format!("the key {text:?} is here a second time");
                        self.problems.push(problem(node.place, message, "write each key once; merge the two values"));
                    }
                    *key = Some((text, node.place));
                }
            },
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        // Long texts count for what they weigh, so that copies of one do not exhaust the memory either.
        Value::Scalar { text, .. } => 1 + text.len() / 64,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
    }
}
