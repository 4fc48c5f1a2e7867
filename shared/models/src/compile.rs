//! From a model's text to its compiled schemas, without recursion: what is to be compiled waits in a list.

mod circle;
mod keywords;
mod values;

use std::{
    collections::{HashMap, VecDeque},
    rc::Rc,
};

use json::{Kind, Node};

use crate::{
    Model, ModelProblem,
    reference::Lookup,
    schema::{Schema, SchemaId},
};

/// How many problems are told: nobody reads more.
const MAX_PROBLEMS: usize = 100;

pub(crate) fn compile<'d>(
    schema: Node<'d>,
    resolve: &dyn Fn(&str) -> Option<Node<'d>>,
) -> Result<Model, Vec<ModelProblem>> {
    let mut compiler = Compiler::of(schema, resolve);
    while let Some(place) = compiler.pending.pop_front()
        && compiler.problems.len() < MAX_PROBLEMS
    {
        let compiled = keywords::schema(&mut compiler, &place);
        if let Some(schema) = compiler.schemas.get_mut(place.id.0 as usize) {
            *schema = compiled;
        }
    }
    compiler.refuse_circle();
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    circle::shorten_references(&mut compiler.schemas);
    Ok(Model { schemas: compiler.schemas, unchecked: compiler.unchecked })
}

/// A model, and what was found in it so far.
struct Compiler<'d, 'r> {
    root: Node<'d>,
    resolve: &'r dyn Fn(&str) -> Option<Node<'d>>,
    lookup: Lookup<'d>,
    schemas: Vec<Schema>,
    /// Where each of the schemas is.
    pointers: Vec<Rc<str>>,
    /// The schemas by their own place and their model's.
    known: HashMap<[(usize, usize); 2], SchemaId>,
    pending: VecDeque<Place<'d>>,
    problems: Vec<ModelProblem>,
    unchecked: Vec<String>,
}

/// A schema that is to be compiled, and where it is.
#[derive(Clone)]
struct Place<'d> {
    id: SchemaId,
    node: Node<'d>,
    /// The model that it is part of, and the text that refers to that; none to the first.
    model: Node<'d>,
    reference: Rc<str>,
    /// Its pointer, behind the reference.
    pointer: Rc<str>,
}

impl<'d, 'r> Compiler<'d, 'r> {
    fn of(root: Node<'d>, resolve: &'r dyn Fn(&str) -> Option<Node<'d>>) -> Self {
        let mut compiler = Compiler {
            root,
            resolve,
            lookup: Lookup::default(),
            schemas: Vec::new(),
            pointers: Vec::new(),
            known: HashMap::new(),
            pending: VecDeque::new(),
            problems: Vec::new(),
            unchecked: Vec::new(),
        };
        compiler.enlist(root, root, "".into(), "".into());
        compiler
    }

    /// The id of a schema, which is compiled in its turn.
    fn enlist(&mut self, node: Node<'d>, model: Node<'d>, reference: Rc<str>, pointer: Rc<str>) -> SchemaId {
        let next = SchemaId(u32::try_from(self.schemas.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry([node.place(), model.place()]).or_insert(next);
        if id == next {
            self.schemas.push(Schema::default());
            self.pointers.push(pointer.clone());
            self.pending.push_back(Place { id, node, model, reference, pointer });
        }
        id
    }

    /// The schema that is part of the one at `place`.
    fn part(&mut self, place: &Place<'d>, steps: &[&str], node: Node<'d>) -> SchemaId {
        self.enlist(node, place.model, place.reference.clone(), below(&place.pointer, steps))
    }

    /// The schema that the one at `place` refers to.
    fn referred(&mut self, place: &Place<'d>, reference: &str) -> Option<SchemaId> {
        let own = self.lookup.local(place.model, reference);
        let other = if own.is_none() { self.elsewhere(reference) } else { None };
        if let Some(model) = other {
            return Some(self.enlist(model, model, reference.into(), reference.into()));
        }
        let node = own.or_else(|| self.lookup.identified(place.model, reference))?;
        let fragment = reference.strip_prefix('#').unwrap_or(reference);
        let pointer = format!("{}{fragment}", place.reference);
        Some(self.enlist(node, place.model, place.reference.clone(), pointer.into()))
    }

    fn elsewhere(&mut self, reference: &str) -> Option<Node<'d>> {
        let definitions = self.root.get("definitions");
        let bundled = definitions.and_then(|definitions| self.lookup.get(definitions, reference));
        bundled.or_else(|| (self.resolve)(reference))
    }

    fn problem(&mut self, place: &Place<'_>, steps: &[&str], message: impl Into<String>, remedy: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            let pointer = below(&place.pointer, steps).to_string();
            self.problems.push(ModelProblem { pointer, message: message.into(), remedy: remedy.to_owned() });
        }
    }

    fn refuse_circle(&mut self) {
        if !self.problems.is_empty() {
            return;
        }
        let Some(id) = circle::find(&self.schemas) else { return };
        let pointer = self.pointers.get(id.0 as usize).map(ToString::to_string).unwrap_or_default();
        self.problems.push(ModelProblem {
            pointer,
            message: "this schema leads round in a circle: whether a value is of it depends on whether it is"
                .to_owned(),
            remedy: "write out what the value must be, or refer to the schema from within properties or items"
                .to_owned(),
        });
    }
}

/// A pointer to what is within.
fn below(pointer: &str, steps: &[&str]) -> Rc<str> {
    let mut below = pointer.to_owned();
    for step in steps {
        below.push('/');
        below.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    below.into()
}

/// What a value is, as people say it.
fn kind(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}
