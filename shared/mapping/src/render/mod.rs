//! Rendering: a walk over the tree that appends to one text.

mod blocks;
mod context;
mod evaluate;
mod loops;
mod references;

pub(crate) use references::position;

use crate::{
    Inputs, Limits, MAX_OUTPUT_BYTES, MAX_RENDER_DEPTH, Overrides, RenderProblem,
    heap::Heap,
    print::Printing,
    problem::Place,
    regex::Patterns,
    syntax::{Program, SLOT_CONTEXT, SLOT_INPUT, SLOT_STAGE_VARIABLES, SLOT_UTIL},
    value::Value,
};

/// What rendering gives.
pub(crate) type Rendered<T> = Result<T, RenderProblem>;

/// One rendering.
pub(crate) struct Renderer<'a> {
    pub(crate) heap: Heap<'a>,
    pub(crate) patterns: &'a Patterns,
    program: &'a Program,
    overrides: &'a Overrides,
    /// The overrides' maps, once the template has asked for them; and names that it set beside AWS's.
    context: context::Changes<'a>,
    slots: Vec<Value<'a>>,
    loops: Vec<loops::Loop>,
    /// Where rendering is, for its errors.
    at: Place,
    limits: Limits,
    steps: u64,
    depth: usize,
}

/// How a block ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    /// `#break`.
    Break,
    /// `#stop`.
    Stop,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(
        program: &'a Program,
        patterns: &'a Patterns,
        limits: Limits,
        inputs: &'a Inputs<'a>,
        overrides: &'a Overrides,
    ) -> Self {
        let mut slots = vec![Value::Null; program.slots.len()];
        let given = [
            (SLOT_INPUT, Value::Input),
            (SLOT_UTIL, Value::Util),
            (SLOT_CONTEXT, Value::Context),
            (SLOT_STAGE_VARIABLES, Value::Variables(inputs.stage_variables)),
        ];
        for (slot, value) in given {
            if let Some(place) = slots.get_mut(slot) {
                *place = value;
            }
        }
        Self {
            heap: Heap::new(inputs),
            patterns,
            program,
            overrides,
            context: context::Changes::none(),
            slots,
            loops: Vec::new(),
            at: Place::default(),
            limits,
            steps: 0,
            depth: 0,
        }
    }

    /// Renders the whole template.
    pub(crate) fn run(&mut self) -> Rendered<String> {
        let mut out = String::with_capacity(1024);
        self.block(&self.program.block, &mut out)?;
        self.checked(&out)?;
        Ok(out)
    }

    /// One step more.
    fn step(&mut self) -> Rendered<()> {
        self.spend(1)
    }

    /// So many steps more.
    pub(crate) fn spend(&mut self, steps: usize) -> Rendered<()> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > self.limits.steps {
            return Err(self.limit("the template takes too many steps: 10,000,000 at most"));
        }
        if self.heap.made() > self.limits.allocated_bytes {
            return Err(self.limit("the template makes too many texts, lists and maps: 128 MB at most"));
        }
        Ok(())
    }

    /// One level deeper.
    fn enter(&mut self) -> Rendered<()> {
        self.depth += 1;
        if self.depth > MAX_RENDER_DEPTH {
            return Err(self.limit("macros, definitions and blocks are nested more than 160 deep"));
        }
        Ok(())
    }

    /// The text, if it is not too long.
    fn checked(&self, out: &str) -> Rendered<()> {
        if out.len() > MAX_OUTPUT_BYTES { Err(self.limit("the text is longer than 10 MB")) } else { Ok(()) }
    }

    /// A limit that is passed here.
    pub(crate) fn limit(&self, what: &'static str) -> RenderProblem {
        RenderProblem::Limit { line: self.at.line as usize, column: self.at.column as usize, what }
    }

    /// What a method refuses here.
    pub(crate) fn failed(&self, message: impl Into<String>) -> RenderProblem {
        RenderProblem::Failed { line: self.at.line as usize, column: self.at.column as usize, message: message.into() }
    }

    /// What was printed, or the limit that it passed.
    pub(crate) fn printed<T>(&self, printing: Printing<T>) -> Rendered<T> {
        printing.map_err(|what| self.limit(what))
    }

    /// A variable's value.
    fn slot(&self, slot: usize) -> Value<'a> {
        self.slots.get(slot).cloned().unwrap_or(Value::Null)
    }

    /// Sets a variable and gives its old value.
    fn set_slot(&mut self, slot: usize, value: Value<'a>) -> Value<'a> {
        match self.slots.get_mut(slot) {
            Some(place) => std::mem::replace(place, value),
            None => Value::Null,
        }
    }
}
