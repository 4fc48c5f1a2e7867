//! A YAML or JSON document whose every value knows its line and column, and how people are told what is wrong with one.

mod json;
mod lines;
mod problem;
mod yaml;

pub use lines::Lines;
pub use problem::{MAX_SHOWN, Place, Problem, in_order, show};

/// The largest definition that API Gateway imports. (API Gateway developer guide, `limits`.)
pub const MAX_DOCUMENT_BYTES: usize = 6 * 1024 * 1024;

/// How deep values may be nested: far beyond any definition, far below what would exhaust the stack.
const MAX_DEPTH: usize = 100;

/// How many values a document may have, with what its anchors keep.
const MAX_NODES: usize = 1_000_000;

/// How many of them aliases may stand for: each is read, and complained of, as if it were written out.
const MAX_ALIASED: usize = 100_000;

/// What to write where CloudFormation would have put a value.
pub const FOR_CLOUDFORMATION: &str =
    "write the value itself, or a stage variable, ${stageVariables.name}, and give it its value in the template";

/// A parsed document.
#[derive(Debug)]
pub struct Document {
    /// Its one value.
    pub root: Node,
    /// What in it is none, because CloudFormation has not put a value there, wherever it stands.
    pub unresolved: Vec<Problem>,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar's text. `plain`: written without quotes, so that `true`, `1` and `null` mean what they say.
    Scalar {
        /// The text, without its quotes.
        text: String,
        /// Whether it had none.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// An object.
    Map(Map),
}

/// Keys and values in the order of the document.
#[derive(Clone, Debug)]
pub struct Map {
    /// As they stand.
    pub entries: Vec<Entry>,
    /// Where the entries of a large map are, in the order of their keys: what thousands of references look for in it is found
    /// without looking at all of them.
    by_key: Vec<usize>,
}

/// From how many entries on a map has an order of its keys.
const LARGE: usize = 16;

/// A key, where it stands, and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub value: Node,
}

impl Document {
    /// Reads JSON or YAML 1.2. JSON has a reader of its own: not all of it is YAML, and exports are large.
    ///
    /// # Errors
    /// The first syntax error, or every repeated key.
    pub fn parse(source: &str) -> Result<Self, Vec<Problem>> {
        if source.len() > MAX_DOCUMENT_BYTES {
            let message = format!("the document has {} bytes, more than API Gateway's 6 MB", source.len());
            let place = Place { line: 1, column: 1 };
            return Err(vec![Problem::new(place, message, "split it into smaller ones")]);
        }
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let Some(inside) = source.trim_start().strip_prefix('{') else { return yaml::parse(source).map_err(in_order) };
        // What looks like JSON and is not may be YAML in braces. If it is neither, its first key tells what it was to be.
        let parsed = match json::parse(source) {
            Ok(document) => Ok(document),
            Err(json::Refused::Contents(problems)) => Err(problems),
            Err(json::Refused::Syntax(_)) if !inside.trim_start().starts_with('"') => yaml::parse(source),
            Err(json::Refused::Syntax(problem)) => yaml::parse(source).map_err(|_| vec![problem]),
        };
        parsed.map_err(in_order)
    }
}

/// That `function`, at `place`, has not been carried out.
pub fn unresolved(function: &str, place: Place) -> Problem {
    Problem::new(place, format!("CloudFormation's {function} is not resolved here"), FOR_CLOUDFORMATION)
}

/// What to do about an error of syntax in `line`.
fn remedy_of_syntax(line: Option<&str>) -> &'static str {
    let is_template = ["${", "%{", "{%", "{{"].iter().any(|mark| line.is_some_and(|line| line.contains(mark)));
    if is_template {
        "if this is a template, render it and check what it gives; else correct the syntax here, or what leads up to it"
    } else {
        "correct the syntax here, or what leads up to it"
    }
}

impl Map {
    fn new(entries: Vec<Entry>) -> Self {
        let key = |at: &usize| entries.get(*at).map(|entry| entry.key.as_str());
        let mut by_key: Vec<usize> = if entries.len() < LARGE { Vec::new() } else { (0..entries.len()).collect() };
        by_key.sort_by(|one, other| key(one).cmp(&key(other)));
        Map { entries, by_key }
    }

    fn get(&self, key: &str) -> Option<&Entry> {
        if self.by_key.is_empty() {
            return self.entries.iter().find(|entry| entry.key == key);
        }
        let own = |at: &usize| self.entries.get(*at).map(|entry| entry.key.as_str());
        let found = self.by_key.binary_search_by(|at| own(at).cmp(&Some(key))).ok()?;
        self.entries.get(*self.by_key.get(found)?)
    }
}

impl Node {
    /// An object's keys and values in their order.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Value::Map(map) = &self.value { Some(&map.entries) } else { None }
    }

    /// A list's items.
    pub fn items(&self) -> Option<&[Node]> {
        if let Value::List(items) = &self.value { Some(items) } else { None }
    }

    /// What an object has under `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        if let Value::Map(map) = &self.value { map.get(key).map(|entry| &entry.value) } else { None }
    }

    /// A scalar's text, a number's or boolean's too: definitions write `statusCode: 200` and `statusCode: "200"`.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether nothing stands there, or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if ["", "~", "null"].contains(&text.as_str()))
    }

    /// The value as JSON: what is written without quotes is a number, a boolean or null where it reads as one.
    pub fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar { text, plain } => scalar(text, *plain),
            Value::List(items) => items.iter().map(Node::json).collect(),
            Value::Map(map) => map.entries.iter().map(|entry| (entry.key.clone(), entry.value.json())).collect(),
        }
    }

    /// What stands at a JSON pointer (RFC 6901), or as far on the way there as the document goes.
    pub fn at_pointer(&self, pointer: &str) -> &Node {
        let mut found = self;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let item = || found.items()?.get(step.parse::<usize>().ok()?);
            let Some(next) = found.get(&step).or_else(item) else { break };
            found = next;
        }
        found
    }

    /// The intrinsic function of CloudFormation that it is, `Fn::Sub` say, if it is one.
    pub fn intrinsic(&self) -> Option<&str> {
        match self.entries()? {
            // Tags are read as such keys: `!Sub`.
            [only] if only.key.starts_with("Fn::") || only.key.starts_with('!') => Some(&only.key),
            // A schema's property may have this name.
            [only] if only.key == "Ref" && only.value.text().is_some() => Some(&only.key),
            _ => None,
        }
    }

    /// What it is, as people say it.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } => "a text or number",
        }
    }
}

fn scalar(text: &str, plain: bool) -> serde_json::Value {
    use serde_json::Value;
    match text {
        _ if !plain => Value::from(text),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let number = text.parse::<serde_json::Number>().ok().or_else(|| {
                let looks = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
                let number = text.trim_start_matches('+').parse::<f64>().ok().filter(|_| looks)?;
                serde_json::Number::from_f64(number)
            });
            number.map_or_else(|| Value::from(text), Value::Number)
        }
    }
}

#[cfg(test)]
mod tests;
