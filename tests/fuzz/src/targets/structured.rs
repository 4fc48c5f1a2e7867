//! Plausible definitions.

use definition::{Api, Problem, compile};

use super::{agreement, promises};
use crate::{
    generate::{Canary, Mood, definition},
    novelty,
};

/// Compiles the definition that `bytes` decide on.
///
/// # Panics
/// When a promise of the compiler, of the table or of the router is broken.
pub fn structured(bytes: &[u8]) {
    let generated = definition(bytes);
    let result = promises::compiled(&generated.source);
    if let Ok(api) = &result {
        agreement::check(api);
        novelty::note(if generated.mood == Mood::Tame { "tame" } else { "compiled" });
    }
    if let (Ok(api), Some((canary, source))) = (&result, &generated.with_canary) {
        not_passed_over(api, *canary, source);
    }
    if let Some(twin) = &generated.twin {
        agree(&generated.source, result, twin);
    }
}

/// YAML and JSON say the same: so does the compiler, but for the places.
fn agree(source: &str, result: Result<Api, Vec<Problem>>, twin: &str) {
    let shown = |result: Result<Api, Vec<Problem>>| match result {
        Ok(api) => format!("{api:#?}"),
        Err(problems) => messages(&problems).join("\n"),
    };
    let (one, other) = (shown(result), shown(compile(twin)));
    assert!(one == other, "the two languages differ:\n{one}\nand\n{other}\n\n{source}\n\n{twin}");
}

/// In a definition that compiled without it, what nobody knows is named with its line, and an odd value is refused or makes
/// another API.
fn not_passed_over(api: &Api, canary: Canary, source: &str) {
    match (canary, compile(source)) {
        (Canary::Name(name), result) => {
            let problems = result.err().unwrap_or_default();
            let mut named = problems.iter().filter(|problem| problem.message.contains(name));
            let line = |problem: &Problem| source.lines().nth(problem.place.line.saturating_sub(1)).unwrap_or_default();
            assert!(named.any(|problem| line(problem).contains(name)), "{name} is passed over: {problems:?}\n{source}");
        }
        (Canary::Value(property), Ok(other)) => {
            assert!(*api != other, "an odd value of {property} is passed over:\n{source}");
        }
        (Canary::Value(_), Err(_)) => {}
    }
}

/// What is said, without the lines that are said; in one order.
fn messages(problems: &[Problem]) -> Vec<String> {
    let without_line = |problem: &Problem| match problem.message.split_once(" in line ") {
        Some((before, _)) => before.to_owned(),
        None => problem.message.clone(),
    };
    let mut messages: Vec<String> = problems.iter().map(without_line).collect();
    messages.sort();
    messages
}
