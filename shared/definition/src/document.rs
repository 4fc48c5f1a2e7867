//! A YAML or JSON document whose every value knows its line and column.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::{Place, Problem};

/// The largest definition that API Gateway imports. (API Gateway developer guide, `limits`.)
pub const MAX_DOCUMENT_BYTES: usize = 6 * 1024 * 1024;

/// How deep values may be nested: far beyond any API, far below what would exhaust the stack.
const MAX_DEPTH: usize = 100;

/// How many values aliases may multiply a document to.
const MAX_NODES: usize = 1_000_000;

/// A parsed document.
#[derive(Debug)]
pub struct Document {
    /// Its one value.
    pub(crate) root: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A scalar's text. `plain`: written without quotes, so that `true`, `1` and `null` mean what they say.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key, where it stands, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

impl Document {
    /// Reads YAML 1.2, of which JSON is a part.
    ///
    /// # Errors
    /// The first syntax error, or every repeated key.
    pub fn parse(source: &str) -> Result<Self, Vec<Problem>> {
        if source.len() > MAX_DOCUMENT_BYTES {
            let message = format!("the document has {} bytes, more than API Gateway's 6 MB", source.len());
            return Err(vec![problem(Place { line: 1, column: 1 }, message, "split the API into smaller ones")]);
        }
        let mut builder = Builder::default();
        for event in Parser::new_from_str(source) {
            match event {
                Ok((event, span)) => builder.take(event, place(span)).map_err(|problem| vec![problem])?,
                Err(error) => {
                    let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
                    let message = format!("this is not YAML or JSON: {}", error.info());
                    return Err(vec![problem(place, message, "correct the syntax from here on")]);
                }
            }
        }
        match builder.root {
            Some(root) if builder.problems.is_empty() => Ok(Document { root }),
            Some(_) => Err(builder.problems),
            None => {
                let place = Place { line: 1, column: 1 };
                Err(vec![problem(place, "the document is empty".to_owned(), "write an OpenAPI 3.0 document")])
            }
        }
    }
}

impl Node {
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        if let Value::Map(entries) = &self.value { Some(entries) } else { None }
    }

    pub(crate) fn items(&self) -> Option<&[Node]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// A scalar's text, a number's or boolean's too: definitions write `statusCode: 200` and `statusCode: "200"`.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if ["", "~", "null"].contains(&text.as_str()))
    }

    /// What it is, as people say it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } => "a text or number",
        }
    }
}

fn problem(place: Place, message: String, remedy: &str) -> Problem {
    Problem { place, message, remedy: remedy.to_owned() }
}

fn place(span: Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
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
                refuse_tag(tag.as_deref(), place)?;
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.add(Node { place, value }, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), place)?;
                self.open(place, anchor, Content::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), place)?;
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

/// `!Sub`, `!Ref` and their kind belong to CloudFormation, which has not run yet: their text is not their value.
fn refuse_tag(tag: Option<&saphyr_parser::Tag>, place: Place) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => {
            let message = format!("the tag {}{} is not resolved here", tag.handle, tag.suffix);
            Err(problem(place, message, "write the value itself, or a stage variable: ${stageVariables.name}"))
        }
        _ => Ok(()),
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Scalar { .. } => 1,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(source: &str) -> Vec<String> {
        let problems = Document::parse(source).unwrap_err();
        problems.iter().map(|p| format!("{}:{} {}", p.place.line, p.place.column, p.message)).collect()
    }

    #[test]
    fn every_value_knows_its_place() {
        let document = Document::parse("a:\n  b: [1, \"2\"]\n").unwrap();
        let list = document.root.get("a").unwrap().get("b").unwrap();
        assert_eq!(list.place, Place { line: 2, column: 6 });
        assert_eq!(list.items().unwrap()[1].place, Place { line: 2, column: 10 });
    }

    #[test]
    fn json_is_read_as_well() {
        let document = Document::parse("{\"a\": {\"b\": null, \"c\": \"null\"}}").unwrap();
        let a = document.root.get("a").unwrap();
        assert_eq!((a.get("b").unwrap().text(), a.get("c").unwrap().text()), (None, Some("null")));
    }

    #[test]
    fn bad_documents_are_refused_with_their_place() {
        assert_eq!(
            problems("a: 1\nb: 2\na: 3\nb: 4\n"),
            ["3:1 the key \"a\" is here a second time", "4:1 the key \"b\" is here a second time"]
        );
        assert_eq!(problems("a: !Sub x\n"), ["1:4 the tag !Sub is not resolved here"]);
        assert_eq!(problems("a: 1\n---\nb: 1\n"), ["2:1 a second document begins here"]);
        assert_eq!(problems(""), ["1:1 the document is empty"]);
        assert_eq!(problems("[a]: 1\n"), ["1:1 a list stands where a key is expected"]);
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        assert_eq!(problems("a:\n  - b\n c: 1\n").len(), 1);
        assert!(problems("a: [1, 2\n").concat().contains("this is not YAML or JSON"));
    }

    #[test]
    fn deep_and_multiplied_documents_are_refused() {
        assert_eq!(problems(&"[".repeat(150)), ["1:101 values are nested more than 100 deep here"]);
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let previous = level - 1;
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{previous}"); 10].join(", "));
        }
        assert!(problems(&bomb).concat().contains("more than 1000000 values"));
    }
}
