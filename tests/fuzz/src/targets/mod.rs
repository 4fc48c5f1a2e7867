//! What is fuzzed. Each target takes any bytes and returns, or an assertion in it fails.

mod agreement;
mod document;
mod event;
mod jsonpath;
mod model;
mod planted;
mod promises;
mod render;
pub mod seal;
mod structured;
mod table;
mod template;

pub use document::document;
pub use event::event;
pub use jsonpath::jsonpath;
pub use model::model;
pub use planted::planted;
pub use render::render;
pub use structured::structured;
pub use table::table;
pub use template::template;

use crate::{
    corpus::{self, Seed},
    mutate::words,
};

/// A target and what the loop needs to know of it.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it takes and what it promises.
    pub about: &'static str,
    /// Runs it once.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Seed>,
    /// Words that its readers know.
    pub words: &'static [&'static str],
    /// How often one process runs it. Tables live as long as their process, so that one that makes many must end.
    pub round: u64,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "document",
        about: "any text as a definition: every problem has a place, a message and a remedy; what compiles is found by the router",
        run: document,
        seeds: corpus::quick_documents,
        words: words::DEFINITION,
        round: 200_000,
    },
    Target {
        name: "structured",
        about: "a plausible definition: the same, and YAML and JSON say the same",
        run: structured,
        seeds: corpus::noise,
        words: &[],
        round: 50_000,
    },
    Target {
        name: "table",
        about: "any bytes as the router's table: it is read or refused",
        run: table,
        seeds: corpus::tables,
        words: &[],
        round: 1_000_000,
    },
    Target {
        name: "event",
        about: "any bytes as an HTTP event: there is an answer, and the caller can read it",
        run: event,
        seeds: corpus::events,
        words: &words::EVENT,
        round: 1_000_000,
    },
    Target {
        name: "model",
        about: "any text as a model, and any as a body: both are read as others read them, and the body is accepted or told why not",
        run: model,
        seeds: corpus::models,
        words: &words::MODEL,
        round: 1_000_000,
    },
    Target {
        name: "template",
        about: "any text as a mapping template: it is parsed, or the problem has a place",
        run: template,
        seeds: render::template_seeds,
        words: &words::TEMPLATE,
        round: 1_000_000,
    },
    Target {
        name: "render",
        about: "any template over any body: a text, or a problem with a place, and the same again",
        run: render,
        seeds: render::seeds,
        words: &words::TEMPLATE,
        round: 200_000,
    },
    Target {
        name: "jsonpath",
        about: "any path over any JSON: it is refused with its place, or finds one value or a list",
        run: jsonpath,
        seeds: jsonpath::seeds,
        words: &words::JSONPATH,
        round: 1_000_000,
    },
    Target {
        name: "planted",
        about: "a target with known defects, by which the loop itself is tested",
        run: planted,
        seeds: planted::seeds,
        words: &planted::WORDS,
        round: 1_000,
    },
];

/// The target called `name`.
pub fn find(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
